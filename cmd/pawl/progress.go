package main

import (
	"fmt"
	"sync"
	"time"
)

// A step that is quick is done before anyone wonders; a slower one is shown.
const (
	stepPatience = time.Second
	stepRedraw   = 250 * time.Millisecond
)

// step is something that may take a while. On a terminal it is one line of
// stderr that is drawn over until the step ends and then goes away. Elsewhere
// it is nothing, or one plain line if it is a step that is worth a line in a
// log.
type step struct {
	app   *app
	what  string
	begin time.Time
	stop  chan struct{}
	shown sync.WaitGroup

	mu     sync.Mutex
	detail string
}

// step begins one. what tells it in words, as "cloning origin".
func (a *app) step(what string, worthALine bool) *step {
	s := &step{app: a, what: what, begin: time.Now(), stop: make(chan struct{})}
	live := terminal(a.err) != nil && !dumb()
	if !a.quiet && (live || worthALine) {
		s.shown.Go(func() { s.show(live) })
	}
	return s
}

// at says how far the step is.
func (s *step) at(detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.detail = detail
}

// end ends the step, and clears its line away.
func (s *step) end() {
	close(s.stop)
	s.shown.Wait()
}

func (s *step) show(live bool) {
	wait := time.NewTimer(stepPatience)
	defer wait.Stop()
	for {
		select {
		case <-s.stop:
			if live && time.Since(s.begin) >= stepPatience {
				fmt.Fprint(s.app.err, "\r", clearRest)
			}
			return
		case <-wait.C:
		}
		if !live {
			fmt.Fprintf(s.app.err, "%s …\n", s.what)
			<-s.stop
			return
		}
		fmt.Fprint(s.app.err, "\r", clearRest, s.line(time.Now(), columns(s.app.err)-1))
		wait.Reset(stepRedraw)
	}
}

// line tells the step in so many columns; how long it takes counts most.
func (s *step) line(now time.Time, columns int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	tail := " … " + ago(now.Sub(s.begin))
	if s.detail != "" {
		tail += ", " + s.detail
	}
	return cut(cut(s.what, columns-width(tail))+tail, columns)
}
