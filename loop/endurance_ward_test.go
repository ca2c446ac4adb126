//go:build linux

package loop

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/logfile"
	"pawl/loop/screen"
)

// ward is a launcher whose sessions are rows in memory: they take what they are
// told at once and print a line about it, so that a year of them fits into minutes.
// Files that it writes, and prompts that were written for it, bear the time of the
// test's own clock.
type ward struct {
	mu       sync.Mutex
	sessions map[string]*launcher.Observation
	logs     map[string]*logfile.File
	pids     int
	started  int
	told     int
}

func newWard() *ward {
	return &ward{sessions: map[string]*launcher.Observation{}, logs: map[string]*logfile.File{}}
}

func (w *ward) Start(_ context.Context, spec launcher.Spec) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if there := w.sessions[spec.Session]; there != nil && there.Alive {
		return nil
	}
	w.pids++
	w.started++
	now := time.Now()
	w.sessions[spec.Session] = &launcher.Observation{
		Ref: spec.Ref, Agent: spec.Agent, Owner: spec.Owner, Phase: spec.Phase, PID: w.pids, Started: "s", Alive: true, Output: now,
	}
	w.logs[spec.Session] = &logfile.File{Path: spec.Log}
	for _, kv := range spec.Env {
		if prompt, ok := strings.CutPrefix(kv, "PAWL_PROMPT_FILE="); ok && prompt != "" {
			return os.Chtimes(prompt, now, now)
		}
	}
	return nil
}

// shown is how many marks are kept of a session: as many as real launchers tell of.
const shown = 1000

func (w *ward) Observe(context.Context) (map[string]launcher.Observation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]launcher.Observation{}
	for name, o := range w.sessions {
		seen := *o
		seen.Marks = slices.Clone(o.Marks)
		out[name] = seen
	}
	return out, nil
}

func (w *ward) Send(_ context.Context, ref launcher.Ref, m launcher.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, err := w.alive(ref)
	if err != nil || slices.ContainsFunc(o.Marks, func(k launcher.Mark) bool { return k.ID == m.ID }) {
		return err
	}
	now := time.Now()
	o.Marks = append(o.Marks[max(len(o.Marks)-shown, 0):], launcher.Mark{ID: m.ID, Items: m.Items, Written: now, Drained: now})
	o.Output = now
	w.told++
	return w.print(ref.Session, m.Text+"\n")
}

func (w *ward) alive(ref launcher.Ref) (*launcher.Observation, error) {
	switch o := w.sessions[ref.Session]; {
	case o == nil || !o.Alive:
		return nil, launcher.ErrGone
	case o.Generation != ref.Generation:
		return nil, launcher.ErrOther
	default:
		return o, nil
	}
}

func (w *ward) print(session, text string) error {
	log := w.logs[session]
	_, err := log.Write([]byte(text))
	now := time.Now()
	return errors.Join(err, log.Rotate(logfile.Limit), log.Close(), ignoreMissing(os.Chtimes(log.Path, now, now)))
}

// ignoreMissing passes over a log that was rotated just now.
func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// chatter has every live session print so much.
func (w *ward) chatter(bytes int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := strings.Repeat("it thinks about this and that, and says so\n", bytes/43+1)
	var errs []error
	for name, o := range w.sessions {
		if o.Alive {
			errs = append(errs, w.print(name, line))
		}
	}
	return errors.Join(errs...)
}

// crash ends the n-th session in the order of names as a fault of its own would.
func (w *ward) crash(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := slices.Sorted(maps.Keys(w.sessions))
	if len(names) == 0 {
		return
	}
	w.end(w.sessions[names[n%len(names)]], 3)
}

func (w *ward) end(o *launcher.Observation, code int) {
	if o.Alive {
		o.Alive, o.Exit = false, &launcher.Exit{Code: code, At: time.Now()}
	}
}

func (w *ward) Stop(_ context.Context, ref launcher.Ref, _ time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, err := w.alive(ref)
	if err == nil {
		w.end(o, 0)
	}
	return err
}

func (w *ward) Forget(_ context.Context, ref launcher.Ref) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.sessions[ref.Session]
	if o == nil || o.Generation != ref.Generation || o.Alive {
		return nil
	}
	delete(w.sessions, ref.Session)
	return nil
}

func (w *ward) Capture(context.Context, launcher.Ref, int) ([]string, error) { return nil, nil }

func (w *ward) Attach(launcher.Ref) []string { return nil }

// drawnWard is a ward whose sessions draw a screen: an empty input line, and above
// it that the account's limit is reached, where the test says so.
type drawnWard struct {
	*ward
	limited bool
}

func (w *drawnWard) Screens(_ context.Context, refs []launcher.Ref) (map[string]screen.Screen, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	row := func(text string) screen.Row { return screen.Row{Text: text, Firm: text, Tinted: text} }
	out := map[string]screen.Screen{}
	for _, ref := range refs {
		o, err := w.alive(ref)
		if err != nil {
			continue
		}
		rows := []screen.Row{row("done"), row("> ")}
		if w.limited {
			rows = append(rows, row("LIMIT reached, resets in 2 hours"))
		}
		out[ref.Session] = screen.Screen{Rows: rows, Title: o.Agent, Width: 80}
	}
	return out, nil
}
