package loop

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pawl/loop/launcher"
)

const (
	// observeTimeout bounds one look at all sessions of a launcher.
	observeTimeout = 5 * time.Second
	// glance is how long a pass waits for a launcher that gave no answer the last time.
	glance = 50 * time.Millisecond
	// lateFor is how long a launcher that did not answer in time is not waited for
	// by others of this process.
	lateFor = 15 * time.Second
)

// Late remembers which launchers did not answer in time, for all engines of one
// process: a command that makes several waits once.
type Late struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (l *Late) note(name string, late bool) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[string]time.Time{}
	}
	if delete(l.last, name); late {
		l.last[name] = time.Now()
	}
}

func (l *Late) is(name string) bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at, late := l.last[name]
	return late && time.Since(at) < lateFor
}

// sights are the looks at launchers. One that answers is waited for; one that does
// not is looked at beside the passes, and they wait for it again when it has answered.
type sights struct {
	running sync.WaitGroup

	mu    sync.Mutex
	under map[string]*gaze // looks under way that no pass waits for any more
	slow  map[string]error // launchers that gave no answer, and why not
}

// gaze is one look.
type gaze struct {
	end  context.CancelFunc
	done chan struct{} // closed when seen and err are there
	seen map[string]launcher.Observation
	err  error
}

var errNoAnswer = errors.New("it has not answered yet")

// look is what a launcher tells now. A look that began in an earlier pass says
// only whether it answers: what it saw may be older than what was done since.
func (s *sights) look(ctx context.Context, name string, l launcher.Launcher, late *Late) (map[string]launcher.Observation, error) {
	s.mu.Lock()
	why, slow := s.slow[name]
	if s.under[name] != nil {
		s.mu.Unlock()
		return nil, why
	}
	g := s.begin(ctx, name, l)
	s.mu.Unlock()
	patience := observeTimeout + glance // it returns soon after its own time
	if slow || late.is(name) {
		patience = glance
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-g.done:
		late.note(name, errors.Is(g.err, context.DeadlineExceeded))
		return g.seen, g.err
	case <-timer.C:
	}
	late.note(name, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.slow[name] == nil {
		s.slow[name] = fmt.Errorf("launcher %s: %w", name, errNoAnswer)
	}
	return nil, s.slow[name]
}

// begin looks at a launcher beside its caller. mu is held.
func (s *sights) begin(ctx context.Context, name string, l launcher.Launcher) *gaze {
	if s.under == nil {
		s.under, s.slow = map[string]*gaze{}, map[string]error{}
	}
	g := &gaze{done: make(chan struct{})}
	ctx, g.end = context.WithTimeout(ctx, observeTimeout)
	s.under[name] = g
	s.running.Go(func() {
		defer close(g.done)
		defer g.end()
		g.seen, g.err = l.Observe(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.under, name)
		if delete(s.slow, name); g.err != nil {
			s.slow[name] = g.err
		}
	})
	return g
}

// rest ends the looks that are under way.
func (s *sights) rest() {
	s.mu.Lock()
	for _, g := range s.under {
		g.end()
	}
	s.mu.Unlock()
	s.running.Wait()
}
