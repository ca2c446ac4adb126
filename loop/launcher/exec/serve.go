package exec

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/launcher"
)

const (
	// servedAtOnce is how many requests are worked on at a time.
	servedAtOnce = 64
	// servedWithin bounds one request. The caller has a shorter deadline and says
	// when it has passed, but a caller behind a dead connection says nothing.
	servedWithin = 20 * time.Second
)

// Serve is the program's side of the protocol: it answers the requests on in
// with what l does, until in ends, which is no error, or ctx does. What is under
// way then is cancelled and waited for. A reading of in that does not end by
// itself is left behind; in is closed by whoever opened it.
func Serve(ctx context.Context, l launcher.Launcher, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &server{l: l, out: out, fail: cancel, calls: map[int64]context.CancelFunc{}, slots: make(chan struct{}, servedAtOnce)}
	defer s.work.Wait()
	defer cancel(nil)
	lines, ended := make(chan []byte), make(chan error, 1)
	go func() { ended <- readLines(ctx, in, lines) }()
	for {
		select {
		case line := <-lines:
			if err := s.take(ctx, line); err != nil {
				return err
			}
		case err := <-ended:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func readLines(ctx context.Context, in io.Reader, to chan<- []byte) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, MaxLine+1)
	for lines.Scan() {
		select {
		case to <- append([]byte(nil), lines.Bytes()...):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("a request has more than %d bytes", MaxLine)
	}
	return lines.Err()
}

// server is one conversation.
type server struct {
	l     launcher.Launcher
	fail  context.CancelCauseFunc
	slots chan struct{}
	work  sync.WaitGroup
	met   bool // hello was said; only the reading side looks at it

	writing sync.Mutex
	out     io.Writer

	mu      sync.Mutex
	calls   map[int64]context.CancelFunc // under way, by request
	readers map[string]*adapter.Reader   // by adapter
}

// take begins the work on one request.
func (s *server) take(ctx context.Context, line []byte) error {
	var r Request
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("%.80q is no request: %w", line, err)
	}
	switch {
	case r.Method == MethodHello:
		welcome, err := s.welcome(r)
		s.met = err == nil
		return s.write(answerTo(r.ID, welcome, err))
	case !s.met:
		return s.write(answerTo(r.ID, nil, fmt.Errorf("the first request is %s, not %q", MethodHello, r.Method)))
	case r.Method == MethodCancel:
		return s.cancel(r)
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	call, stop := context.WithTimeout(ctx, servedWithin)
	s.mu.Lock()
	s.calls[r.ID] = stop
	s.mu.Unlock()
	s.work.Go(func() {
		defer s.done(r.ID, stop)
		result, err := s.do(call, r)
		if err := s.write(answerTo(r.ID, result, err)); err != nil {
			s.fail(fmt.Errorf("answer %s: %w", r.Method, err))
		}
	})
	return nil
}

func (s *server) done(id int64, stop context.CancelFunc) {
	stop()
	s.mu.Lock()
	delete(s.calls, id)
	s.mu.Unlock()
	<-s.slots
}

// cancel ends the work on a request that nobody waits for any more. One that is
// done already is none of its business.
func (s *server) cancel(r Request) error {
	var p Cancel
	if err := params(r, &p); err != nil {
		return s.write(answerTo(r.ID, nil, err))
	}
	s.mu.Lock()
	if stop, under := s.calls[p.ID]; under {
		stop()
	}
	s.mu.Unlock()
	return s.write(answerTo(r.ID, nil, nil))
}

func (s *server) welcome(r Request) (any, error) {
	var p Hello
	if err := params(r, &p); err != nil {
		return nil, err
	}
	if p.Protocol != Version {
		return nil, fmt.Errorf("protocol %d is asked for, and this end speaks %d; have the same pawl at both ends", p.Protocol, Version)
	}
	w := Welcome{Protocol: Version, Name: "pawl", Now: time.Now()}
	if _, draws := launcher.AsTerminal(s.l); draws {
		w.Features = append(w.Features, FeatureScreens)
	}
	if _, identifies := s.l.(launcher.Identifier); identifies {
		w.Features = append(w.Features, FeatureRunning)
	}
	if h, tells := s.l.(launcher.Hosted); tells {
		w.Host = h.Host()
	}
	return w, nil
}

// reader makes the reader of a profile. Its expressions are compiled once, as
// long as they stay the same.
func (s *server) reader(p *adapter.Profile) (*adapter.Reader, error) {
	if p == nil {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.readers[p.Name]; r != nil && reflect.DeepEqual(r.Profile, *p) {
		return r, nil
	}
	r, err := adapter.NewReader(*p)
	if err != nil {
		return nil, err
	}
	if s.readers == nil {
		s.readers = map[string]*adapter.Reader{}
	}
	s.readers[p.Name] = r
	return r, nil
}

func (s *server) write(a Answer) error {
	line, err := json.Marshal(a)
	if err == nil && len(line) > MaxLine {
		line, err = json.Marshal(answerTo(a.ID, nil, fmt.Errorf("the answer has more than %d bytes", MaxLine)))
	}
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err = s.out.Write(append(line, '\n'))
	return err
}

func params(r Request, to any) error {
	if err := json.Unmarshal(r.Params, to); err != nil {
		return fmt.Errorf("parameters of %s: %w", r.Method, err)
	}
	return nil
}
