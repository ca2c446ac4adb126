package mirror

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"pawl/handoff/system"
)

// errMissing says that the mirror has no object of that name.
var errMissing = errors.New("no such object")

// object is what is read of one git object.
type object struct {
	hash string
	kind string // commit, tree, blob or tag
	size int64
	data []byte // at most as much as was asked for
}

// batch is one git cat-file --batch: it reads packed objects without loading
// the packs' indexes into this process.
type batch struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc
	in     io.WriteCloser
	out    *bufio.Reader
	said   *tail
}

// startBatch starts the process. Its owner closes it.
func (p program) startBatch(ctx context.Context, dir string) (*batch, error) {
	ctx, cancel := context.WithTimeout(ctx, localTimeout)
	b := &batch{cancel: cancel, said: &tail{heard: func() {}}}
	b.cmd = p.command(ctx, []string{"--git-dir=" + dir, "cat-file", "--batch"}, nil)
	b.cmd.Stderr = b.said
	in, err := b.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, fmt.Errorf("git cat-file: %w", err)
	}
	if err := b.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("%w: %w", errNoGit, err)
	}
	b.in, b.out = in, bufio.NewReaderSize(out, 64<<10)
	return b, nil
}

// ask requests one object. git answers in the order of asking.
func (b *batch) ask(name string) error {
	if _, err := io.WriteString(b.in, name+"\n"); err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	return nil
}

// answer reads the next object; data holds at most limit bytes of it.
func (b *batch) answer(limit int64) (object, error) {
	o, err := b.header()
	if err != nil {
		return object{}, err
	}
	o.data = make([]byte, min(o.size, limit))
	if _, err = io.ReadFull(b.out, o.data); err == nil {
		_, err = io.CopyN(io.Discard, b.out, o.size-int64(len(o.data))+1)
	}
	if err != nil {
		return object{}, b.brokeOff(o, err)
	}
	return o, nil
}

// header reads what comes before the next object's content, which is size bytes
// and a newline.
func (b *batch) header() (object, error) {
	line, err := b.out.ReadString('\n')
	if err != nil {
		return object{}, fmt.Errorf("git cat-file ended early (%s): %w", lastLine(b.said.String()), err)
	}
	fields := strings.Fields(line)
	if len(fields) != 3 || !isObjectName(fields[0]) {
		return object{}, errMissing // "missing", "ambiguous"
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 {
		return object{}, errMissing
	}
	return object{hash: fields[0], kind: fields[1], size: size}, nil
}

func (b *batch) brokeOff(o object, err error) error {
	return fmt.Errorf("git cat-file broke off in %s (%s): %w", o.hash, lastLine(b.said.String()), err)
}

// closeGrace is how long git has to end once its input is closed.
const closeGrace = time.Second

// close ends the process and waits for it.
func (b *batch) close() error {
	defer b.cancel()
	stop := time.AfterFunc(closeGrace, b.cancel)
	defer stop.Stop()
	err := b.in.Close()
	if werr := b.cmd.Wait(); werr != nil {
		err = errors.Join(err, werr, system.KillGroup(b.cmd))
	}
	return err
}
