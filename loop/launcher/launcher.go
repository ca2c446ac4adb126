// Package launcher is where sessions run: the interface that every launcher
// implements, and the conformance suite that each of them passes.
package launcher

import (
	"context"
	"errors"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/screen"
)

// Ref names one running instance. A launcher acts on a session only if its
// generation is the one given: a stale order must never reach a successor.
type Ref struct {
	Session    string // the sanitised session name, <project>-<agent>
	Generation string
}

// Spec is what a session is started from. Argv, Env and Stdin are handed over
// through a 0600 file, never through a command line.
type Spec struct {
	Ref
	Agent string
	Owner string   // who may adopt it: a hash of the configuration's path and the agent
	Phase string   // PAWL_PHASE, kept so that an adopted session still tells its phase
	Argv  []string // resolved by PATH of Env when it has no slash
	Env   []string // KEY=value, the whole environment
	Own   []string // names in Env that belong to the session, not to who starts it: what goes along to another host
	Dir   string   // absolute
	Log   string   // absolute path of the session's log; appended to
	Stdin string   // written to the program's input at once, before any wake; may be empty

	// Prompt is what the file holds that PAWL_PROMPT_FILE names, for sessions that
	// cannot read it there.
	Prompt string

	// StopKeys are pressed before TERM, where there is a terminal: keys as tmux
	// names them.
	StopKeys []string
}

// Message is a wake on its way to a session.
type Message struct {
	ID    string   // the wake's id: the same id is written at most once to one generation
	Text  string   // one line without its newline
	Items []string // ids of the handoffs and other items it carries; remembered for adoption

	// Reader reads the screen of the program that it is typed into. Without one
	// the program is taken to read lines.
	Reader *adapter.Reader
}

// Mark is how far a message came.
type Mark struct {
	ID      string
	Items   []string
	Begun   time.Time // typed into the program's input line, and not known to be taken; zero otherwise
	Written time.Time // handed to the program's input
	Drained time.Time // read by the program; zero while it has not
}

// Exit is how a session ended.
type Exit struct {
	Code   int       // -1 when a signal ended it, or when it is not known
	Signal string    // "SIGKILL", …; "" without one
	At     time.Time // when it was noticed
	Lost   bool      // whoever kept the session died first: the code is not known
}

// Observation is what one look says about one session.
type Observation struct {
	Ref
	Agent   string
	Owner   string
	Phase   string
	PID     int       // of the agent's own process
	Started string    // identity of that process: its start time as the kernel counts it
	Alive   bool      // its process is there, is the one that was started, and is no zombie
	Exit    *Exit     // set when not Alive
	Output  time.Time // when it last printed; its start if it never did
	Pending int       // bytes of input that it has not read yet
	Program string    // name of the program in the foreground of its terminal; "" when not known
	Marks   []Mark    // the messages that it was given, oldest first; of very many the newest thousand or so

	// Lying is a message's text that was typed into the program's input line and
	// is not known to be taken: it may lie there still.
	Lying string
}

// Errors that a launcher returns, wrapped with the session's name.
var (
	ErrGone     = errors.New("session is gone")            // not there, or its program has ended
	ErrOther    = errors.New("session belongs to another") // another generation or owner has the name
	ErrTerminal = errors.New("needs a terminal")           // this launcher has none to give
)

// Identifier is a launcher that can tell, without any record of its own, whether
// a process is still the one that it was. Where it says so of a session that
// Observe does not know any more, the record is lost and the session is not.
type Identifier interface {
	Running(pid int, started string) (bool, error)
}

// Terminal is a launcher whose sessions draw a screen.
type Terminal interface {
	// Screens tells what the sessions show, by session name, in one call for all
	// of them. One that is not there, or of another generation, is left out.
	Screens(ctx context.Context, refs []Ref) (map[string]screen.Screen, error)
}

// Hosted is a launcher that knows which machine its sessions are on.
type Hosted interface {
	// Host is a name that no other machine has; "" while it is not known.
	Host() string
}

// Drawer is a Terminal that learns only while it runs whether its sessions draw a
// screen.
type Drawer interface {
	Draws() bool
}

// AsTerminal is a launcher whose sessions draw a screen, as far as that is known
// now; false where they draw none.
func AsTerminal(l Launcher) (Terminal, bool) {
	t, ok := l.(Terminal)
	if d, learns := l.(Drawer); ok && learns {
		return t, d.Draws()
	}
	return t, ok
}

// Launcher starts, watches, feeds and stops sessions. Sessions outlive the
// process that calls it. Methods may be called at once from several goroutines;
// each of them returns soon after its context ends.
type Launcher interface {
	// Start starts a session. Starting a generation that runs already is no
	// error; one that has ended is ErrGone and not started again; a name that is
	// taken by another live generation, or another owner, is ErrOther. A name
	// whose last generation has ended is free, and nothing of that one runs any
	// more. When Start returns nil the session can be observed.
	Start(ctx context.Context, spec Spec) error
	// Observe tells of all sessions by name, in a single cheap look: those that
	// run, and those that ended and were not forgotten. An error means that
	// nothing is known, not that nothing is there.
	Observe(ctx context.Context) (map[string]Observation, error)
	// Send hands a message to a live session. A nil error means that it was
	// written, now or earlier: a message whose ID was seen is not written again.
	// ErrGone and ErrOther mean that it was not and never will be; any other
	// error leaves that open, and the same message may be sent again.
	Send(ctx context.Context, ref Ref, m Message) error
	// Capture returns the last lines of what the session printed, cleaned of
	// control sequences.
	Capture(ctx context.Context, ref Ref, lines int) ([]string, error)
	// Stop asks the session to end and returns at once: TERM to its process
	// group now, KILL after deadline. Asking again is no error; a shorter
	// deadline replaces a longer one. A session that is not there, or has ended,
	// is ErrGone; what a lost one left behind is killed.
	Stop(ctx context.Context, ref Ref, deadline time.Duration) error
	// Forget removes what is kept about a session that has ended, and kills what
	// a lost one left behind. Forgetting what is not there is no error, a session
	// that runs is.
	Forget(ctx context.Context, ref Ref) error
	// Attach is the command line with which a person looks at a session.
	Attach(ref Ref) []string
}
