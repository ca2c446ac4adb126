package loop

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// script is an engine whose looks and passes take no time and find what the
// test says; it writes down when they happened.
type script struct {
	begin time.Time
	cfg   *config.Config
	poll  time.Duration
	every time.Duration
	skew  time.Duration // how far the wall clock was set on

	mu       sync.Mutex
	looks    []time.Duration // when each look began, since begin
	passes   []time.Duration
	under    int // looks under way now
	most     int // the most at once
	moves    int // how many of the coming looks find something new
	nextLook time.Time
	failing  int           // passes that still fail
	unquiet  int           // passes that still leave something under way
	hang     chan struct{} // a look waits for it; nil: none does

	corrected bool // the wall clock is set right during the next pass with what a look brought
}

func newScript() *script {
	return &script{begin: time.Now(), cfg: &config.Config{}, poll: time.Hour, every: time.Hour}
}

func (s *script) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// now is the clock for those who hold mu.
func (s *script) now() time.Time { return time.Now().Round(0).Add(s.skew) }

// set changes what comes next.
func (s *script) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *script) count() (looks, passes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.looks), len(s.passes)
}

func (s *script) hurry()               {}
func (s *script) fault() error         { return nil }
func (s *script) logger() *slog.Logger { return slog.New(slog.DiscardHandler) }
func (s *script) Close() error         { return nil }

func (s *script) LookAtOrigin(ctx context.Context) Look {
	s.mu.Lock()
	s.looks = append(s.looks, time.Since(s.begin))
	s.under++
	s.most = max(s.most, s.under)
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.under--
	return Look{Done: true}
}

func (s *script) Pass(_ context.Context, look Look) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing > 0 {
		s.failing--
		return Report{}, errors.New("disk full")
	}
	s.passes = append(s.passes, time.Since(s.begin))
	rep := Report{Config: s.cfg}
	rep.At = s.now()
	rep.Next = rep.At.Add(s.every)
	if look.Done {
		s.nextLook = rep.At.Add(s.poll)
	}
	rep.After = ledger.State{Loop: ledger.Loop{NextLook: s.nextLook}}
	if look.Done && look.Err == nil && s.moves > 0 {
		s.moves--
		rep.Moved = true
	}
	if s.unquiet > 0 {
		s.unquiet--
		rep.Settling, rep.Next = true, rep.At.Add(50*time.Millisecond)
	}
	if s.corrected && look.Done {
		s.skew = 0
	}
	return rep, nil
}

// during runs a coordinator on s while f goes on.
func during(t *testing.T, s *script, f func(c *Coordinator)) {
	t.Helper()
	c := newCoordinator(s, "test")
	ended := make(chan error, 1)
	go func() { ended <- c.Run(t.Context()) }()
	synctest.Wait()
	f(c)
	c.Stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// sleep lets fake time go by, and what is due happen.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *script) wantLooks(t *testing.T, want ...time.Duration) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.looks) != len(want) {
		t.Fatalf("looks at %v, want %v", s.looks, want)
	}
	for i := range want {
		if s.looks[i] != want[i] {
			t.Fatalf("looks at %v, want %v", s.looks, want)
		}
	}
}
