package loop

import (
	"io"
	"maps"
	"sync"

	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// where are the launchers that can be used now.
func (e *Engine) where() map[string]launcher.Launcher {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.later != nil {
		return e.later
	}
	return e.Launchers
}

// places are what the launchers were made from, as rows keep it, by name.
func (e *Engine) places() map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.made == nil {
		e.made = map[string]string{}
		for name, l := range e.Made {
			e.made[name] = placeText(l)
		}
	}
	return e.made
}

// disconnect closes the launchers that can be closed, all at once. One that makes
// trouble then has made its sessions none.
func (e *Engine) disconnect() {
	var wg sync.WaitGroup
	for name, l := range e.where() {
		wg.Go(func() { e.hangUp(name, l) })
	}
	wg.Wait()
}

func (e *Engine) hangUp(name string, l launcher.Launcher) {
	c, ok := l.(io.Closer)
	if !ok {
		return
	}
	if err := c.Close(); err != nil {
		e.Log.Warn("a launcher did not close well", "launcher", name, "error", err)
	}
}

// connect brings the launchers in line with a configuration that was read again.
// One whose sessions would be elsewhere now is kept beside the new one, for those
// that it has. One that is gone from the configuration stays.
func (e *Engine) connect(cfg *config.Config) {
	made := e.places()
	e.mu.Lock()
	known := e.connected == cfg
	e.connected = cfg
	e.mu.Unlock()
	if known || e.Connect == nil {
		return
	}
	have, now := maps.Clone(e.where()), maps.Clone(made)
	if have == nil {
		have = map[string]launcher.Launcher{}
	}
	for name, entry := range cfg.Launchers {
		then, told := made[name]
		text := placeText(entry)
		if have[name] != nil && (!told || then == text) {
			continue
		}
		old := have[name]
		delete(have, name)
		now[name] = text
		if l := e.Connect(entry); l != nil {
			have[name] = l
		}
		switch {
		case old == nil:
		case site(then) == site(text):
			e.touches.Go(func() { e.hangUp(name, old) })
		default:
			have[name+formerly+site(then)] = old
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.later, e.made = have, now
}

// seat is the name of the launcher that has a session: that of its entry, as long
// as that says what it said when the session was started.
func (e *Engine) seat(row ledger.Session) string {
	name, _ := entryName(row.Launcher)
	made := e.places()
	if row.Place == "" || len(made) == 0 || site(made[name]) == site(row.Place) {
		return name
	}
	return name + formerly + site(row.Place)
}

// seats says of each session on record which launcher has it, and connects those
// that are not in the configuration any more.
func (e *Engine) seats(st ledger.State) {
	used := map[string]bool{}
	for agent, row := range st.Sessions {
		row.Launcher = e.seat(row)
		st.Sessions[agent] = row
		used[row.Launcher] = true
		if _, former := entryName(row.Launcher); former {
			e.reconnect(row)
		}
	}
	e.leave(used)
}

func (e *Engine) reconnect(row ledger.Session) {
	have := e.where()
	entry, ok := entryOf(row.Place, row.Launcher)
	if have[row.Launcher] != nil || e.Connect == nil || !ok {
		return
	}
	l := e.Connect(entry)
	if l == nil {
		return
	}
	have = maps.Clone(have)
	have[row.Launcher] = l
	e.mu.Lock()
	defer e.mu.Unlock()
	e.later = have
}

// leave closes launchers of former entries that have no session any more, once no
// order is under way that may be to them.
func (e *Engine) leave(used map[string]bool) {
	have := e.where()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.touching) > 0 {
		return
	}
	for name, l := range have {
		if _, former := entryName(name); !former || used[name] {
			continue
		}
		have = maps.Clone(have)
		delete(have, name)
		e.later = have
		e.touches.Go(func() { e.hangUp(name, l) })
	}
}

// LauncherOf is what has a session that is on record. An error says that there is none here.
func (e *Engine) LauncherOf(row ledger.Session) (launcher.Launcher, error) {
	row.Launcher = e.seat(row)
	if _, former := entryName(row.Launcher); former {
		e.reconnect(row)
	}
	return e.launcher(row.Launcher)
}
