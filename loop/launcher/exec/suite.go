package exec

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/conformance"
	"pawl/loop/launcher/proc"
)

// Suite puts one program to the conformance suite: it opens launchers on it, for
// one case, and closes them together.
type Suite struct {
	opts   Options
	marker string // a generation in the environment of the program, and of what it starts for itself

	mu     sync.Mutex
	opened []*Launcher
}

// leavePatience is how long what a program started for its sessions may take to
// end after the last of them was forgotten.
const leavePatience = 20 * time.Second

// NewSuite makes one with sessions of its own: the owner of the options is
// replaced by a new one.
func NewSuite(opts Options) *Suite {
	s := &Suite{opts: opts, marker: "launcher-test-" + rand.Text()}
	s.opts.Owner = s.marker
	s.opts.Env = func() []string { return append(opts.Env(), "PAWL_GENERATION="+s.marker) }
	return s
}

// Probe starts the program, looks at how it introduces itself, and asks it for
// what does not exist.
func (s *Suite) Probe(ctx context.Context) (Welcome, error) {
	l := s.open()
	w, err := l.Hello(ctx)
	if err != nil {
		return w, err
	}
	err = l.call(ctx, "no-such-method", nil, nil)
	switch {
	case err == nil:
		return w, fmt.Errorf("a request that does not exist was done; the answer must be the error code %q", CodeUnsupported)
	case !errors.Is(err, errUnsupported):
		return w, fmt.Errorf("a request that does not exist must be answered with the error code %q: %w", CodeUnsupported, err)
	}
	return w, nil
}

// Harness is what the suite needs to know of a program that introduced itself so.
func (s *Suite) Harness(w Welcome) conformance.Harness {
	draws := slices.Contains(w.Features, FeatureScreens)
	return conformance.Harness{
		Open: s.greeted, Crash: s.crash,
		Typed: draws, Screen: draws, LateErrors: slices.Contains(w.Features, FeatureLateErrors),
	}
}

// greeted opens a launcher whose program runs: how long it takes to start is
// nothing that the cases are about. Where it does not, their calls say why.
func (s *Suite) greeted() launcher.Launcher {
	l := s.open()
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.Times.withDefaults().Hello)
	defer cancel()
	if _, err := l.Hello(ctx); err != nil {
		l.log.Debug("the launcher's program does not start", "error", err)
	}
	return l
}

func (s *Suite) open() *Launcher {
	l := New(s.opts)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, l)
	return l
}

// crash kills the programs of all that run.
func (s *Suite) crash() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, l := range s.opened {
		errs = append(errs, l.crash())
	}
	return errors.Join(errs...)
}

// Close closes them all, and looks for what the program started for itself. Errors
// say which did not end by itself; it is ended.
func (s *Suite) Close() error {
	s.mu.Lock()
	opened := s.opened
	s.opened = nil
	s.mu.Unlock()
	errs := make([]error, len(opened), len(opened)+1)
	var wg sync.WaitGroup
	for i, l := range opened {
		wg.Go(func() { errs[i] = l.Close() })
	}
	wg.Wait()
	return errors.Join(append(errs, s.left())...)
}

func (s *Suite) left() error {
	ctx, cancel := context.WithTimeout(context.Background(), leavePatience)
	defer cancel()
	kin := proc.Kin{Generation: s.marker}
	for {
		n, err := kin.Signal(0)
		if n == 0 || err != nil {
			return err
		}
		if proc.Pause(ctx, 10*time.Millisecond) != nil {
			_, err := kin.Sweep(context.Background())
			return errors.Join(fmt.Errorf("%d processes of the launcher's program are left after all sessions were forgotten and its input was closed", n), err)
		}
	}
}

// crash kills the program, if it runs and is not being ended.
func (l *Launcher) crash() error {
	l.mu.Lock()
	c := l.now
	l.mu.Unlock()
	if c == nil || c.stopping() {
		return nil
	}
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-c.stop
	return nil
}
