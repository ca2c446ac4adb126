package ssh

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/exec"
	"pawl/loop/launcher/tmux"
)

var (
	_ launcher.Launcher   = (*Launcher)(nil)
	_ launcher.Terminal   = (*Launcher)(nil)
	_ launcher.Identifier = (*Launcher)(nil)
	_ launcher.Drawer     = (*Launcher)(nil)
)

// Launcher is the near side: it asks the far side over one connection, which is
// made when it is first needed, and again, after a while, when it is lost. While
// it is lost all calls fail, and nothing is known about any session.
type Launcher struct {
	*exec.Launcher
	opts Options
}

// greeting is how long a connection may take until pawl answers there: the
// handshake, a login with its profiles, and the start of pawl.
const greeting = 20 * time.Second

// New makes a launcher; nothing is connected before its first use. Errors are
// those of Check.
func New(name string, opts Options) (*Launcher, error) {
	if err := Check(opts.Host, opts.Settings); err != nil {
		return nil, fmt.Errorf("launcher %s: %w", name, err)
	}
	times := opts.Times
	if times.Hello == 0 {
		times.Hello = greeting
	}
	return &Launcher{opts: opts, Launcher: exec.New(exec.Options{
		Name: name, Argv: opts.serve(), Dir: "/", Env: opts.Env, Owner: opts.ID, Pawl: opts.Version,
		Missing: "install the ssh client", Log: opts.Log, Times: times, Advice: opts.advice(name),
	})}, nil
}

// Start starts a session with its own variables alone: the others of spec.Env
// belong to this host, and may be secret. PAWL_CONFIG stays as well, as that file
// is here.
func (l *Launcher) Start(ctx context.Context, spec launcher.Spec) error {
	var env []string
	for _, kv := range spec.Env {
		if name, _, _ := strings.Cut(kv, "="); name != "PAWL_CONFIG" && slices.Contains(spec.Own, name) {
			env = append(env, kv)
		}
	}
	spec.Env = env
	return l.Launcher.Start(ctx, spec)
}

// Attach is the command line that shows a session over a connection of its own, which
// may ask the person for a password.
func (l *Launcher) Attach(ref launcher.Ref) []string {
	return l.opts.visit(tmux.New(tmux.Options{Socket: l.opts.Socket}).Attach(ref))
}

// Draws implements launcher.Drawer: there is tmux at the other end, also while
// it cannot be reached.
func (l *Launcher) Draws() bool { return true }

// Log is the command line that prints the last lines of a session's log, which
// lies on the other host, and what is added to it until standard input ends if
// follow is set.
func (l *Launcher) Log(agent string, lines int, follow bool) []string {
	args := []string{"log", "--far", l.opts.ID, "--lines", strconv.Itoa(lines)}
	if follow {
		args = append(args, "--follow")
	}
	return l.opts.connect(l.opts.program(append(args, "--", agent)...))
}

// advice says what to do about an ssh that ended: with 255 where it failed
// itself, else with what the shell or pawl there ended with.
func (o Options) advice(name string) func(code int, words string) string {
	return func(code int, words string) string {
		switch {
		case code == 127 || code == 126:
			return "install pawl on " + o.Host + " where a login there finds it, or set launchers." + name + ".program to its path there"
		case code == 2:
			return "the pawl on " + o.Host + " is too old for this; install pawl " + o.Version + " there"
		case code == 255 && strings.Contains(words, "Host key verification failed"):
			return "run ssh " + o.Host + " once, and look whether the key is that host's"
		case code == 255 && strings.Contains(words, "Permission denied"):
			return "see to it that ssh " + o.Host + " works without a question, with a key or an ssh-agent"
		}
		return ""
	}
}
