package loop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/loop/config"
)

// maxReplayed is how many first-parent commits are replayed at once.
const maxReplayed = 10_000

// ErrLongRange says that a range has more commits than are replayed at once.
var ErrLongRange = fmt.Errorf("the range has more than %d first-parent commits; begin it later", maxReplayed)

// ReadReplay replays what lies between two commits, full hashes, under a
// configuration. It reads the one repository and writes nothing. at is told how
// far it is.
func ReadReplay(ctx context.Context, h *mirror.History, cfg *config.Config, from, to string, at func(done, all int)) (Replay, error) {
	r := &replayReader{replaying: newReplaying(cfg), h: h, m: h.Mirror(), memo: mirror.NewMemory()}
	out := Replay{From: from, To: to}
	steps, err := r.steps(ctx, &out)
	if err != nil {
		return out, err
	}
	if err := r.prime(ctx, from); err != nil {
		return out, err
	}
	out.Before, out.Start = r.open(), PhaseView(cfg, r.state.Loop)
	for i, tip := range steps {
		at(i, len(steps))
		o, err := r.origin(ctx, tip)
		if err != nil {
			return out, fmt.Errorf("commit %s: %w", tip, err)
		}
		out.Events = append(out.Events, r.look(tip, o)...)
	}
	out.Open, out.Phase = r.open(), PhaseView(cfg, r.state.Loop)
	return out, nil
}

// replayReader reads what a replaying looks at.
type replayReader struct {
	*replaying
	h    *mirror.History
	m    *mirror.Mirror
	memo mirror.Memo // for as long as one replay
}

// steps are the first-parent commits that can cause anything. Between them nothing
// is said and no watched file is touched, so that a look there would see nothing.
func (r *replayReader) steps(ctx context.Context, out *Replay) ([]string, error) {
	if out.From == out.To {
		return nil, nil
	}
	descends, err := r.h.Contains(ctx, out.To, out.From)
	if err != nil {
		return nil, err
	}
	out.Rewritten = !descends
	line, more, err := r.h.Range(ctx, maxReplayed, "--first-parent", out.From+".."+out.To)
	if err != nil {
		return nil, err
	}
	if more {
		return nil, ErrLongRange
	}
	out.Commits = len(line)
	if len(line) == 0 {
		return []string{out.To}, nil // the branch was set back
	}
	w, err := r.m.Window(ctx, mirror.Query{Cursor: out.From, Tip: out.To})
	if err != nil {
		return nil, err
	}
	loud, err := r.loud(ctx, w)
	if err != nil {
		return nil, err
	}
	steps := stepsOf(line, w.Commits, loud)
	if out.Rewritten && !slices.Contains(steps, line[0]) {
		steps = append([]string{line[0]}, steps...)
	}
	return steps, nil
}

// loud are the commits of a window that say something or touch a watched file.
func (r *replayReader) loud(ctx context.Context, w handoff.Window) (map[string]bool, error) {
	watched := map[string]bool{}
	for _, name := range noteNames(r.cfg) {
		watched[name] = true
		watched[strings.TrimPrefix(r.cfg.Handoff.Docs+"/"+name, "/")] = true
	}
	loud := map[string]bool{}
	var hashes []string
	for _, c := range w.Commits {
		hashes = append(hashes, c.Hash)
		loud[c.Hash] = len(handoff.Mentions(c, r.rules.Signals)) > 0
	}
	err := r.h.Changes(ctx, hashes, func(commit string, c mirror.Change) {
		loud[commit] = loud[commit] || watched[c.Path]
	})
	return loud, err
}

// stepsOf picks the first-parent commits of a line, oldest first, that bring a loud
// commit. A merge may choose between files in ways that no single commit shows.
func stepsOf(line []string, commits []handoff.Commit, loud map[string]bool) []string {
	parents := make(map[string][]string, len(commits))
	for _, c := range commits {
		parents[c.Hash] = c.Parents
	}
	var steps []string
	for _, hash := range line {
		if loud[hash] || len(parents[hash]) > 1 {
			steps = append(steps, hash)
		}
	}
	return steps
}

// prime brings the state to what it is at a commit, as a coordinator without a
// ledger finds it.
func (r *replayReader) prime(ctx context.Context, from string) error {
	o, err := r.origin(ctx, from)
	if err != nil {
		return fmt.Errorf("commit %s: %w", from, err)
	}
	r.look(from, o)
	return nil
}

// origin is what a look at origin would have brought, had its branch stood there.
func (r *replayReader) origin(ctx context.Context, tip string) (Origin, error) {
	o := Origin{Print: fingerprint(r.cfg)}
	var err error
	if o.Facts, err = phaseFacts(ctx, r.m, r.memo, r.cfg, r.state.Loop, tip); err != nil {
		return o, damageHere(err)
	}
	q := query(r.cfg, r.state, tip, o)
	win, err := r.m.Window(ctx, q)
	if err != nil {
		return o, damageHere(err)
	}
	o.Known = r.known(handoff.Concerns(win, r.rules))
	if reopened := lostAnswers(win, o.Known); len(reopened) > 0 {
		q.Open = slices.Compact(slices.Sorted(slices.Values(append(q.Open, reopened...))))
		if win, err = r.m.Window(ctx, q); err != nil {
			return o, damageHere(err)
		}
	}
	o.Window = &win
	return o, nil
}

// damageHere names what can be done about a repository that is no mirror: nobody
// builds that anew.
func damageHere(err error) error {
	if errors.Is(err, mirror.ErrRebuild) {
		return errors.New("the repository lacks objects, or some are damaged; git fsck says which")
	}
	return err
}
