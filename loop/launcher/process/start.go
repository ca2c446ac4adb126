package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// startLimit bounds a start: that of the pump takes milliseconds, and a
// predecessor's keeper is gone a few seconds after its agent.
const startLimit = 20 * time.Second

// Start starts a session. It returns nil once the program runs, also when the
// same generation of the same owner runs already; a generation that has ended
// is ErrGone and not started again, for it would not know what it was told. A
// name whose last generation ended, or lost its keeper, is free: what that one
// left behind is killed first, and Start fails if it does not end.
func (l *Launcher) Start(ctx context.Context, spec launcher.Spec) error {
	if err := l.start(ctx, spec); err != nil {
		return fmt.Errorf("start session %q: %w", spec.Session, err)
	}
	return nil
}

func (l *Launcher) start(ctx context.Context, spec launcher.Spec) error {
	if err := checkSpec(spec); err != nil {
		return err
	}
	if err := checkSocket(l.layout.socket(spec.Session, spec.Generation)); err != nil {
		return err
	}
	if err := l.layout.prepare(); err != nil {
		return err
	}
	program, err := l.program()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	lock, err := awaitLock(ctx, l.layout.lock(spec.Session), func() (bool, error) { return l.taken(spec) })
	if lock == nil {
		return err
	}
	err = l.startLocked(ctx, order{Spec: spec, Runtime: l.opts.Runtime, Program: program, Self: l.opts.Self}, lock)
	return errors.Join(err, lock.Close())
}

// taken says what it means that another has the lock: that the session runs,
// that another does, or, with false and no error, that it must be waited for.
func (l *Launcher) taken(spec launcher.Spec) (bool, error) {
	s, c, err := l.find(spec.Session)
	if err != nil || c != running {
		return false, err
	}
	if s.Generation != spec.Generation || s.Owner != spec.Owner {
		return false, errOther(spec.Ref, s)
	}
	return true, nil
}

// program is the absolute path of the pump's program: it is run in another folder.
func (l *Launcher) program() (string, error) {
	if len(l.opts.Self) == 0 {
		return "", errors.New("no command for the pump: Options.Self is empty")
	}
	name := l.opts.Program
	if name == "" {
		name = l.opts.Self[0]
	}
	dir, err := os.Getwd()
	if err != nil && !filepath.IsAbs(name) {
		return "", err
	}
	return proc.FindProgram(name, dir, os.Environ())
}

// startLocked makes the session's folder anew and runs the pump.
func (l *Launcher) startLocked(ctx context.Context, o order, lock *os.File) error {
	folder := l.layout.folder(o.Spec.Session)
	if err := l.clear(ctx, o.Spec, folder); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	err := o.save(folder)
	if err == nil {
		err = runPump(ctx, o, folder, lock)
	}
	var refused refusal
	if err != nil && (errors.As(err, &refused) || !errors.Is(err, ctx.Err())) {
		// The pump is gone; after a context that ended it may yet succeed.
		err = errors.Join(err, os.RemoveAll(folder))
	}
	return err
}

// clear removes what the last generation left: processes first, so that a crash
// in between leaves the files that tell of them.
func (l *Launcher) clear(ctx context.Context, spec launcher.Spec, folder string) error {
	s, err := loadState(folder)
	if err != nil {
		return err
	}
	if s != nil {
		if s.Generation == spec.Generation {
			return errGone(spec.Ref, "this generation has ended; start a new one")
		}
		return l.remove(ctx, s.kin(), s.Session)
	}
	half, err := loadOrder(folder)
	if err != nil {
		// Killed before anything was started, or never there.
		return os.RemoveAll(folder)
	}
	return l.remove(ctx, proc.Kin{Generation: half.Spec.Generation}, spec.Session)
}

// remove ends a generation's last processes, then removes its files. The caller
// holds the lock of the name.
func (l *Launcher) remove(ctx context.Context, left proc.Kin, session string) error {
	killed, err := left.Sweep(ctx)
	if err != nil {
		return err
	}
	if killed > 0 {
		l.log.Warn("processes that outlived their keeper were killed", "session", session, "generation", left.Generation, "count", killed)
	}
	socket := l.layout.socket(session, left.Generation)
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Without its state file a folder holds no session, however much of it is left.
	folder := l.layout.folder(session)
	if err := os.Remove(stateFile(folder)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(folder)
}
