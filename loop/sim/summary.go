package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
)

// Summarise prints what a finished stage amounts to, and fails if a signal in
// origin's history was not told, or told twice: git's history is held against
// the agents' own record, not against what the coordinator believes.
func Summarise(ctx context.Context, w io.Writer, l *ledger.Ledger, stage *Stage, took time.Duration) error {
	record, err := ReadRecord(stage.Record())
	if err != nil {
		return err
	}
	all, err := l.Handoffs(ctx, true, 100_000)
	if err != nil {
		return err
	}
	tally, err := Reconcile(ctx, stage, record)
	if err != nil {
		return err
	}
	answered, told := 0, 0
	for _, h := range all {
		if h.State == handoff.Answered {
			answered++
		}
		if !h.SentAt.IsZero() {
			told++
		}
	}
	fmt.Fprintf(w, "\n%s done, %s told, %d answered, in %.1f s\n", doctor.Count(len(stage.Phases), "phase"), doctor.Count(told, "handoff"), answered, took.Seconds())
	fmt.Fprintf(w, "median push to told %d ms, lost %d, told twice %d\n", median(record.Delays()).Milliseconds(), len(tally.Lost), len(tally.Twice))
	if len(tally.Lost)+len(tally.Twice) > 0 {
		return fmt.Errorf("lost: %v; told twice: %v", tally.Lost, tally.Twice)
	}
	return nil
}

// Tally is what comes of holding origin's history against the agents' record.
type Tally struct {
	Signals int
	Lost    []string // never told and not answered otherwise
	Twice   []string // told more than once to one generation
}

// Reconcile counts for each claim and review in origin's history how often each
// generation of the agent that it wakes wrote down having been told.
func Reconcile(ctx context.Context, stage *Stage, r Record) (Tally, error) {
	var t Tally
	cmd := exec.CommandContext(ctx, "git", "-C", stage.Origin(), "log", "--format=%H %s", "main")
	cmd.Env = gitEnv(os.Environ())
	out, err := cmd.Output()
	if err != nil {
		return t, errors.Join(fmt.Errorf("git log of the demo's origin: %w", err))
	}
	for row := range strings.Lines(string(out)) {
		commit, subject, _ := strings.Cut(strings.TrimSpace(row), " ")
		agent := map[bool]string{true: "adversary", false: "builder"}[strings.HasPrefix(subject, "claim")]
		if !strings.HasPrefix(subject, "claim") && !strings.HasPrefix(subject, "review") {
			continue
		}
		t.Signals++
		times := r.Times(agent, commit)
		if len(times) == 0 {
			t.Lost = append(t.Lost, commit[:10]+" "+subject)
		}
		for generation, n := range times {
			if n > 1 {
				t.Twice = append(t.Twice, fmt.Sprintf("%s %s (%d times to %s %s)", commit[:10], subject, n, agent, generation))
			}
		}
	}
	return t, nil
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}
