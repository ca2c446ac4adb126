package loop

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

// facts reads from the mirror what is new since the ledger's cursor. Trouble
// with origin or its mirror is a fact as well: sessions are looked after all
// the same.
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
	if err == nil || ctx.Err() != nil {
		return o, err
	}
	e.Log.Warn("origin's mirror cannot be read", "tip", tip, "error", err)
	o.Err = handoff.Clean(err.Error(), 500)
	o.Window, o.Known, o.Facts = nil, nil, nil
	return o, nil
}

func (e *Engine) readOrigin(ctx context.Context, cfg *config.Config, st ledger.State, tip string, o *Origin) error {
	m := e.window(cfg)
	var err error
	if o.Facts, err = phaseFacts(ctx, m, e.Ledger.Memo(e.Log), cfg, st.Loop, tip); err != nil {
		return err
	}
	q := query(cfg, st, tip, *o)
	rules := Rules(cfg)
	win, err := m.Window(ctx, q)
	if err != nil {
		return err
	}
	switch {
	case win.Cursor == "" && st.Loop.Cursor != "":
		if err := vanished(ctx, m, &win, st); err != nil {
			return err
		}
	case tip == st.Loop.Cursor:
		// Other rules, or other readers of them: what they make of the same
		// history is asked as if nothing were known of it.
		q.Cursor, q.Since = "", cmp.Or(oldestOpen(st), q.Since)
		again, err := m.Window(ctx, q)
		if err != nil {
			return err
		}
		again.Inboxes, win = win.Inboxes, again
	case st.Loop.Cursor != "":
		// Should the rules have changed as well, that comes with the next pass.
		o.Print = st.Loop.Fingerprint
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

// vanished completes a window whose cursor the mirror has lost: open signals that
// the tip does not contain were taken away by a rewrite that nobody saw.
func vanished(ctx context.Context, m *mirror.Mirror, w *handoff.Window, st ledger.State) error {
	for _, id := range st.Order {
		h := st.Handoffs[id]
		if h.Kind != handoff.Signal {
			continue
		}
		there, err := m.Contains(ctx, w.Tip, h.Commit)
		if err != nil {
			return err
		}
		if !there {
			w.Rewritten = true
			w.Dropped = append(w.Dropped, handoff.Commit{
				Hash: h.Commit, Subject: h.Subject, Author: h.Author, AuthorDate: h.AuthorDate,
				Trailers: handoff.Trailers{PawlID: h.PawlID, Verdict: h.Verdict},
			})
		}
	}
	return nil
}

// query is what to ask the mirror about the way from the ledger's cursor to tip.
func query(cfg *config.Config, st ledger.State, tip string, o Origin) mirror.Query {
	q := mirror.Query{
		Cursor: st.Loop.Cursor, Tip: tip, Lookback: cfg.Handoff.Lookback, Docs: cfg.Handoff.Docs,
		Since: lastDone(cfg, o),
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
	return q
}

// oldestOpen is the commit of the signal that is open the longest: what answers
// it comes after that, however long ago.
func oldestOpen(st ledger.State) string {
	for _, id := range st.Order {
		if h := st.Handoffs[id]; h.Kind == handoff.Signal {
			return h.Commit
		}
	}
	return ""
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
		if f := o.Facts[ph.ID]; f.Done() && f.Commit != "" {
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
	if cfg.Phases.Gate != config.GateMarker {
		fmt.Fprintf(h, "gate %s\n", cfg.Phases.Gate)
	}
	for _, s := range cfg.Handoff.Signals {
		fmt.Fprintf(h, "signal %q %q %q\n", s.Name, s.Subject, s.AnsweredBy)
		for _, name := range s.Wakes {
			fmt.Fprintf(h, "wakes %q\n", cfg.Readers(name))
		}
	}
	for _, in := range cfg.Handoff.Inboxes {
		fmt.Fprintf(h, "inbox %q %q\n", in.File, cfg.Readers(in.Reader))
	}
	for _, p := range cfg.Phases.Sequence {
		fmt.Fprintf(h, "phase %q %q\n", p.ID, p.Status)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
