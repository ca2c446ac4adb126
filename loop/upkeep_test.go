package loop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
)

// house is an engine with a state directory and a clock that the test moves.
type house struct {
	*Engine
	t   testing.TB
	cfg *config.Config
	now time.Time
	ran int // how often old things were cleared away
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	h.cfg = &config.Config{StateDir: t.TempDir(), Agents: []config.Agent{{Name: "builder"}, {Name: "far-off"}}}
	l, err := ledger.Open(t.Context(), h.cfg.StateDir)
	if err != nil {
		t.Fatal(err)
	}
	h.Engine = &Engine{
		Ledger: l, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now },
		Tidy: func(context.Context, time.Time) error { h.ran++; return nil },
	}
	t.Cleanup(func() {
		if err := errors.Join(h.Close(), l.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// file makes a file of some age.
func (h *house) file(age time.Duration, parts ...string) string {
	h.t.Helper()
	path := filepath.Join(append([]string{h.cfg.StateDir}, parts...)...)
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600), os.Chtimes(path, h.now.Add(-age), h.now.Add(-age)))
	if err != nil {
		h.t.Fatal(err)
	}
	return path
}

// files are the names in a folder of the state directory.
func (h *house) files(dir string) []string {
	h.t.Helper()
	entries, err := os.ReadDir(filepath.Join(h.cfg.StateDir, dir))
	if err != nil {
		h.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// pass is the end of a pass; what it begins is waited for.
func (h *house) pass() {
	h.t.Helper()
	h.keepUp(h.t.Context(), h.cfg)
	h.upkeep.rest(time.Minute)
}

func TestWhenOldThingsAreClearedAway(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		name  string
		later time.Duration
		again bool // another process: the engine has no memory
		want  int
	}{
		{"at first", 0, false, 1},
		{"not in each pass", time.Minute, false, 1},
		{"nor after a restart", time.Minute, true, 1},
		{"not before an hour is over", 57 * time.Minute, true, 1},
		{"after an hour", 2 * time.Minute, true, 2},
		{"after an hour in the same process", 61 * time.Minute, false, 3},
		{"at once when the clock was set back", -300 * time.Hour, false, 4},
		{"and then once an hour again", 5 * time.Minute, true, 4},
		{"after a year", 365 * 24 * time.Hour, true, 5},
	} {
		if c.again {
			h.upkeep.looked = time.Time{}
		}
		h.now = h.now.Add(c.later)
		if h.pass(); h.ran != c.want {
			t.Errorf("%s: it ran %d times, want %d", c.name, h.ran, c.want)
		}
	}
}

func TestAClearingThatIsCutOffGoesOn(t *testing.T) {
	h := newHouse(t)
	reached := make(chan struct{})
	h.Tidy = func(ctx context.Context, _ time.Time) error {
		close(reached)
		<-ctx.Done()
		return ctx.Err()
	}
	h.keepUp(t.Context(), h.cfg)
	<-reached
	h.upkeep.rest(0)
	h.Tidy = func(context.Context, time.Time) error { h.ran++; return nil }
	h.upkeep.looked = time.Time{} // as in the next tick
	if h.pass(); h.ran != 1 {
		t.Errorf("it ran %d times", h.ran)
	}
}

func TestWhichFilesAreClearedAway(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	h := newHouse(t)
	if err := h.Ledger.Commit(t.Context(), 0, ledger.Changes{Sessions: []ledger.Session{{Generation: "runs", Agent: "builder"}}}); err != nil {
		t.Fatal(err)
	}
	h.file(100*day, "prompts", "builder-runs.md")
	h.file(100*day, "prompts", "notes.md")
	h.file(100*day, "prompts", "far-off-only.md")
	for i := range 25 {
		h.file(2*day+time.Duration(i)*hour, "prompts", fmt.Sprintf("builder-g%02d.md", i))
		h.file(time.Duration(i)*time.Minute, "prompts", fmt.Sprintf("busy-g%02d.md", i))
	}
	h.file(2*day, "prompts", ".new-1")
	h.file(hour, "prompts", ".new-2")
	h.file(2*day, ".new-3")
	for _, name := range []string{"builder.log", "far-off.raw.1", "coordinator.log", "notes", "gone.log", "gone.log.1", "gone.raw", "gone.raw.1"} {
		h.file(91*day, "logs", name)
	}
	h.file(89*day, "logs", "left.log")
	h.pass()
	if want := []string{"builder.log", "coordinator.log", "far-off.raw.1", "left.log", "notes"}; !slices.Equal(h.files("logs"), want) {
		t.Errorf("of the logs are left %q, want %q", h.files("logs"), want)
	}
	prompts := h.files("prompts")
	if want := 1 + 20 + 25 + 2 + 1; len(prompts) != want || slices.Contains(prompts, "builder-g20.md") || !slices.Contains(prompts, "builder-g19.md") {
		t.Errorf("of the prompts are left %d, want %d: %q", len(prompts), want, prompts)
	}
	for _, name := range []string{"builder-runs.md", "notes.md", "far-off-only.md", ".new-2"} {
		if !slices.Contains(prompts, name) {
			t.Errorf("prompt %s is gone", name)
		}
	}
	if slices.Contains(h.files("."), ".new-3") {
		t.Error("half a file is left")
	}
}

func TestALogThatNobodyRotatesIsRotated(t *testing.T) {
	h := newHouse(t)
	path := h.file(0, "logs", "builder.log")
	if err := os.Truncate(path, 2*logfile.Limit+1); err != nil {
		t.Fatal(err)
	}
	h.pass()
	info, err := os.Stat(logfile.Rotated(path))
	if err != nil || info.Size() != 2*logfile.Limit+1 {
		t.Errorf("%v", err)
	}
}

// However long it runs, the state directory does not grow.
func TestAYearLeavesNoMoreThanAMonth(t *testing.T) {
	need.Unraced(t)
	h := newHouse(t)
	steps := 0
	for end := h.now.AddDate(1, 3, 0); h.now.Before(end); h.now = h.now.Add(15 * 24 * time.Hour) {
		steps++
		var c ledger.Changes
		for i := range 4 {
			id := fmt.Sprintf("%d-%d", steps, i)
			c.Wakes = append(c.Wakes, delivery.Wake{ID: id, State: delivery.Taken, CreatedAt: h.now})
			c.Items = append(c.Items, ledger.Item{ID: id, State: handoff.Taken, CreatedAt: h.now})
			c.Sessions = append(c.Sessions, ledger.Session{Generation: id, Agent: "builder", EndedAt: h.now})
			c.Slots = append(c.Slots, ledger.Slot{ID: id, Schedule: "s", DecidedAt: h.now})
			c.Events = append(c.Events, ledger.Event{Kind: "handoff.taken", Time: h.now})
			h.file(0, "prompts", fmt.Sprintf("builder-%d.md", steps*10+i))
		}
		c.Sessions = append(c.Sessions, ledger.Session{Generation: fmt.Sprint("runs", steps), Agent: fmt.Sprint("a", steps), CreatedAt: h.now})
		h.file(0, "logs", fmt.Sprintf("a%d.log", steps))
		if err := h.Ledger.Commit(t.Context(), 0, c); err != nil {
			t.Fatal(err)
		}
		h.pass()
		if n := len(h.files("prompts")); n > promptsKept+4 {
			t.Fatalf("in step %d there are %d prompts", steps, n)
		}
		if n := len(h.files("logs")); n > 7 {
			t.Fatalf("in step %d there are %d logs", steps, n)
		}
	}
	if h.ran != steps {
		t.Errorf("it ran %d times in %d steps", h.ran, steps)
	}
	st, err := h.Ledger.Load(t.Context())
	if err != nil || len(st.Sessions) != steps {
		t.Errorf("%d sessions run, want %d: %v", len(st.Sessions), steps, err)
	}
	left, err := h.Ledger.Prune(t.Context(), h.now.AddDate(10, 0, 0), ledger.Retention{})
	if err != nil {
		t.Fatal(err)
	}
	// Thirty days of wakes and items, four hundred of the rest, and the step after the last.
	if left.Wakes > 3*4 || left.Items > 3*4 || left.Sessions > 27*4 || left.Slots > 27*4 || left.Events != steps*4 {
		t.Errorf("there were left %+v", left)
	}
}
