package mirror

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pawl/handoff"
)

// relate fills Resolved and Older.
func (r *reader) relate(ctx context.Context, w *handoff.Window, s sides, open []string) error {
	open = outsideOf(s.fresh, open)
	if err := r.resolve(ctx, w, s.fresh, open); err != nil {
		return err
	}
	edge := s.fresh.outside()
	var ask []string
	for _, hash := range edge {
		switch {
		case len(open) == 0:
			w.Older[hash] = nil
		case hash == w.Cursor && !w.Rewritten:
			// What is open was seen by an earlier window, and nothing was
			// rewritten since: all of it is reachable from the cursor.
			w.Older[hash] = open
		default:
			ask = append(ask, hash)
		}
	}
	for _, hash := range w.Resolved {
		_, inside := s.fresh[hash]
		if _, told := w.Older[hash]; inside || told || slices.Contains(ask, hash) {
			continue
		}
		switch {
		case len(open) == 0:
			w.Older[hash] = nil
		case len(open) == 1 && open[0] == hash:
			w.Older[hash] = open
		case hash == w.Cursor && !w.Rewritten:
			w.Older[hash] = open
		default:
			ask = append(ask, hash)
		}
	}
	return r.contained(ctx, w.Older, ask, open)
}

// outsideOf is what of open lies outside a range, each once, sorted.
func outsideOf(s span, open []string) []string {
	var out []string
	for _, hash := range open {
		if _, inside := s[hash]; !inside && isObjectName(hash) {
			out = append(out, hash)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// resolve finds the commits that Reviewed trailers name: in the range first,
// then among the open ones, then anywhere in the mirror. A name with more digits than
// hashes have is none, though git (2.55) takes it.
func (r *reader) resolve(ctx context.Context, w *handoff.Window, fresh span, open []string) error {
	inside := make([]string, 0, len(fresh))
	for hash := range fresh {
		inside = append(inside, hash)
	}
	slices.Sort(inside)
	for _, c := range w.Commits {
		value := c.Trailers.Reviewed
		if _, done := w.Resolved[value]; done || !isHex(value, 7, len(w.Tip)) {
			continue
		}
		full, count := byPrefix(inside, value)
		if count == 0 {
			full, count = byPrefix(open, value)
		}
		if count == 0 {
			// The running cat-file resolves it as rev-parse would, without
			// another process for each value.
			o, err := r.readNamed(ctx, value+"^{commit}", 0)
			if err != nil && !errors.Is(err, errMissing) {
				return err
			}
			if err == nil && o.kind == "commit" {
				full, count = o.hash, 1
			}
		}
		if count == 1 {
			w.Resolved[value] = full
		}
	}
	return nil
}

// byPrefix finds a hash by its first digits, and says how many there are.
func byPrefix(sorted []string, prefix string) (string, int) {
	i, _ := slices.BinarySearch(sorted, prefix)
	first, count := "", 0
	for ; i < len(sorted) && strings.HasPrefix(sorted[i], prefix); i++ {
		if count++; count == 1 {
			first = sorted[i]
		}
	}
	return first, count
}
