package handoff

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A history is written one commit a line, each on top of the line before unless
// it names its parents:
//
//	c1: claim(a): it parses
//	side < base: claim(b): it prints | by ann | at 7
//	r1 < c1 side: review(a): fine | Verdict: pass | Reviewed: c1 | -ADVERSARY-INBOX.md
//	w: a letter | +machine-docs/BUILDER-INBOX.md=hello
//
// "Reviewed: c1" stands for the full hash of c1 and "Reviewed: c1~" for its
// first seven digits; anything else is taken as written.
type history struct {
	commits map[string]Commit // by hash
	order   []string          // hashes, a parent before its child
	names   map[string]string // hash → name
	reach   map[string]map[string]bool
	trees   map[string]map[string]string // hash → path → content
}

func newHistory() *history {
	return &history{
		commits: map[string]Commit{}, names: map[string]string{},
		reach: map[string]map[string]bool{}, trees: map[string]map[string]string{},
	}
}

func hashOf(name string) string {
	sum := sha1.Sum([]byte(name))
	return hex.EncodeToString(sum[:])
}

func (h *history) tip() string { return h.order[len(h.order)-1] }

func (h *history) add(t testing.TB, line string) {
	t.Helper()
	head, rest, ok := strings.Cut(line, ": ")
	if !ok {
		t.Fatalf("line %q is no commit", line)
	}
	name, parents, _ := strings.Cut(head, " < ")
	parts := strings.Split(rest, " | ")
	c := Commit{
		Hash: hashOf(name), Subject: parts[0], Author: "ann <ann@example.org>",
		AuthorDate: time.Unix(1_700_000_000+int64(len(h.order)), 0),
	}
	if len(h.order) > 0 && parents == "" {
		c.Parents = []string{h.tip()}
	}
	for p := range strings.FieldsSeq(parents) {
		c.Parents = append(c.Parents, hashOf(p))
	}
	tree := map[string]string{}
	for i, p := range c.Parents {
		if _, known := h.commits[p]; !known {
			t.Fatalf("line %q has an unknown parent", line)
		}
		if i == 0 {
			maps.Copy(tree, h.trees[p])
		}
	}
	for _, part := range parts[1:] {
		h.part(t, &c, tree, part)
	}
	h.put(t, name, c, tree)
}

func (h *history) part(t testing.TB, c *Commit, tree map[string]string, part string) {
	t.Helper()
	key, value, _ := strings.Cut(part, ": ")
	switch {
	case strings.HasPrefix(part, "+"):
		path, text, _ := strings.Cut(part[1:], "=")
		tree[path] = text
	case strings.HasPrefix(part, "-"):
		delete(tree, part[1:])
	case strings.HasPrefix(part, "by "):
		c.Author = part[3:] + " <" + part[3:] + "@example.org>"
	case strings.HasPrefix(part, "at "):
		var n int64
		if _, err := fmt.Sscan(part[3:], &n); err != nil {
			t.Fatalf("part %q: %v", part, err)
		}
		c.AuthorDate = time.Unix(1_600_000_000+n, 0)
	case key == "Verdict":
		c.Trailers.Verdict = value
	case key == "Pawl-Id":
		c.Trailers.PawlID = value
	case key == "Reviewed":
		c.Trailers.Reviewed = h.reviewed(value)
	default:
		t.Fatalf("part %q is not understood", part)
	}
}

func (h *history) reviewed(value string) string {
	name, short := strings.CutSuffix(value, "~")
	if _, ok := h.commits[hashOf(name)]; !ok {
		return value
	}
	if short {
		return hashOf(name)[:7]
	}
	return hashOf(name)
}

func (h *history) put(t testing.TB, name string, c Commit, tree map[string]string) {
	t.Helper()
	if _, twice := h.commits[c.Hash]; twice {
		t.Fatalf("commit %q is there twice", name)
	}
	reach := map[string]bool{c.Hash: true}
	for _, p := range c.Parents {
		maps.Copy(reach, h.reach[p])
	}
	h.commits[c.Hash], h.names[c.Hash], h.reach[c.Hash], h.trees[c.Hash] = c, name, reach, tree
	h.order = append(h.order, c.Hash)
}

// look is what the mirror is asked.
type look struct {
	cursor, tip string // hashes; cursor may be ""
	open        []string
	inboxes     []string
	shuffle     *rand.Rand      // a random topological order, where set
	known       map[string]bool // commits that origin ever had
}

// window answers as the mirror must, by brute force.
func (h *history) window(q look) Window {
	w := Window{Cursor: q.cursor, Tip: q.tip, Older: map[string][]string{}, Resolved: map[string]string{}}
	if q.tip == "" {
		return w
	}
	w.Commits = h.without(q.tip, q.cursor, q.shuffle)
	if q.cursor != "" && !h.reach[q.tip][q.cursor] {
		w.Rewritten, w.Dropped = true, h.without(q.cursor, q.tip, q.shuffle)
	}
	inside := map[string]bool{}
	for _, c := range w.Commits {
		inside[c.Hash] = true
	}
	outside := func(hash string) {
		if inside[hash] {
			return
		}
		w.Older[hash] = nil
		for _, o := range q.open {
			if h.reach[hash][o] {
				w.Older[hash] = append(w.Older[hash], o)
			}
		}
	}
	for _, c := range w.Commits {
		for _, p := range c.Parents {
			outside(p)
		}
		if full := h.resolve(c.Trailers.Reviewed, q.known); full != "" {
			w.Resolved[c.Trailers.Reviewed] = full
			outside(full)
		}
	}
	for _, name := range q.inboxes {
		w.Inboxes = append(w.Inboxes, h.inbox(w, name)...)
	}
	return w
}

// without is git's exclude..tip, a parent before its child.
func (h *history) without(tip, exclude string, shuffle *rand.Rand) []Commit {
	var left []string
	for _, hash := range h.order {
		if h.reach[tip][hash] && !h.reach[exclude][hash] {
			left = append(left, hash)
		}
	}
	var out []Commit
	for len(left) > 0 {
		var ready []int
		for i, hash := range left {
			if !slices.ContainsFunc(h.commits[hash].Parents, func(p string) bool { return slices.Contains(left, p) }) {
				ready = append(ready, i)
			}
		}
		i := ready[0]
		if shuffle != nil {
			i = ready[shuffle.IntN(len(ready))]
		}
		out = append(out, h.commits[left[i]])
		left = slices.Delete(left, i, i+1)
	}
	return out
}

func (h *history) resolve(reviewed string, known map[string]bool) string {
	if !reviewedText.MatchString(reviewed) {
		return ""
	}
	for _, hash := range h.order {
		if known[hash] && strings.HasPrefix(hash, reviewed) {
			return hash
		}
	}
	return ""
}

const docs = "machine-docs/"

// inbox is the file of that name at the tip, and where one ended.
func (h *history) inbox(w Window, name string) []InboxFile {
	var out []InboxFile
	paths := []string{docs + name, name}
	first := slices.IndexFunc(paths, func(path string) bool { _, ok := h.trees[w.Tip][path]; return ok })
	for i, path := range paths {
		f := InboxFile{Name: name, Path: path, Ended: h.ended(w, path)}
		content := h.trees[w.Tip][path]
		blank := strings.TrimSpace(content) == ""
		if i == first && !blank {
			f.Blob = hashOf(content)
		}
		if f.Blob != "" || blank && f.Ended != "" {
			out = append(out, f)
		}
	}
	return out
}

func (h *history) ended(w Window, path string) string {
	there := func(hash string) bool { return strings.TrimSpace(h.trees[hash][path]) != "" }
	end := ""
	for _, c := range w.Commits {
		saw := w.Cursor == "" || w.Rewritten || h.reach[c.Hash][w.Cursor]
		if saw && !there(c.Hash) && slices.ContainsFunc(c.Parents, there) {
			end = c.Hash
		}
	}
	return end
}
