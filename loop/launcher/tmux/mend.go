package tmux

import (
	"context"
	"strings"
	"time"
)

// missed is how long a pane may be without a reader before it gets another: its
// own has to come up first.
const missed = 2 * time.Second

// mend gives panes another scribe whose own was killed. A pane that a person
// pipes elsewhere is left alone.
func (l *Launcher) mend(ctx context.Context, panes []pane, now time.Time) {
	for _, p := range l.unread(panes, now) {
		if err := l.repipe(ctx, p); err != nil {
			l.log.Warn("nobody writes the log of a session", "session", p.Session, "generation", p.Generation, "error", err)
		}
	}
}

// unread are the live panes that nobody has read for a while.
func (l *Launcher) unread(panes []pane, now time.Time) (out []pane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	prune(l.unpiped, panes)
	for _, p := range panes {
		since, known := l.unpiped[p.Generation]
		switch {
		case p.piped || p.ended():
			delete(l.unpiped, p.Generation)
		case !known:
			l.unpiped[p.Generation] = now
		case now.Sub(since) >= missed:
			l.unpiped[p.Generation] = now
			out = append(out, p)
		}
	}
	return out
}

func (l *Launcher) repipe(ctx context.Context, p pane) error {
	texts, err := l.each(ctx, []pane{p}, func(p pane) string { return "display-message -p -t " + p.id + " '#{@pawl_log}'" })
	if err != nil {
		return err
	}
	log := parseKeys(strings.TrimSpace(texts[p.Generation]))
	self, err := l.self()
	if err != nil || len(log) != 1 {
		return err
	}
	pipe := quotedAll([]string{"pipe-pane", "-O", "-t", p.id, l.scribe(self, p.Generation, log[0], "")})
	_, err = l.perform(ctx, nil, guarded(p, []string{alive, "#{!=:#{pane_pipe},1}"}, pipe, "")...)
	return err
}
