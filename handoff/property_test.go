package handoff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// writer makes up histories, as the lines of a story.
type writer struct {
	*rand.Rand
	tree    bool // no merges
	lines   []string
	parents [][]int
	done    []string
}

func (w *writer) pick(from ...string) string { return from[w.IntN(len(from))] }

func (w *writer) commits(n int) {
	for i := range n {
		head := fmt.Sprintf("c%d", i)
		var parents []int
		if i > 0 {
			parents = append(parents, max(0, i-1-w.IntN(4)))
			if other := w.IntN(i); !w.tree && w.IntN(4) == 0 && other != parents[0] {
				parents = append(parents, other)
			}
		}
		if i == n-1 && !w.tree {
			parents = w.heads()
		}
		w.parents = append(w.parents, parents)
		if i > 0 {
			head += " <"
		}
		for _, p := range parents {
			head += fmt.Sprintf(" c%d", p)
		}
		w.lines = append(w.lines, head+": "+w.message(i))
	}
}

// heads are the commits that nobody built on yet.
func (w *writer) heads() []int {
	var out []int
	for i := len(w.parents) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(w.parents, func(ps []int) bool { return slices.Contains(ps, i) }) {
			out = append(out, i)
		}
	}
	return out
}

func (w *writer) message(i int) string {
	gate := w.pick("(a)", "(b)", "(c)", "", "()")
	text := w.pick("claim", "claim", "review", "review", "note", "work") + gate + ": text"
	if text[0] == 'w' && w.IntN(4) == 0 {
		w.done = append(w.done, fmt.Sprintf("c%d", i))
	}
	parts := []string{text, "by " + w.pick("ann", "bob")}
	if w.IntN(2) == 0 {
		parts = append(parts, "Verdict: "+w.pick("pass", "fail", "perhaps"))
	}
	if older := w.ancestors(i); w.IntN(3) == 0 && len(older) > 0 {
		parts = append(parts, "Reviewed: "+w.pick(
			fmt.Sprintf("c%d", older[w.IntN(len(older))]), fmt.Sprintf("c%d~", older[w.IntN(len(older))]), "0000000", "HEAD"))
	}
	if w.IntN(3) == 0 {
		path := w.pick("BUILDER-INBOX.md", "machine-docs/BUILDER-INBOX.md", "machine-docs/ADVERSARY-INBOX.md")
		parts = append(parts, w.pick("-"+path, "-"+path, "+"+path+"=", "+"+path+"=hello", "+"+path+"=again"))
	}
	return strings.Join(parts, " | ")
}

func (w *writer) ancestors(i int) []int {
	seen := map[int]bool{}
	var visit func(int)
	visit = func(i int) {
		for _, p := range w.parents[i] {
			if !seen[p] {
				seen[p] = true
				visit(p)
			}
		}
	}
	visit(i)
	var out []int
	for j := range i {
		if seen[j] {
			out = append(out, j)
		}
	}
	return out
}

// cuts are some commits on the way to the last one, each containing the one before.
func (w *writer) cuts() []string {
	at := len(w.parents) - 1
	out := []string{fmt.Sprintf("c%d", at)}
	for {
		older := w.ancestors(at)
		if len(older) == 0 || w.IntN(6) == 0 {
			slices.Reverse(out)
			return out
		}
		at = older[len(older)-1-w.IntN(min(4, len(older)))]
		out = append(out, fmt.Sprintf("c%d", at))
	}
}

// outstanding are the handoffs that are not closed, without the inbox letters
// that were told and have given way to others.
func (s *story) outstanding(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, h := range s.records {
		switch {
		case h.State.Closed():
		case h.Kind == Signal:
			out = append(out, h.Agent+" "+strings.TrimSuffix(h.Label(), Short(h.Commit))+s.history.names[h.Commit])
		case hashOf(s.history.trees[s.cursor][h.Path]) == h.Blob:
			out = append(out, h.Agent+" "+h.Path+"="+s.content(h.Blob))
		case h.State == Open:
			t.Errorf("the letter %s is not at the tip and still untold", s.list([]Handoff{h}))
		}
	}
	slices.Sort(out)
	return out
}

// again fails for a letter that is told a second time without having been away.
func (s *story) again(before []Handoff, w Window, delta Delta) {
	s.t.Helper()
	for _, now := range delta.Handoffs {
		if now.Kind != Inbox || now.State != Open || w.Rewritten || w.Cursor == "" {
			continue
		}
		for _, h := range before {
			end := slices.IndexFunc(w.Inboxes, func(f InboxFile) bool { return f.Path == h.Path && f.Ended != "" })
			if !h.State.Closed() && h.Path == now.Path && h.Blob == now.Blob && h.Agent == now.Agent && end < 0 {
				s.t.Errorf("%s is told twice", s.list([]Handoff{now}))
			}
		}
	}
}

// follow tells the history, looked at with origin's branch at each of the tips.
func follow(t testing.TB, w *writer, seed *rand.Rand, tips []string) *story {
	t.Helper()
	s := newStory(t, usual("ada", "bob"))
	s.tell(strings.Join(w.lines, "\n"))
	s.shuffle = seed
	for _, d := range w.done {
		s.done = append(s.done, hashOf(d))
	}
	for _, tip := range tips {
		before := slices.Clone(s.records)
		window := s.input(hashOf(tip)).Window
		s.again(before, window, s.push(tip))
		if seed.IntN(2) == 0 {
			s.tell("taken")
		}
		s.silent = seed.IntN(3) == 0
	}
	return s
}

const histories = 300

// Where the looks at origin fall must not matter.
func TestCutsDoNotMatter(t *testing.T) {
	for seed := range uint64(histories) {
		w := &writer{Rand: rand.New(rand.NewPCG(seed, 1))}
		w.commits(3 + w.IntN(18))
		cuts := w.cuts()
		whole := follow(t, w, w.Rand, cuts[len(cuts)-1:]).outstanding(t)
		if got := follow(t, w, w.Rand, cuts).outstanding(t); !slices.Equal(got, whole) {
			t.Errorf("seed %d: with looks at %v\n%s\nin one look\n%s", seed, cuts, strings.Join(got, "\n"), strings.Join(whole, "\n"))
		}
		if t.Failed() {
			t.Fatalf("the history, done %v:\n%s", w.done, strings.Join(w.lines, "\n"))
		}
	}
}

// Nor may it matter where the branch was in between: what is to be done is a
// function of the history that is there now. Of two concurrent answers the
// first is on record: where a rewrite takes that one away and leaves the other,
// with merges, a handoff is open once more; none is ever lost.
func TestForcePushesDoNotMatter(t *testing.T) {
	for seed := range uint64(histories) {
		w := &writer{Rand: rand.New(rand.NewPCG(seed, 2)), tree: seed%2 == 0}
		w.commits(3 + w.IntN(18))
		w.done = nil // a DONE outside the range is not looked for
		var tips []string
		for range 1 + w.IntN(6) {
			tips = append(tips, fmt.Sprintf("c%d", w.IntN(len(w.parents))))
		}
		whole := follow(t, w, w.Rand, tips[len(tips)-1:]).outstanding(t)
		got := follow(t, w, w.Rand, tips).outstanding(t)
		lost := slices.ContainsFunc(whole, func(h string) bool { return !slices.Contains(got, h) })
		if lost || w.tree && len(got) != len(whole) {
			t.Errorf("seed %d: with the branch at %v\n%s\nin one look\n%s", seed, tips, strings.Join(got, "\n"), strings.Join(whole, "\n"))
		}
		if t.Failed() {
			t.Fatalf("the history, done %v:\n%s", w.done, strings.Join(w.lines, "\n"))
		}
	}
}
