package tmux

import (
	"context"
	"strconv"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher"
)

// Observe tells of all sessions: one call to tmux, and a second one only when
// something was typed since the last.
func (l *Launcher) Observe(ctx context.Context) (map[string]launcher.Observation, error) {
	panes, err := l.list(ctx)
	if err != nil {
		return nil, err
	}
	journals, err := l.readJournals(ctx, panes)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	l.mend(ctx, panes, now)
	out := make(map[string]launcher.Observation, len(panes))
	for _, p := range panes {
		o := launcher.Observation{
			Ref: p.Ref, Agent: p.Agent, Owner: p.Owner, Phase: p.Phase,
			PID: p.pid, Started: p.identity.Started, Alive: !p.ended(), Output: p.activity,
			Program: p.program, Marks: marks(journals[p.Generation]), Lying: p.lying.text,
		}
		if p.ended() {
			o.Exit = p.exit(now)
		} else {
			o.Pending = p.unread(o.Marks)
			drained(o.Marks, o.Pending, now)
		}
		if other, taken := out[p.Session]; taken && other.Alive {
			continue // a dead pane of the name beside a live one says nothing
		}
		out[p.Session] = o
	}
	return out, nil
}

// exit is how a pane's program ended.
func (p pane) exit(now time.Time) *launcher.Exit {
	x := &launcher.Exit{Code: -1, At: p.diedAt, Lost: !p.dead}
	if x.At.IsZero() {
		x.At = now
	}
	if n, err := strconv.Atoi(p.signal); err == nil && n > 0 {
		x.Signal = system.SignalName(syscall.Signal(n))
	} else if n, err := strconv.Atoi(p.status); err == nil {
		x.Code = n
	} else {
		x.Lost = true
	}
	return x
}

// settled is how long a line takes at most from tmux to the terminal's input.
const settled = 300 * time.Millisecond

// unread is how many bytes of the last lines the program has not read. The
// terminal is only asked while there is a line that may not have been.
func (p pane) unread(told []launcher.Mark) int {
	for _, m := range told {
		if !m.Written.IsZero() && m.Drained.IsZero() {
			n, err := system.UnreadOn(p.tty)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}

// drained marks the lines as read when the terminal holds none.
func drained(told []launcher.Mark, unread int, now time.Time) {
	for i, m := range told {
		if !m.Written.IsZero() && m.Drained.IsZero() && unread == 0 && now.Sub(m.Written) >= settled {
			told[i].Drained = m.Written
		}
	}
}
