package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

var _ launcher.Launcher = (*Launcher)(nil)

// Launcher is the launcher without a terminal. It holds nothing that is not in
// the runtime folder as well, except what saves reading that twice.
type Launcher struct {
	opts   Options
	layout layout
	log    *slog.Logger

	mu    sync.Mutex
	known map[string]*known // by session name, what Observe has read
}

// New makes a launcher. Nothing is touched before its first use.
func New(opts Options) *Launcher {
	log := opts.Log
	if log == nil {
		log = slog.Default()
	}
	return &Launcher{opts: opts, layout: layout(opts.Runtime), log: log, known: map[string]*known{}}
}

// condition is what a session's state and the processes named in it say together.
type condition int

const (
	absent  condition = iota // no session: nothing there, or half-made
	running                  // keeper and agent are alive
	closing                  // the agent has ended, its keeper is about to write how
	ended                    // the agent has ended, and its keeper wrote how
	lost                     // the keeper died before it could
)

// errUnsettled says that a session is neither running nor over yet.
var errUnsettled = errors.New("still starting or ending; try again")

// find loads a session and says in which condition it is.
func (l *Launcher) find(session string) (*state, condition, error) {
	if err := checkName(session); err != nil {
		return nil, absent, err
	}
	folder := l.layout.folder(session)
	s, err := loadState(folder)
	if err != nil || s == nil {
		return nil, absent, err
	}
	c, err := s.condition()
	if c == lost && err == nil {
		// The keeper may have written the end and gone since the file was read.
		if s, err = loadState(folder); err != nil || s == nil {
			return nil, absent, err
		}
		if s.Exit != nil {
			c = ended
		}
	}
	return s, c, err
}

func (s *state) condition() (condition, error) {
	if s.Exit != nil {
		return ended, nil
	}
	keeper, err := s.Keeper.Alive()
	if err != nil {
		return absent, err
	}
	if !keeper {
		return lost, nil
	}
	agent, err := s.Leader.Alive()
	if err != nil {
		return absent, err
	}
	if !agent {
		return closing, nil
	}
	return running, nil
}

func (s *state) kin() proc.Kin {
	return proc.Kin{Generation: s.Generation, Leader: s.Leader}
}

// settled loads a session like find, but gives one that is being started, or
// whose end is just being written, a moment to be done with it.
func (l *Launcher) settled(ctx context.Context, session string) (*state, condition, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		s, c, err := l.find(session)
		if err != nil {
			return nil, absent, err
		}
		if c != closing && (c != absent || !l.starting(session)) {
			return s, c, nil
		}
		if err := proc.Pause(ctx, wait); err != nil {
			return nil, absent, fmt.Errorf("session %q: %w", session, errUnsettled)
		}
	}
}

// starting says whether another is just about to make the session.
func (l *Launcher) starting(session string) bool {
	lock, err := tryLock(l.layout.lock(session))
	if err != nil {
		return false // no folder for locks: nothing was ever started
	}
	if lock == nil {
		return true
	}
	if err := lock.Close(); err != nil {
		l.log.Warn("a lock was not closed", "session", session, "error", err)
	}
	return false
}

func errGone(ref launcher.Ref, why string) error {
	return fmt.Errorf("session %q generation %q: %s: %w", ref.Session, ref.Generation, why, launcher.ErrGone)
}

func errOther(ref launcher.Ref, there *state) error {
	return fmt.Errorf("session %q: generation %q of owner %q is there, not %q: %w",
		ref.Session, there.Generation, there.Owner, ref.Generation, launcher.ErrOther)
}

// Attach is the command line with which a person looks at a session: the
// configured one, and the agent's name.
func (l *Launcher) Attach(ref launcher.Ref) []string {
	name := ref.Session
	if s, _, err := l.find(ref.Session); err == nil && s != nil && s.Agent != "" {
		name = s.Agent
	}
	return append(append([]string(nil), l.opts.Attach...), name)
}

// Running implements launcher.Identifier.
func (l *Launcher) Running(pid int, started string) (bool, error) {
	return proc.Identity{PID: pid, Started: started}.Alive()
}
