package mirror

import (
	"context"
	"fmt"

	"pawl/handoff"
)

// Query says what a Window is to tell of. Hashes are full.
type Query struct {
	Cursor   string   // the tip that was dealt with last; "" when there is no memory
	Tip      string   // as Look told it
	Lookback int      // commits read when there is no memory
	Since    string   // without memory, all that is not reachable from it is read too; "" for none
	Docs     string   // the folder where watched files lie first
	Inboxes  []string // watched names
	Open     []string // commits outside the range that Window.Older is about
}

// Window reads what lies between cursor and tip. A cursor that the mirror does
// not know is no memory: the window then has none. Damage of the mirror is
// ErrRebuild.
func (m *Mirror) Window(ctx context.Context, q Query) (handoff.Window, error) {
	w := handoff.Window{Cursor: q.Cursor, Tip: q.Tip, Older: map[string][]string{}, Resolved: map[string]string{}}
	if q.Tip == "" {
		return w, nil
	}
	if !isObjectName(q.Tip) {
		return w, fmt.Errorf("tip %q is no full commit hash; pass the one that the look at origin told", handoff.Head(q.Tip, maxLine))
	}
	if !isObjectName(q.Since) {
		q.Since = ""
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()

	sides, err := r.span(ctx, q)
	if err != nil {
		return w, err
	}
	w.Cursor, w.Rewritten = sides.cursor, len(sides.dropped) > 0
	order := sides.fresh.sorted(q.Tip)
	if w.Commits, err = r.describe(ctx, order); err != nil {
		return w, err
	}
	if w.Dropped, err = r.describe(ctx, sides.dropped.sorted(q.Cursor)); err != nil {
		return w, err
	}
	if err := r.relate(ctx, &w, sides, q.Open); err != nil {
		return w, err
	}
	if len(q.Inboxes) > 0 {
		w.Inboxes, err = r.inboxes(ctx, q, sides, order)
	}
	return w, err
}

// sides are the two sides of cursor and tip.
type sides struct {
	cursor  string // "" without memory
	fresh   span   // git's cursor..tip
	dropped span   // git's tip..cursor
}

func (r *reader) span(ctx context.Context, q Query) (sides, error) {
	if _, err := r.commit(ctx, q.Tip); err != nil {
		return sides{}, err
	}
	known, err := isObjectName(q.Cursor), error(nil)
	if known && q.Cursor != q.Tip {
		// The usual pass: the range ends at the cursor, which proves it known.
		fresh, certain, werr := r.walk(ctx, q.Cursor, q.Tip)
		if werr != nil || certain {
			return sides{cursor: q.Cursor, fresh: fresh}, werr
		}
		known, err = r.isCommit(ctx, q.Cursor)
	}
	switch {
	case err != nil:
		return sides{}, err
	case !known:
		fresh, err := r.back(ctx, q.Tip, q.Lookback, q.Since)
		return sides{fresh: fresh}, err
	case q.Cursor == q.Tip:
		return sides{cursor: q.Cursor}, nil
	}
	dropped, fresh, err := r.list(ctx, "--left-right", q.Cursor+"..."+q.Tip)
	return sides{cursor: q.Cursor, fresh: fresh, dropped: dropped}, err
}

// describe reads the commits of a range, in the order given.
func (r *reader) describe(ctx context.Context, order []string) ([]handoff.Commit, error) {
	if err := r.commits(ctx, order); err != nil {
		return nil, err
	}
	var out []handoff.Commit
	for _, hash := range order {
		out = append(out, r.seen[hash].Commit)
	}
	return out, nil
}
