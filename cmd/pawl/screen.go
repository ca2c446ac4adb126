package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"

	"golang.org/x/term"

	"pawl/handoff/system"
)

// Control sequences of xterm, which every terminal of today knows: the second
// screen, the cursor, and lines that are cut at the edge instead of wrapped.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
	leaveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	toTop       = "\x1b[H"
	clearRest   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

// liveScreen draws pages over one another on a terminal's second screen. The
// first one, with what stood there, comes back when it is closed.
type liveScreen struct {
	ctx     context.Context // ends with q, Ctrl-C or the one that it was opened with
	resized chan os.Signal

	out    *os.File
	keys   *os.File // nil: no keys are read
	before *term.State
	cancel context.CancelFunc
	reader sync.WaitGroup
	mine   *os.File   // the reader of keys looks at this end of a pipe,
	wake   *os.File   // and ends when this one is closed
	mu     sync.Mutex // held while something is written
}

// openScreen takes out over, and reads keys until it is closed.
func openScreen(ctx context.Context, out, keys *os.File) (*liveScreen, error) {
	s := &liveScreen{out: out, keys: keys, resized: make(chan os.Signal, 1)}
	s.ctx, s.cancel = context.WithCancel(ctx)
	if keys != nil {
		if err := s.readKeys(); err != nil {
			s.cancel()
			return nil, err
		}
	}
	signal.Notify(s.resized, system.SIGWINCH)
	fmt.Fprint(out, enterScreen)
	return s, nil
}

// close gives the terminal back.
func (s *liveScreen) close() error {
	signal.Stop(s.resized)
	s.cancel()
	if s.keys == nil {
		return s.leave()
	}
	err := s.wake.Close()
	s.reader.Wait()
	return errors.Join(err, s.mine.Close(), s.leave())
}

func (s *liveScreen) leave() error {
	fmt.Fprint(s.out, leaveScreen)
	if s.keys == nil {
		return nil
	}
	if err := term.Restore(int(s.keys.Fd()), s.before); err != nil {
		return &hinted{fmt.Errorf("the terminal cannot be set back: %w", err), "the command reset does that"}
	}
	return nil
}

// draw shows a page; what does not fit is counted in the last row.
func (s *liveScreen) draw(lines []string) {
	_, rows := extent(s.out)
	if len(lines) > rows {
		more := len(lines) - rows + 1
		lines = append(lines[:rows-1:rows-1], paint(s.out, faint, fmt.Sprintf("… %d more lines", more)))
	}
	var b strings.Builder
	b.WriteString(toTop)
	for i, l := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(clearRest + l) // behind a full line it would clear its end
	}
	b.WriteString(clearBelow)
	s.mu.Lock()
	defer s.mu.Unlock()
	// One write a page: a terminal shows no half of it.
	fmt.Fprint(s.out, b.String())
}

// readKeys has each key read at once, without an echo, until the screen is closed.
func (s *liveScreen) readKeys() (err error) {
	if s.before, err = term.MakeRaw(int(s.keys.Fd())); err != nil {
		return err
	}
	if s.mine, s.wake, err = os.Pipe(); err != nil {
		return errors.Join(err, term.Restore(int(s.keys.Fd()), s.before))
	}
	s.reader.Go(func() {
		defer s.cancel()
		for {
			key, err := nextKey(s.keys, s.mine)
			switch {
			case err != nil, key == 'q', key == 'Q', key == ctrlC, key == ctrlD:
				return
			case key == ctrlZ:
				s.suspend()
			}
		}
	})
	return nil
}

// Keys as a terminal sends them.
const (
	ctrlC = 0x03
	ctrlD = 0x04
	ctrlZ = 0x1a
)

// errClosed says that no more keys are wanted.
var errClosed = errors.New("the screen is closed")

// nextKey waits for a byte from the terminal, or for the pipe's end.
func nextKey(keys, pipe *os.File) (byte, error) {
	for {
		ready, err := system.AwaitInput(-1, keys, pipe)
		switch {
		case err != nil:
			return 0, err
		case ready[1]:
			return 0, errClosed
		case !ready[0]:
			continue // a signal came
		}
		var one [1]byte
		if n, err := keys.Read(one[:]); n == 0 {
			return 0, err
		}
		return one[0], nil
	}
}

// suspend gives the terminal back to the shell until the person comes back.
func (s *liveScreen) suspend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Join(s.leave(), system.SuspendGroup()) != nil {
		s.cancel()
		return
	}
	// Here it goes on after fg.
	if _, err := term.MakeRaw(int(s.keys.Fd())); err != nil {
		s.cancel()
		return
	}
	fmt.Fprint(s.out, enterScreen)
	select {
	case s.resized <- system.SIGWINCH:
	default: // it is drawn anew in any case
	}
}
