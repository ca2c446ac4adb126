package loop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// observe gathers the facts of one moment.
func (e *Engine) observe(ctx context.Context, cfg *config.Config, look Look) (World, error) {
	st, err := e.Ledger.Load(ctx)
	if err != nil {
		return World{}, fmt.Errorf("ledger: %w", err)
	}
	w := World{
		Now: e.Now(), Config: cfg, Rules: Rules(cfg), State: st, Default: e.Default,
		Sessions: map[string]map[string]launcher.Observation{}, Blind: map[string]error{},
	}
	if w.Origin, err = e.facts(ctx, cfg, st, look); err != nil {
		return World{}, err
	}
	e.lookAtSessions(ctx, &w)
	w.Tails = e.tails(ctx, w)
	return w, nil
}

// observeTimeout bounds one look at all sessions of a launcher.
const observeTimeout = 5 * time.Second

func (e *Engine) lookAtSessions(ctx context.Context, w *World) {
	for name, l := range e.Launchers {
		ctx, cancel := context.WithTimeout(ctx, observeTimeout)
		seen, err := l.Observe(ctx)
		cancel()
		if err != nil {
			e.Log.Warn("the sessions of a launcher cannot be seen", "launcher", name, "error", err)
			w.Blind[name] = err
			continue
		}
		w.Sessions[name] = seen
	}
}

// tailLines is how much of a quiet session's output is searched for WAITING-UNTIL.
const tailLines = 200

// tails reads the last lines of sessions that stand still and owe something:
// only there do they matter.
func (e *Engine) tails(ctx context.Context, w World) map[string][]string {
	out := map[string][]string{}
	for _, h := range w.State.Handoffs {
		row, running := w.State.Sessions[h.Agent]
		if h.State != handoff.Taken || !running || row.Doing != "idle" || out[h.Agent] != nil {
			continue
		}
		if w.Now.Sub(row.DoingSince) < w.Config.Supervise.StallAfter/2 {
			continue
		}
		l, ok := e.Launchers[row.Launcher]
		if !ok {
			continue
		}
		lines, err := l.Capture(ctx, launcher.Ref{Session: row.Name, Generation: row.Generation}, tailLines)
		if err != nil {
			e.Log.Warn("the last lines of a session cannot be read", "agent", h.Agent, "session", row.Name, "error", err)
			continue
		}
		out[h.Agent] = lines
	}
	return out
}

// facts reads from the mirror what is new since the ledger's cursor.
func (e *Engine) facts(ctx context.Context, cfg *config.Config, st ledger.State, look Look) (Origin, error) {
	o := Origin{Looked: look.Done, URL: look.URL, Branch: look.Branch, Print: fingerprint(cfg)}
	if look.Err != nil {
		o.Err = handoff.Clean(look.Err.Error(), 500)
		return o, nil
	}
	tip := st.Loop.Cursor
	if look.Done {
		tip = look.Tip
	}
	if tip == "" || tip == st.Loop.Cursor && o.Print == st.Loop.Fingerprint {
		return o, nil
	}
	err := e.readOrigin(ctx, cfg, st, tip, &o)
	if errors.Is(err, mirror.ErrRebuild) {
		o.Looked, o.Err = true, handoff.Clean(err.Error(), 500)
		o.Window, o.Facts = nil, nil
		return o, nil
	}
	return o, err
}

func (e *Engine) readOrigin(ctx context.Context, cfg *config.Config, st ledger.State, tip string, o *Origin) error {
	m, err := e.window(ctx)
	if err != nil {
		return err
	}
	memo := e.Ledger.Memo(e.Log)
	if o.Facts, err = phaseFacts(ctx, m, memo, cfg, st.Loop.Facts, tip); err != nil {
		return err
	}
	q := mirror.Query{
		Cursor: st.Loop.Cursor, Tip: tip, Lookback: cfg.Handoff.Lookback, Docs: cfg.Handoff.Docs,
		Since: lastDone(cfg, *o),
	}
	for _, in := range cfg.Handoff.Inboxes {
		q.Inboxes = append(q.Inboxes, in.File)
	}
	for _, h := range st.Handoffs {
		if h.Kind == handoff.Signal {
			q.Open = append(q.Open, h.Commit)
		}
	}
	slices.Sort(q.Open)
	rules := Rules(cfg)
	win, err := m.Window(ctx, q)
	if err != nil {
		return err
	}
	if o.Known, err = e.Ledger.Known(ctx, handoff.Concerns(win, rules)); err != nil {
		return err
	}
	if reopened := lostAnswers(win, o.Known); len(reopened) > 0 {
		// A rewrite took away what had closed these: whether something in the
		// same range answers them again is asked too.
		q.Open = slices.Compact(slices.Sorted(slices.Values(append(q.Open, reopened...))))
		if win, err = m.Window(ctx, q); err != nil {
			return err
		}
	}
	o.Window = &win
	return nil
}

// lostAnswers are the commits of closed signals whose answer a rewrite dropped.
func lostAnswers(w handoff.Window, known []handoff.Handoff) []string {
	dropped := map[string]bool{}
	for _, c := range w.Dropped {
		dropped[c.Hash] = true
	}
	var out []string
	for _, h := range known {
		if h.Kind == handoff.Signal && h.State.Closed() && dropped[h.AnsweredBy] {
			out = append(out, h.Commit)
		}
	}
	return out
}

// lastDone is the commit that completed the last phase that is done: without a
// memory the range reaches back at least to it.
func lastDone(cfg *config.Config, o Origin) string {
	for _, ph := range slices.Backward(cfg.Phases.Sequence) {
		if f := o.Facts[ph.ID]; f.Verdict.Done && f.Commit != "" {
			return f.Commit
		}
	}
	return ""
}

// fingerprint changes when handoffs or phases must be derived again although
// origin did not move.
func fingerprint(cfg *config.Config) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", cfg.Handoff.Docs, cfg.Phases.DoneMarker)
	for _, s := range cfg.Handoff.Signals {
		fmt.Fprintf(h, "signal %q %q %q %q\n", s.Name, s.Subject, s.Wakes, s.AnsweredBy)
	}
	for _, in := range cfg.Handoff.Inboxes {
		fmt.Fprintf(h, "inbox %q %q\n", in.File, cfg.Readers(in.Reader))
	}
	for _, p := range cfg.Phases.Sequence {
		fmt.Fprintf(h, "phase %q %q\n", p.ID, p.Status)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
