package ledger

import (
	"errors"
	"testing"
	"time"
)

func someRun(id, name string, change func(*Run)) Run {
	r := Run{ID: id, Name: name, Type: "general", Task: "do it", Adapter: "mine", Dir: "/p", Status: RunRunning, Since: morning.Add(1 * time.Second), Created: morning.Add(1 * time.Second)}
	if change != nil {
		change(&r)
	}
	return r
}

func addRuns(t *testing.T, l *Ledger, list ...Run) {
	t.Helper()
	if err := l.Edit(t.Context(), func(s *State) error {
		for _, r := range list {
			s.Runs[r.ID] = r
			s.Agents[r.ID] = Agent{Name: r.ID, Wanted: Up}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestARunIsFoundByIDAndName(t *testing.T) {
	l, _ := fresh(t)
	addRuns(t, l, someRun("rbcdfg", "parser", nil), someRun("rbcxyz", "docs", nil), someRun("rzzzzz", "docs", nil),
		someRun("rgone1", "old", func(r *Run) { r.Removed = morning.Add(2 * time.Second) }))
	for _, c := range []struct{ name, want, err string }{
		{"rbcdfg", "rbcdfg", ""},
		{"parser", "rbcdfg", ""},
		{"rbcx", "rbcxyz", ""},
		{"rbc", "", `"rbc" may be rbcxyz (docs, running) or rbcdfg (parser, running); write the id`},
		{"docs", "", `"docs" may be rzzzzz (docs, running) or rbcxyz (docs, running); write the id`},
		{"old", "", `there is no run "old"`},
		{"rgone1", "", `there is no run "rgone1"`},
		{"", "", `there is no run ""`},
		{"%", "", `there is no run "%"`},
	} {
		r, err := l.Run(t.Context(), c.name)
		if text := errText(err); r.ID != c.want || text != c.err {
			t.Errorf("%q is %q, %s; want %q, %s", c.name, r.ID, text, c.want, c.err)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A plan is made from what runs and whom that tells; what is over is not loaded.
func TestOpenRuns(t *testing.T) {
	l, _ := fresh(t)
	done := func(r *Run) { r.Status, r.EndedAt = RunCompleted, morning.Add(3*time.Second) }
	addRuns(t, l, someRun("r1", "", func(r *Run) { r.Parent = "r2" }), someRun("r2", "", done), someRun("r3", "", done), someRun("r4", "", done))
	if err := l.Edit(t.Context(), func(s *State) error {
		s.Sessions["r4"] = Session{Generation: "g4", Agent: "r4", State: Stopping}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, has := s.Runs["r3"]; has || len(s.Runs) != 3 {
		t.Errorf("loaded are %v", s.Runs)
	}
	// One that is over can be edited all the same.
	if err := l.EditRun(t.Context(), "r3", func(_ *State, r Run) (Run, error) { r.Why = "edited"; return r, nil }); err != nil {
		t.Fatal(err)
	}
	if r, err := l.Run(t.Context(), "r3"); err != nil || r.Why != "edited" {
		t.Errorf("%+v, %v", r, err)
	}
	var none *NoRunError
	if err := l.EditRun(t.Context(), "r9", func(_ *State, r Run) (Run, error) { return r, nil }); !errors.As(err, &none) {
		t.Errorf("an edit of no run: %v", err)
	}
}

// What was cleared away, or ended long ago and left nothing behind, goes with the
// history; what has a worktree stays until somebody removes it.
func TestOldRunsArePruned(t *testing.T) {
	l, _ := fresh(t)
	old := func(r *Run) { r.Status, r.EndedAt = RunCompleted, morning.Add(3*time.Second) }
	addRuns(t, l, someRun("r1", "", nil), someRun("r2", "", old), someRun("r3", "", func(r *Run) { old(r); r.Repo = "/repo" }),
		someRun("r4", "", func(r *Run) { old(r); r.Repo, r.Removed = "/repo", morning.Add(4*time.Second) }),
		someRun("r5", "", func(r *Run) { old(r); r.EndedAt = morning.Add(300 * day) }))
	if _, err := l.Prune(t.Context(), morning.Add(500*day), Defaults(500, 2)); err != nil {
		t.Fatal(err)
	}
	list, err := runs.find(t.Context(), l.db, "ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	var ids string
	for _, r := range list {
		ids += r.ID + " "
	}
	if ids != "r1 r3 r5 " {
		t.Errorf("left are %s", ids)
	}
	left, err := agents.find(t.Context(), l.db, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 3 {
		t.Errorf("agents that are left: %v", left)
	}
}
