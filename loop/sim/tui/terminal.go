package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"pawl/handoff/system"
)

// pollEvery is how long one wait for the terminal lasts: the end of the program is
// seen no later.
const pollEvery = 100 * time.Millisecond

// errClosed says that the terminal is gone.
var errClosed = errors.New("the terminal is closed")

// terminal is a terminal in raw mode.
type terminal struct {
	file  *os.File
	old   *term.State
	ready chan struct{} // there is something to read
	again chan struct{} // it was read: wait for more
	stop  context.CancelFunc
	done  chan struct{}
}

// openTerminal puts the terminal into raw mode and waits for input beside the
// caller. It reads nothing by itself, so that a program that hangs leaves what
// is typed in the terminal.
func openTerminal(file *os.File) (*terminal, error) {
	if !term.IsTerminal(int(file.Fd())) {
		return nil, fmt.Errorf("%s is no terminal; start the program in one", file.Name())
	}
	old, err := term.MakeRaw(int(file.Fd()))
	if err != nil {
		return nil, fmt.Errorf("raw mode of %s: %w", file.Name(), err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t := &terminal{file, old, make(chan struct{}), make(chan struct{}), stop, make(chan struct{})}
	go func() {
		defer close(t.done)
		t.watch(ctx)
	}()
	return t, nil
}

// close ends the waiting and restores the terminal's mode.
func (t *terminal) close() error {
	t.stop()
	<-t.done
	err := term.Restore(int(t.file.Fd()), t.old)
	if system.HungUp(err) {
		return nil // it hung up, and has no mode any more
	}
	return err
}

func (t *terminal) watch(ctx context.Context) {
	for ctx.Err() == nil {
		ready, err := system.AwaitInput(pollEvery, t.file)
		if err == nil && !ready[0] {
			continue
		}
		// An error is told as input: the read says what it is.
		t.tell(ctx)
		t.wait(ctx)
	}
}

func (t *terminal) tell(ctx context.Context) {
	select {
	case t.ready <- struct{}{}:
	case <-ctx.Done():
	}
}

func (t *terminal) wait(ctx context.Context) {
	select {
	case <-t.again:
	case <-ctx.Done():
	}
}

// read takes what there is, after ready and at most once. errClosed says that
// nothing more will come.
func (t *terminal) read() ([]byte, error) {
	buffer := make([]byte, 64<<10)
	n, err := t.file.Read(buffer)
	if errors.Is(err, io.EOF) || system.HungUp(err) {
		return nil, errClosed
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.file.Name(), err)
	}
	t.again <- struct{}{}
	return buffer[:n], nil
}

// size is the terminal's width and height in characters.
func (t *terminal) size() (columns, rows int, err error) {
	columns, rows, err = term.GetSize(int(t.file.Fd()))
	if err != nil {
		return 0, 0, fmt.Errorf("size of %s: %w", t.file.Name(), err)
	}
	return columns, rows, nil
}
