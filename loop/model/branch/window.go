package branch

import (
	"slices"

	"pawl/handoff"
)

// Query is what a mirror is asked.
type Query struct {
	Cursor, Tip string
	Open        []string          // commits that Window.Older is about
	Known       func(string) bool // that the mirror ever had a commit; nil: it had all
	Docs        string            // the folder of the watched files
	Inboxes     []string          // their names
}

// Window is what a mirror would answer.
func (b *Branch) Window(q Query) *handoff.Window {
	w := &handoff.Window{Cursor: q.Cursor, Tip: q.Tip, Older: map[string][]string{}, Resolved: map[string]string{}}
	old, now := b.Back(q.Cursor), b.Back(q.Tip)
	inRange := map[string]bool{}
	for _, h := range now {
		if !slices.Contains(old, h) {
			inRange[h] = true
			w.Commits = append(w.Commits, b.Commits[h])
		}
	}
	for _, h := range old {
		if !slices.Contains(now, h) {
			w.Rewritten = true
			w.Dropped = append(w.Dropped, b.Commits[h])
		}
	}
	for _, c := range w.Commits {
		outside := slices.Clone(c.Parents)
		if r := c.Trailers.Reviewed; r != "" && b.Commits[r].Hash != "" && (q.Known == nil || q.Known(r)) {
			w.Resolved[r] = r
			outside = append(outside, r)
		}
		for _, h := range outside {
			if inRange[h] {
				continue
			}
			line := b.Back(h)
			w.Older[h] = slices.DeleteFunc(slices.Clone(q.Open), func(a string) bool { return !slices.Contains(line, a) })
		}
	}
	for _, name := range q.Inboxes {
		if f := b.inbox(w, q.Docs, name); f.Blob != "" || f.Ended != "" {
			w.Inboxes = append(w.Inboxes, f)
		}
	}
	return w
}

func (b *Branch) inbox(w *handoff.Window, docs, name string) handoff.InboxFile {
	f := handoff.InboxFile{Name: name, Path: docs + "/" + name}
	if content := b.Trees[w.Tip][f.Path]; content != "" {
		f.Blob = HashOf(content)
	}
	for _, c := range w.Commits {
		if len(c.Parents) > 0 && b.Trees[c.Parents[0]][f.Path] != "" && b.Trees[c.Hash][f.Path] == "" {
			f.Ended = c.Hash
		}
	}
	return f
}
