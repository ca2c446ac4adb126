package loop

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"

	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/loop/ledger"
	"pawl/phases"
)

// phaseFacts reads every phase's STATUS file at the tip, and where a DONE needs
// more than its word, what it lacks. A verdict on a blob that was read before is
// remembered by its hash.
func phaseFacts(ctx context.Context, m *mirror.Mirror, memo mirror.Memo, cfg *config.Config, st ledger.Loop, tip string) (map[string]phases.Fact, error) {
	out := map[string]phases.Fact{}
	if len(cfg.Phases.Sequence) == 0 {
		return out, nil
	}
	var names []string
	for _, p := range cfg.Phases.Sequence {
		names = append(names, p.Status)
	}
	files, err := m.Files(ctx, tip, cfg.Handoff.Docs, names)
	if err != nil {
		return nil, err
	}
	for _, p := range cfg.Phases.Sequence {
		file, there := files[p.Status]
		if !there {
			continue
		}
		f := phases.Fact{Path: file.Path, Blob: file.Blob}
		if f.Verdict, err = verdict(ctx, file, memo, cfg.Phases.DoneMarker); err != nil {
			return nil, err
		}
		if f.Verdict.Done {
			if f.Commit, err = completed(ctx, m, cfg, st.Facts[p.ID], f.Path, p.Status, tip); err != nil {
				return nil, err
			}
		}
		out[p.ID] = f
	}
	if cfg.Phases.Gate != config.GateVerdict {
		return out, nil
	}
	return out, prove(ctx, m, memo, cfg, out, phases.Index(cfg.Phases.Sequence, st.Phase), tip)
}

// completed is the commit that made a phase done; it does not change while the
// phase stays done. One that was not believed may have been set anew.
func completed(ctx context.Context, m *mirror.Mirror, cfg *config.Config, before phases.Fact, path, status, tip string) (string, error) {
	if before.Done() && before.Commit != "" && before.Path == path {
		return before.Commit, nil
	}
	return m.Completed(ctx, tip, cfg.Handoff.Docs, status, isDone(cfg))
}

func isDone(cfg *config.Config) func(content []byte) bool {
	return func(content []byte) bool { return phases.Done(content, cfg.Phases.DoneMarker).Done }
}

func verdict(ctx context.Context, file mirror.File, memo mirror.Memo, marker string) (phases.Verdict, error) {
	key := "done/" + file.Blob + "/" + marker
	var v phases.Verdict
	if doc, ok := memo.Get(key); ok && json.Unmarshal([]byte(doc), &v) == nil {
		return v, nil
	}
	content, err := file.Read(ctx)
	if err != nil {
		return v, err
	}
	v = phases.Done(content, marker)
	doc, err := json.Marshal(v)
	if err != nil {
		return v, err
	}
	memo.Put(key, string(doc))
	return v, nil
}

// window is the mirror of the origin that cfg has. It is made anew when the
// environment of `pawl up` has changed: what logs in at origin may lie in there.
func (e *Engine) window(cfg *config.Config) *mirror.Mirror {
	env := e.Env()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.mirror == nil || e.origin != cfg.Origin || !slices.Equal(e.env, env) {
		e.mirror = mirror.New(mirror.Options{
			Dir: filepath.Join(cfg.StateDir, "origin.git"), Repo: cfg.Dir, URL: cfg.Origin.URL, Remote: cfg.Origin.Remote,
			Branch: cfg.Origin.Branch, Env: env, Log: e.Log, Memo: e.Ledger.Memo(e.Log),
		})
		e.origin, e.env = cfg.Origin, env
	}
	return e.mirror
}
