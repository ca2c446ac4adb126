package tmux

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
	"pawl/loop/screen"
)

var (
	_ launcher.Launcher   = (*Launcher)(nil)
	_ launcher.Terminal   = (*Launcher)(nil)
	_ launcher.Identifier = (*Launcher)(nil)
)

// Launcher is the launcher with terminals. It holds nothing that tmux does not
// know as well, except what saves asking it twice.
type Launcher struct {
	opts   Options
	client client
	log    *slog.Logger

	step func(delivery.Stroke) // told of each step in typing; nil: nobody

	mu       sync.Mutex
	journals map[string]cachedJournal // by generation
	screens  map[string]cachedScreen  // by generation
	stops    map[string]time.Time     // when those that we stop are killed, by generation
	last     listing
	server   proc.Identity        // of the tmux server, once it is known
	unpiped  map[string]time.Time // since when nobody reads what a pane prints, by generation
	undead   map[string]time.Time // since when the program has ended without tmux's notice, by generation
}

// listing is what a list said, and when it was asked for.
type listing struct {
	at    time.Time
	panes []pane
}

// cachedJournal is a journal that was read when it had so many bytes. Journals
// only grow.
type cachedJournal struct {
	bytes   int
	entries []record
}

// cachedScreen is a capture, with all by which a later one is known to be alike.
type cachedScreen struct {
	print string
	taken time.Time
	screen.Screen
}

// New makes a launcher. Nothing is touched before its first use.
func New(opts Options) *Launcher {
	if opts.Tmux == "" {
		opts.Tmux = "tmux"
	}
	log := opts.Log
	if log == nil {
		log = slog.Default()
	}
	return &Launcher{
		opts: opts, client: client{program: opts.Tmux, socket: socketArgs(opts.Socket)}, log: log,
		journals: map[string]cachedJournal{}, screens: map[string]cachedScreen{}, stops: map[string]time.Time{}, undead: map[string]time.Time{}, unpiped: map[string]time.Time{},
	}
}

// socketArgs leads tmux to its server, the same one for every caller: a name is
// resolved without the caller's TMUX_TMPDIR, which is not in the environment
// that the client gets.
func socketArgs(socket string) []string {
	if filepath.IsAbs(socket) {
		return []string{"-S", socket}
	}
	return []string{"-L", socket}
}

// Attach is the command line with which a person looks at a session. A nested
// tmux is what somebody who runs it inside another one asks for.
func (l *Launcher) Attach(ref launcher.Ref) []string {
	argv := append([]string{"env", "-u", "TMUX", "-u", "TMUX_TMPDIR", l.opts.Tmux}, l.client.socket...)
	return append(argv, "attach-session", "-t", "="+ref.Session+":")
}

// Running implements launcher.Identifier. A process can outlive what tmux tells
// of it: its server may be out of reach, as when a cleaner of /tmp took the
// socket away, or have died just now, which the session's scribe answers by
// ending the process.
func (l *Launcher) Running(pid int, started string) (bool, error) {
	return proc.Identity{PID: pid, Started: started}.Alive()
}

// self is the command of the helpers. An upgrade may have taken the program
// away since we were started; we ourselves are still it.
func (l *Launcher) self() ([]string, error) {
	argv := append([]string(nil), l.opts.Self...)
	if _, err := os.Stat(argv[0]); err == nil {
		return argv, nil
	}
	argv[0] = fmt.Sprintf("/proc/%d/exe", os.Getpid())
	if _, err := os.Stat(argv[0]); err != nil {
		return nil, fmt.Errorf("pawl's own program %q is gone, as after an upgrade; start the coordinator again", l.opts.Self[0])
	}
	return argv, nil
}

func errGone(ref launcher.Ref, why string) error {
	return fmt.Errorf("session %q generation %q: %s: %w", ref.Session, ref.Generation, why, launcher.ErrGone)
}

func errOther(ref launcher.Ref, there string) error {
	return fmt.Errorf("session %q: %s is there, not generation %q: %w", ref.Session, there, ref.Generation, launcher.ErrOther)
}

// known returns the pane of a session, live or not.
func (l *Launcher) known(ctx context.Context, ref launcher.Ref) (pane, error) {
	if err := checkRef(ref); err != nil {
		return pane{}, err
	}
	panes, err := l.list(ctx)
	if err != nil {
		return pane{}, fmt.Errorf("session %q: %w", ref.Session, err)
	}
	for _, p := range panes {
		if p.Session != ref.Session {
			continue
		}
		if p.Generation != ref.Generation {
			return p, errOther(ref, fmt.Sprintf("generation %q of owner %q", p.Generation, p.Owner))
		}
		return p, nil
	}
	return pane{}, errGone(ref, "is not there")
}

// guarded is a command that runs then only if the pane is still that of the
// generation, and says otherwise if it is not.
func guarded(p pane, more []string, then, otherwise string) []string {
	all := append([]string{"#{==:#{@pawl_gen}," + p.Generation + "}"}, more...)
	cond := all[0]
	for _, c := range all[1:] {
		cond = "#{&&:" + cond + "," + c + "}"
	}
	return []string{"if-shell", "-F", "-t", p.id, cond, then, otherwise}
}

const (
	alive = "#{!=:#{pane_dead},1}" // a guard; pane_dead is empty or 0 while the program runs
	did   = "pawl-did-it"          // what a guarded command prints when it ran
)

// perform runs a guarded command and says whether it was done.
func (l *Launcher) perform(ctx context.Context, stdin []byte, args ...string) (bool, error) {
	out, err := l.client.run(ctx, stdin, args...)
	var no refused
	if errors.Is(err, errNoServer) || errors.As(err, &no) && strings.Contains(string(no), "can't find pane") {
		return false, nil
	}
	return strings.Contains(out, did), err
}

func leader(p pane) proc.Kin {
	return proc.Kin{Generation: p.Generation, Leader: p.identity}
}
