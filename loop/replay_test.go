package loop

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pawl/handoff/mirror"
	"pawl/internal/need"
)

const replayedYAML = `version: 1
origin: {url: /nowhere}
phases:
  sequence:
    - {id: core, plan: core.md, status: STATUS-core.md}
    - {id: cli, plan: cli.md, status: STATUS-cli.md}
agents:
  builder: {kind: loop, role: builder}
  adversary: {kind: loop, role: adversary}
`

// invented is a history that is written as a stream for git fast-import.
type invented struct {
	strings.Builder
	random *rand.Rand
	marks  int
	claims []int
}

// commit writes one commit of some kind, and returns its mark.
func (h *invented) commit(from ...int) int {
	h.marks++
	message, file := "work", "M 644 inline src/a.txt"
	switch n := h.random.IntN(12); {
	case n < 3:
		message = fmt.Sprintf("claim(g%d): x", h.random.IntN(3))
		h.claims = append(h.claims, h.marks)
	case n < 5:
		message = fmt.Sprintf("review(g%d): x\n\nVerdict: %s", h.random.IntN(3), []string{"pass", "fail"}[h.random.IntN(2)])
	case n == 5:
		file = []string{"M 644 inline BUILDER-INBOX.md", "M 644 inline machine-docs/BUILDER-INBOX.md"}[h.random.IntN(2)]
	case n == 6:
		file = []string{"D BUILDER-INBOX.md", "D machine-docs"}[h.random.IntN(2)]
	case n == 7:
		file = []string{"M 644 inline STATUS-core.md", "M 644 inline machine-docs/STATUS-cli.md"}[h.random.IntN(2)]
	}
	content := fmt.Sprintf("%d\n", h.marks)
	if strings.Contains(file, "STATUS") && h.random.IntN(2) == 0 {
		content = "## DONE\n"
	}
	fmt.Fprintf(h, "commit refs/heads/main\nmark :%d\ncommitter a <a@b> %d +0000\ndata %d\n%s\n", h.marks, 1700000000+h.marks, len(message), message)
	for i, mark := range from {
		fmt.Fprintf(h, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], mark)
	}
	h.WriteString(file + "\n")
	if strings.HasPrefix(file, "M") {
		fmt.Fprintf(h, "data %d\n%s\n", len(content), content)
	}
	h.WriteString("\n")
	return h.marks
}

// grow writes a mainline of so many commits, some of which merge side branches.
func (h *invented) grow(at, steps int) int {
	for range steps {
		if h.random.IntN(5) > 0 {
			at = h.commit(at)
			continue
		}
		side := at
		for range 1 + h.random.IntN(3) {
			side = h.commit(side)
		}
		at = h.commit(h.commit(at), side)
	}
	return at
}

// imported makes a repository of an invented history, with tags at some marks.
func (h *invented) imported(t *testing.T, tags map[string]int) *mirror.History {
	t.Helper()
	dir := t.TempDir()
	for name, mark := range tags {
		fmt.Fprintf(h, "reset refs/tags/%s\nfrom :%d\n\n", name, mark)
	}
	for _, c := range []struct{ args, in string }{{"init -q --bare --template=", ""}, {"fast-import --quiet --force", h.String()}} {
		cmd := exec.CommandContext(t.Context(), "git", strings.Fields(c.args)...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(c.in)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", c.args, err, out)
		}
	}
	history, err := mirror.FindHistory(t.Context(), dir, "", os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	return history
}

func lines(events []Replayed) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%.8s %s %s %v\n", e.Commit, e.Kind, e.Agent, e.Data)
	}
	return b.String()
}

// TestReplayLeavesNothingOut replays histories with merges, once as it is done and
// once with a look at each first-parent commit: what is left out says nothing.
func TestReplayLeavesNothingOut(t *testing.T) {
	need.Unraced(t)
	need.Program(t, "git")
	cfg := parsed(t, replayedYAML)
	quiet := 0
	for seed := range 4 {
		h := &invented{random: rand.New(rand.NewPCG(uint64(seed), 1))}
		from := h.grow(h.commit(), 5)
		to := h.grow(from, 25)
		history := h.imported(t, map[string]int{"A": from, "B": to})
		a, b := named(t, history, "A"), named(t, history, "B")
		got, err := ReadReplay(t.Context(), history, cfg, a, b, func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		line, _, err := history.Range(t.Context(), maxReplayed, "--first-parent", a+".."+b)
		if err != nil {
			t.Fatal(err)
		}
		r := &replayReader{replaying: newReplaying(cfg), h: history, m: history.Mirror(), memo: mirror.NewMemory()}
		if err := r.prime(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		var all []Replayed
		for _, tip := range line {
			o, err := r.origin(t.Context(), tip)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r.look(tip, o)...)
		}
		if lines(got.Events) != lines(all) || len(all) == 0 {
			t.Errorf("history %d: replay tells\n%sand a look at each commit\n%s", seed, lines(got.Events), lines(all))
		}
		var out Replay
		out.From, out.To = a, b
		steps, err := r.steps(t.Context(), &out)
		if err != nil {
			t.Fatal(err)
		}
		quiet += len(line) - len(steps)
	}
	if quiet == 0 {
		t.Error("no commit was left out, so that nothing was tried")
	}
}

func named(t *testing.T, h *mirror.History, name string) string {
	t.Helper()
	hash, err := h.Commit(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
