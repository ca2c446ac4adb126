package process

import (
	"errors"
	"fmt"
	"os"

	"pawl/handoff/system"
)

// maxLine is the longest line, with its newline, that is written to an agent: room
// for a message of many lines, as JSON. What a pipe has no room for waits in the
// backlog.
const maxLine = 256 << 10

// input is the writing end of the agent's standard input. It keeps the reading
// end as well, to see how much of what was written still lies there.
type input struct {
	r, w    *os.File
	fd      int    // of w; asking the file for it again would make it blocking
	backlog []byte // accepted, and not in the pipe yet
	written int64  // bytes that went into the pipe
	waiting []unread
}

// unread is a message of which the program has not read the last byte.
type unread struct {
	id  string
	end int64 // of its newline, counted from the first byte ever accepted
}

func openInput() (*input, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("input pipe: %w", err)
	}
	in := &input{r: r, w: w, fd: int(w.Fd())}
	if err := system.SetNonblock(in.fd, true); err != nil {
		return nil, errors.Join(err, in.close())
	}
	return in, nil
}

// ready says whether a line can be taken now without waiting for the program.
func (in *input) ready() bool {
	return len(in.backlog) == 0 && system.HasRoom(in.fd)
}

// accept takes data behind all that was accepted before, and writes what the
// pipe has room for.
func (in *input) accept(data []byte) error {
	in.backlog = append(in.backlog, data...)
	return in.flush()
}

func (in *input) acceptMessage(id, line string) error {
	err := in.accept([]byte(line))
	in.waiting = append(in.waiting, unread{id: id, end: in.written + int64(len(in.backlog))})
	return err
}

// flush moves the backlog into the pipe as far as there is room.
func (in *input) flush() error {
	for len(in.backlog) > 0 {
		n, err := system.Write(in.fd, in.backlog)
		if errors.Is(err, system.ErrWait) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("write to the agent's input: %w", err)
		}
		in.written += int64(n)
		in.backlog = in.backlog[n:]
	}
	in.backlog = nil
	return nil
}

// look returns how many bytes the program has still to read, and the messages
// that it has read to their end since the last look.
func (in *input) look() (pending int, drained []string, err error) {
	lying, err := lyingIn(in.r)
	if err != nil {
		return 0, nil, err
	}
	read := in.written - int64(lying)
	for len(in.waiting) > 0 && in.waiting[0].end <= read {
		drained = append(drained, in.waiting[0].id)
		in.waiting = in.waiting[1:]
	}
	return lying + len(in.backlog), drained, nil
}

func lyingIn(r *os.File) (int, error) {
	n, err := system.Unread(int(r.Fd()))
	if err != nil {
		return 0, fmt.Errorf("look into the agent's input: %w", err)
	}
	return n, nil
}

func (in *input) close() error { return errors.Join(in.w.Close(), in.r.Close()) }
