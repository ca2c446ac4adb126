package loop

import (
	"io"
	"maps"
	"sync"

	"pawl/loop/config"
	"pawl/loop/launcher"
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

// disconnect closes the launchers that can be closed, all at once. One that makes
// trouble then has made its sessions none.
func (e *Engine) disconnect() {
	var wg sync.WaitGroup
	for name, l := range e.where() {
		c, ok := l.(io.Closer)
		if !ok {
			continue
		}
		wg.Go(func() {
			if err := c.Close(); err != nil {
				e.Log.Warn("a launcher did not close well", "launcher", name, "error", err)
			}
		})
	}
	wg.Wait()
}

// connect adds the launchers that a reload brought. One whose options changed
// stays as it is, and one that is gone too: their sessions are still there.
func (e *Engine) connect(cfg *config.Config) {
	e.mu.Lock()
	known := e.connected == cfg
	e.connected = cfg
	e.mu.Unlock()
	if known || e.Connect == nil {
		return
	}
	have := e.where()
	var more map[string]launcher.Launcher
	for name, entry := range cfg.Launchers {
		if have[name] != nil {
			continue
		}
		if l := e.Connect(entry); l != nil {
			if more == nil {
				more = maps.Clone(have)
			}
			more[name] = l
		}
	}
	if more != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.later = more
	}
}
