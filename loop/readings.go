package loop

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/screen"
)

// glass reads the screens of sessions. It remembers what it has read: a screen
// that has not changed is not searched again.
type glass struct {
	mu      sync.Mutex                 // never held while a launcher is asked
	readers map[string]*adapter.Reader // by adapter
	read    map[string]sighting        // by session generation
}

// sighting is a screen and what it said.
type sighting struct {
	reader *adapter.Reader
	rows   *screen.Row // the first of them: captures share their rows, and never change them
	title  string
	adapter.Reading
}

// readings tells what the screens of all live sessions that draw one say.
func (e *Engine) readings(ctx context.Context, w World) map[string]adapter.Reading {
	out := map[string]adapter.Reading{}
	live := map[string]bool{}
	for where, refs := range drawing(w) {
		t, ok := launcher.AsTerminal(e.where()[where])
		if !ok {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, observeTimeout)
		screens, err := t.Screens(ctx, slices.Collect(maps.Values(refs)))
		cancel()
		if err != nil {
			e.Log.Warn("screens cannot be read", "launcher", where, "error", err)
		}
		for agent, ref := range refs {
			s, there := screens[ref.Session]
			r := e.reader(w.Config, w.State.Sessions[agent].Adapter)
			if there && r != nil {
				out[agent] = e.glass.look(r, ref.Generation, s)
				live[ref.Generation] = true
			}
		}
	}
	e.glass.keep(live)
	return out
}

// drawing are the live sessions that draw a screen, by launcher and agent.
func drawing(w World) map[string]map[string]launcher.Ref {
	out := map[string]map[string]launcher.Ref{}
	for agent, row := range w.State.Sessions {
		if !w.live(row) || !drawsScreen(w.Config, row) {
			continue
		}
		if out[row.Launcher] == nil {
			out[row.Launcher] = map[string]launcher.Ref{}
		}
		out[row.Launcher][agent] = w.Sessions[row.Launcher][row.Name].Ref
	}
	return out
}

// reader is the one of an adapter as the configuration has it now.
func (e *Engine) reader(cfg *config.Config, name string) *adapter.Reader {
	profile := cfg.Adapters[name]
	e.glass.mu.Lock()
	defer e.glass.mu.Unlock()
	if r, known := e.glass.readers[name]; known && reflect.DeepEqual(r.Profile, profile) {
		return r
	}
	r, err := adapter.NewReader(profile)
	if err != nil {
		e.Log.Error("an adapter cannot read screens", "adapter", name, "error", err)
		return nil
	}
	if e.glass.readers == nil {
		e.glass.readers = map[string]*adapter.Reader{}
	}
	e.glass.readers[name] = r
	return r
}

func (g *glass) look(r *adapter.Reader, generation string, s screen.Screen) adapter.Reading {
	g.mu.Lock()
	defer g.mu.Unlock()
	var first *screen.Row
	if len(s.Rows) > 0 {
		first = &s.Rows[0]
	}
	if was, known := g.read[generation]; known && was.reader == r && was.rows == first && was.title == s.Title && first != nil {
		return was.Reading
	}
	got := sighting{reader: r, rows: first, title: s.Title, Reading: r.Read(s)}
	if g.read == nil {
		g.read = map[string]sighting{}
	}
	g.read[generation] = got
	return got.Reading
}

// keep forgets the screens of all other sessions.
func (g *glass) keep(live map[string]bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.read, func(gen string, _ sighting) bool { return !live[gen] })
}

// ReadScreen tells what a program that draws a screen does. Output of late is
// activity where its adapter says so: a screen can look idle between two steps.
func ReadScreen(r adapter.Reading, output time.Time, grace time.Duration, now time.Time) Reading {
	out := Reading{Doing: string(r.State), Evidence: r.Evidence, Since: now}
	switch r.State {
	case adapter.Auth, adapter.Full, adapter.Fatal:
		out.Doing = "waiting"
	case adapter.Idle:
		if grace > 0 && now.Sub(output).Abs() < grace {
			out = Reading{Doing: "active", Evidence: "it prints", Since: output}
		}
	}
	return out
}

// asReader is what a wake is typed with; nil for a program that reads lines.
func (e *Engine) asReader(cfg *config.Config, row ledger.Session) *adapter.Reader {
	if !drawsScreen(cfg, row) {
		return nil
	}
	return e.believing(cfg, row, e.reader(cfg, row.Adapter))
}

// drawsScreen says that a session's program needs a terminal.
func drawsScreen(cfg *config.Config, row ledger.Session) bool {
	p, _ := cfg.Profile(row.Adapter, row.Mode)
	return p.NeedsTerminal()
}
