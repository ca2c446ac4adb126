//go:build linux || darwin

package tmux

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"pawl/loop/launcher"
	"pawl/loop/launcher/plain"
	"pawl/loop/launcher/proc"
)

// pane is one line of tmux's list: one session of ours.
type pane struct {
	meta
	id       string // "%5": good until the server ends
	pid      int
	dead     bool
	status   string // exit code of a dead pane; "" without one
	signal   string // number of the signal that ended it; "" without one
	diedAt   time.Time
	activity time.Time // when it last printed
	tty      string
	journal  int // bytes of the journal
	size     string
	program  string   // name of the program in the foreground
	piped    bool     // somebody reads it
	stopKeys []string // polite keys, as tmux names them
	lying    message  // pasted last, and not known to be taken
	server   int      // pid of the tmux server
	title    string

	identity proc.Identity // of the agent's process; zero when it is gone
	undead   bool          // tmux takes it to be alive, and its process has ended
}

func (p pane) ended() bool { return p.dead || p.undead }

// unsettled says that the program has ended and that tmux does not know how: it
// closes a pane whose terminal was closed before it hears of the exit status.
func (p pane) unsettled() bool { return p.undead || p.dead && p.status == "" && p.signal == "" }

// separator stands between the fields of the list. Nothing before the title can
// hold it.
const separator = "|"

var paneFormat = strings.Join([]string{
	"#{@pawl}", "#{pane_id}", "#{pid}", "#{pane_pid}", "#{pane_dead}", "#{pane_dead_status}", "#{pane_dead_signal}", "#{pane_dead_time}",
	"#{window_activity}", "#{pane_tty}", "#{n:@pawl_told}", "#{pane_width}x#{pane_height}", "#{pane_pipe}", "#{@pawl_stop}", "#{@pawl_text}", "#{pane_title}",
}, separator)

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
	if err := unix.Kill(l.server.PID, unix.SIGUSR1); err != nil {
		l.log.Warn("a tmux server that lost its socket cannot be asked for another", "pid", l.server.PID, "error", err)
	}
	return true
}

// parsePane reads one line of the list; false for a pane that is not ours.
func parsePane(line string) (pane, bool, error) {
	f := strings.SplitN(line, separator, strings.Count(paneFormat, separator)+1)
	if f[0] == "" {
		return pane{}, false, nil
	}
	m, err := parseMeta(f[0])
	if err != nil || len(f) != strings.Count(paneFormat, separator)+1 {
		// Somebody else's, or of another version of pawl: not ours to touch.
		return pane{}, false, nil
	}
	p := pane{meta: m, id: f[1], dead: f[4] == "1", status: f[5], signal: f[6], tty: f[9], size: f[11], piped: f[12] == "1", stopKeys: parseKeys(f[13]), lying: parseMessage(f[14]), title: plain.Row(f[15])}
	if p.server, err = strconv.Atoi(f[2]); err != nil {
		return pane{}, false, fmt.Errorf("pane %s has a server with pid %.20q", p.id, f[2])
	}
	if p.pid, err = strconv.Atoi(f[3]); err != nil {
		return pane{}, false, fmt.Errorf("pane %s has pid %.20q", p.id, f[3])
	}
	if p.journal, err = strconv.Atoi(f[10]); err != nil {
		return pane{}, false, fmt.Errorf("pane %s has a journal of %.20q bytes", p.id, f[10])
	}
	p.diedAt, p.activity = seconds(f[7]), seconds(f[8])
	return p, true, nil
}

// seconds reads a time of tmux's; zero where there is none.
func seconds(text string) time.Time {
	s, err := strconv.ParseInt(text, 10, 64)
	if err != nil || s <= 0 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}

// look asks the kernel about the pane's process: tmux can miss its end.
func (p *pane) look() error {
	if p.dead {
		return nil
	}
	id, program, there, err := proc.Look(p.pid)
	p.identity, p.program, p.undead = id, plain.Row(program), err == nil && !there
	return err
}

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
		x.Signal = unix.SignalName(unix.Signal(n))
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
			n, err := unreadOn(p.tty)
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

// unreadOn is how many bytes a program could read from a terminal now.
func unreadOn(tty string) (int, error) {
	fd, err := unix.Open(tty, unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("terminal %q: %w", tty, err)
	}
	n, err := unix.IoctlGetInt(fd, fionread)
	return n, errors.Join(err, unix.Close(fd))
}
