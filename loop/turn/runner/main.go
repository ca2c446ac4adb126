// Package runner is a session that runs its program anew for each thing that it is
// told, without a terminal: one line of its input is one turn. It is a process of its
// own, as any agent's, so that it and the turn under way outlive the coordinator.
//
// Its first line says how the program is run (turn.Order), each further one is a
// message (turn.Message), read only when it can be told: what is not read yet has not
// begun. What it does stands in one small file (turn.State), which is replaced at each
// change; what the program printed, and the events made of it, are in its record. A
// turn that fails ends the session: when the next one starts is decided by who
// supervises sessions. A usage limit, a missing login and a full context do not end it.
package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/turn"
)

// Word is the hidden command that runs a session.
const Word = "turns"

// maxLine bounds one line of the session's input, in bytes.
const maxLine = 4 << 20

// Main runs a session until its input ends, it is told to end, or a turn fails. What
// people are to read of it goes to out. It returns the exit code.
func Main(in *os.File, out, errw io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := serve(ctx, in, out, slog.New(slog.NewTextHandler(errw, nil))); err != nil {
		fmt.Fprintln(errw, "pawl:", err)
		return 1
	}
	return 0
}

// errTurn says that the last turn failed, which was told already.
var errTurn = errors.New("the turn failed")

func serve(ctx context.Context, in *os.File, out io.Writer, log *slog.Logger) error {
	lines := input{r: in}
	line, err := lines.next(ctx, func() bool { return true })
	if err != nil {
		return fmt.Errorf("how to run turns: %w", err)
	}
	var o turn.Order
	if err := json.Unmarshal(line, &o); err != nil {
		return fmt.Errorf("how to run turns: %w", err)
	}
	s, err := newSession(o, out, log)
	if err != nil {
		return err
	}
	return errors.Join(s.run(ctx, lines), s.record.close())
}

// run takes one turn after the other.
func (s *session) run(ctx context.Context, lines input) error {
	s.enter(adapter.Starting)
	if s.order.Prompt != "" {
		if err := s.take(ctx, turn.Message{}); err != nil || s.done() {
			return err
		}
	} else {
		s.enter(adapter.Idle)
	}
	for {
		line, err := lines.next(ctx, s.refresh)
		if errors.Is(err, io.EOF) || err != nil && ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the session's input: %w", err)
		}
		if err := s.take(ctx, message(line)); err != nil || s.done() {
			return err
		}
	}
}

// message is what a line of the input says. One that is no JSON was typed by a
// person who is attached.
func message(line []byte) turn.Message {
	var m turn.Message
	if err := json.Unmarshal(line, &m); err != nil || m.Text == "" {
		return turn.Message{Text: string(line)}
	}
	return m
}

// input is read a byte at a time: what lies behind the line that is asked for stays
// where it is, so that whoever wrote it sees that it was not read.
type input struct{ r *os.File }

// refreshEvery is how often a session that waits sees to its state file.
const refreshEvery = 2 * time.Second

// next is the next line that is not empty, without its newline; an error once ctx
// has ended and nothing was read. Meanwhile waiting is called now and then; once it is
// false, that is the end of the input.
func (in input) next(ctx context.Context, waiting func() bool) ([]byte, error) {
	type read struct {
		line []byte
		err  error
	}
	got := make(chan read, 1)
	go func() { // it ends with the process: a blocking read of an inherited pipe cannot be broken off
		line, err := in.line()
		got <- read{line, err}
	}()
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		select {
		case r := <-got:
			return r.line, r.err
		case <-tick.C:
			if waiting() {
				continue
			}
			return nil, io.EOF
		case <-ctx.Done():
		}
		select {
		case r := <-got: // whoever wrote it sees that it was read
			return r.line, r.err
		default:
			return nil, ctx.Err()
		}
	}
}

func (in input) line() ([]byte, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := in.r.Read(one)
		if err != nil {
			return nil, err
		}
		switch {
		case n == 0:
		case one[0] != '\n':
			if line = append(line, one[0]); len(line) > maxLine {
				return nil, fmt.Errorf("a line has more than %d bytes", maxLine)
			}
		case len(line) > 0:
			return line, nil
		}
	}
}
