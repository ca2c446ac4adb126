package tmux

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
)

// errHidden says that the server lives and cannot be reached.
var errHidden = errors.New("its process lives")

// ask has tmux list all panes. A server that lives without its socket is given
// a moment to make it again.
func (l *Launcher) ask(ctx context.Context) (string, error) {
	for n := 0; ; n++ {
		out, err := l.client.run(ctx, nil, "list-panes", "-a", "-F", paneFormat)
		if !errors.Is(err, errNoServer) || !l.recall() {
			return out, err
		}
		if n == hiddenLooks {
			return "", fmt.Errorf("tmux list-panes: %w, and %w; was its socket removed?", err, errHidden)
		}
		if err := proc.Pause(ctx, 10*between); err != nil {
			return "", err
		}
	}
}

// hiddenLooks is how often a server that cannot be reached is looked for again.
const hiddenLooks = 5

// remember keeps who the server is.
func (l *Launcher) remember(panes []pane) error {
	if len(panes) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server.PID == panes[0].server {
		return nil
	}
	id, err := proc.Identify(panes[0].server)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has just died; the next list says so
	}
	l.server = id
	return err
}

// recall asks a server that lives and cannot be reached to make its socket
// again, and says whether there is one.
func (l *Launcher) recall() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server.PID == 0 {
		return false
	}
	lives, err := l.server.Alive()
	if err != nil || !lives {
		l.server = proc.Identity{}
		return false
	}
	if err := system.Signal(l.server.PID, system.SIGUSR1); err != nil {
		l.log.Warn("a tmux server that lost its socket cannot be asked for another", "pid", l.server.PID, "error", err)
	}
	return true
}
