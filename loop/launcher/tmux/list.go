package tmux

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"pawl/loop/launcher/proc"
)

// How long tmux is given to notice the end of a program by itself, as it alone
// can tell the exit status. It has been seen to miss one altogether.
const (
	noticing = 2 * time.Second
	between  = 10 * time.Millisecond
)

// list tells all panes of ours, whatever is done with them. It is the one call
// of a pass, unless a program has ended just now.
func (l *Launcher) list(ctx context.Context) ([]pane, error) {
	for n := 0; ; n++ {
		now := time.Now()
		panes, err := l.listOnce(ctx)
		if err != nil {
			return nil, err
		}
		if !l.expects(panes, now) {
			l.mu.Lock()
			l.last = listing{now, panes}
			l.mu.Unlock()
			return panes, nil
		}
		if n%nudgeEvery == nudgeAfter {
			if err := l.nudge(ctx); err != nil {
				return nil, err
			}
		}
		if err := proc.Pause(ctx, between); err != nil {
			return nil, err
		}
	}
}

// nudgeAfter is how many looks tmux has to notice by itself, nudgeEvery how many
// a nudge has to help.
const (
	nudgeAfter = 5
	nudgeEvery = 20
)

// nudge has tmux look after all its children: it does when any of them ends.
// While it starts or closes a pane it runs a program with SIGCHLD turned off,
// and loses the end of every other child in that moment.
func (l *Launcher) nudge(ctx context.Context) error {
	_, err := l.client.run(ctx, nil, "run-shell", "-b", ":")
	if errors.Is(err, errNoServer) {
		return nil
	}
	return err
}

// expects says that tmux should notice the end of a program in a moment.
func (l *Launcher) expects(panes []pane, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	prune(l.undead, panes)
	soon := false
	for _, p := range panes {
		if !p.unsettled() {
			continue
		}
		since, known := l.undead[p.Generation]
		if !known {
			since = now
			l.undead[p.Generation] = now
		}
		soon = soon || now.Sub(since) < noticing
	}
	return soon
}

func (l *Launcher) listOnce(ctx context.Context) ([]pane, error) {
	out, err := l.ask(ctx)
	if errors.Is(err, errNoServer) && !errors.Is(err, errHidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var panes []pane
	for line := range strings.Lines(out) {
		p, ours, err := parsePane(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("tmux list-panes: %w", err)
		}
		if !ours {
			continue
		}
		if err := p.look(); err != nil {
			return nil, err
		}
		panes = append(panes, p)
	}
	return panes, l.remember(panes)
}
