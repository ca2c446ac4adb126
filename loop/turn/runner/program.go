package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/plain"
	"pawl/loop/turn"
)

const (
	// patience is how long a program has to end once it is told to, and what it
	// started once it has ended. The session itself has 10 s.
	patience = 4 * time.Second
	// killed is how long a killed process may take to be gone.
	killed = 500 * time.Millisecond
	// lastWords is how long what a program printed is still read after its end.
	lastWords = 2 * time.Second
)

// program runs the program once and takes in what it prints.
func (s *session) program(ctx context.Context, text string) turn.Exit {
	argv, stdin, err := s.argv(text)
	if err != nil {
		return turn.Exit{Code: -1, Broken: err.Error()}
	}
	limit, stop := context.WithTimeoutCause(ctx, s.order.Timeout, fmt.Errorf("it took longer than turn_timeout, %s", s.order.Timeout))
	defer stop()
	run, end := context.WithCancelCause(limit)
	defer end(nil)
	cmd := exec.CommandContext(run, argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdin = s.order.Data.Dir, strings.NewReader(stdin)
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	cmd.WaitDelay = patience
	words := &tail{}
	said, complained, err := s.start(cmd)
	if ctx.Err() != nil && err != nil {
		return turn.Exit{Code: -1, Asked: true, Stopped: ended}
	}
	if err != nil {
		return turn.Exit{Code: -1, Broken: err.Error()}
	}
	var broken error
	said.follow(func(r io.Reader) error {
		if broken = s.read(r); broken != nil {
			end(broken) // what it prints after that is not believed either
		}
		return broken
	})
	complained.follow(func(r io.Reader) error { _, err := io.Copy(words, r); return err })
	waited := cmd.Wait()
	s.tidy(cmd.Process.Pid, run.Err() != nil)
	until := time.Now().Add(lastWords)
	s.told(errors.Join(said.close(until), complained.close(until)))
	x := turn.Exit{Code: cmd.ProcessState.ExitCode(), Words: words.last(), Asked: ctx.Err() != nil}
	switch {
	case broken != nil && ctx.Err() == nil && limit.Err() == nil:
		x.Broken = broken.Error()
	case x.Asked:
		x.Stopped = ended
	case limit.Err() != nil:
		x.Stopped = context.Cause(limit).Error()
	case waited != nil && x.Words == "":
		x.Words = waited.Error()
	}
	return x
}

const ended = "the session was ended"

// start starts a program with its outputs as pipes that outlive it.
func (s *session) start(cmd *exec.Cmd) (said, complained *pipe, err error) {
	if said, err = newPipe(); err != nil {
		return nil, nil, err
	}
	if complained, err = newPipe(); err != nil {
		return nil, nil, errors.Join(err, said.w.Close(), said.r.Close())
	}
	cmd.Stdout, cmd.Stderr = said.w, complained.w
	err = errors.Join(cmd.Start(), said.w.Close(), complained.w.Close())
	if err != nil {
		return nil, nil, errors.Join(err, said.r.Close(), complained.r.Close())
	}
	return said, complained, nil
}

// pipe is one of a program's outputs. What the program leaves running may hold it
// open for ever.
type pipe struct {
	r, w *os.File
	done sync.WaitGroup
}

func newPipe() (*pipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("output pipe: %w", err)
	}
	return &pipe{r: r, w: w}, nil
}

// follow reads with f until the end, and what f leaves goes nowhere: a program must
// not wait for somebody to read.
func (p *pipe) follow(f func(io.Reader) error) {
	p.done.Go(func() {
		if f(p.r) != nil {
			_, _ = io.Copy(io.Discard, p.r) // what is lost here was not to be kept
		}
	})
}

// close waits until then for the end of what was printed.
func (p *pipe) close(until time.Time) error {
	err := p.r.SetReadDeadline(until)
	p.done.Wait()
	return errors.Join(err, p.r.Close())
}

// tidy ends what a turn left running: nobody would ever look after it. What was told
// to end already is killed at once.
func (s *session) tidy(leader int, told bool) {
	begun, sig, kill := time.Now(), syscall.SIGTERM, patience
	if told {
		sig, kill = syscall.SIGKILL, 0
	}
	for wait := time.Millisecond; system.GroupRuns(leader); wait = min(2*wait, 100*time.Millisecond) {
		late := time.Since(begun)
		if late > kill+killed {
			s.log.Warn("what a turn left running does not end", "session", s.order.Session, "group", leader)
			return
		}
		if late > kill {
			sig = syscall.SIGKILL
		}
		if err := system.SignalGroup(leader, sig); err != nil {
			s.log.Warn("what a turn left running cannot be ended", "session", s.order.Session, "error", err)
			return
		}
		if sig == syscall.SIGTERM {
			sig = 0 // once is enough
		}
		time.Sleep(wait)
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(len(t.text)-tailSize, 0):]
	return len(p), nil
}

// last is the last line with anything in it, cleaned.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.text))
	return plain.Row(text[strings.LastIndexByte(text, '\n')+1:])
}
