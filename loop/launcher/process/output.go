package process

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/logfile"
)

const (
	chunkSize  = 64 << 10
	chunkCount = 64              // 4 MiB wait for a slow disk
	slowLog    = 2 * time.Second // that long the agent waits for one, once
	flushLimit = 2 * time.Second
	lastWords  = 1 << 20 // read at most from what the agent left in the pipe
)

// output carries what the agent prints to its log, with two goroutines: one
// reads, and never waits long for the other, which writes. A log that cannot be
// written loses text, it does not hold up the agent.
type output struct {
	r      *os.File
	log    *logfile.File
	live   *live
	told   *slog.Logger
	chunks chan chunk
	read   chan struct{} // closed when the reader has ended
	wrote  chan struct{} // closed when the writer has ended
	behind bool          // the writer was waited for in vain
}

// chunk is text for the log, or the question whether all before it is written.
type chunk struct {
	text    []byte
	written chan struct{}
}

func startOutput(r *os.File, log *logfile.File, live *live, told *slog.Logger) *output {
	o := &output{r: r, log: log, live: live, told: told,
		chunks: make(chan chunk, chunkCount), wrote: make(chan struct{})}
	go o.write()
	o.startReader()
	return o
}

func (o *output) startReader() {
	o.read = make(chan struct{})
	go func() {
		defer close(o.read)
		buf := make([]byte, chunkSize)
		for {
			n, err := o.r.Read(buf)
			o.take(buf[:n])
			if err != nil {
				return
			}
		}
	}()
}

func (o *output) take(text []byte) {
	if len(text) == 0 {
		return
	}
	o.live.printed(time.Now())
	o.pass(chunk{text: append([]byte(nil), text...)})
}

// pass hands a chunk to the writer, or drops it when that does not get on.
func (o *output) pass(c chunk) {
	select {
	case o.chunks <- c:
		o.behind = false
		return
	default:
	}
	if o.behind {
		return
	}
	timer := time.NewTimer(slowLog)
	defer timer.Stop()
	select {
	case o.chunks <- c:
	case <-timer.C:
		o.behind = true
		o.told.Warn("the log is too slow: output is lost", "log", o.log.Path)
	}
}

func (o *output) write() {
	defer close(o.wrote)
	failing := false
	for c := range o.chunks {
		if c.written != nil {
			close(c.written)
			continue
		}
		_, err := o.log.Write(c.text)
		if err == nil {
			err = o.rotate(c.text)
		}
		if err != nil && !failing {
			o.told.Warn("the log cannot be written: output is lost", "error", err)
		}
		failing = err != nil
	}
	if err := o.log.Close(); err != nil {
		o.told.Warn("the log cannot be closed", "error", err)
	}
}

// lineLimit is how much a log may grow beyond its limit until a line ends, in bytes.
const lineLimit = 1 << 20

// rotate begins a new log once this one, which text is the end of, is full: where
// a line ends, if one does.
func (o *output) rotate(text []byte) error {
	if bytes.HasSuffix(text, []byte("\n")) {
		return o.log.Rotate(logfile.Limit)
	}
	return o.log.Rotate(logfile.Limit + lineLimit)
}

// settle brings all that was printed until now into the log, as far as that is
// possible in a bounded time.
func (o *output) settle() {
	if err := o.pauseReader(); err != nil {
		o.told.Warn("the output's end cannot be read", "error", err)
	}
	asked := chunk{written: make(chan struct{})}
	timer := time.NewTimer(flushLimit)
	defer timer.Stop()
	select {
	case o.chunks <- asked:
	case <-timer.C:
		return
	}
	select {
	case <-asked.written:
	case <-timer.C:
	}
}

// pauseReader ends the reader and takes what lies in the pipe itself: only so
// is it certain that nothing is on its way.
func (o *output) pauseReader() error {
	if err := o.r.SetReadDeadline(time.Unix(1, 0)); err != nil {
		return err
	}
	<-o.read
	raw, err := o.r.SyscallConn()
	if err != nil {
		return err
	}
	buf := make([]byte, chunkSize)
	var readErr error
	for total := 0; total < lastWords; {
		n := 0
		err := raw.Control(func(fd uintptr) { n, readErr = system.Read(int(fd), buf) })
		if err != nil {
			return err
		}
		if n <= 0 {
			break
		}
		o.take(buf[:n])
		total += n
	}
	if errors.Is(readErr, system.ErrWait) {
		return nil
	}
	return readErr
}

// resume goes on reading after settle, for what the agent left behind may still
// print.
func (o *output) resume() error {
	if err := o.r.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	o.startReader()
	return nil
}

// close ends both goroutines. A writer that hangs in the kernel is left to end
// with the process.
func (o *output) close() error {
	o.settle()
	close(o.chunks)
	timer := time.NewTimer(flushLimit)
	defer timer.Stop()
	select {
	case <-o.wrote:
		return o.r.Close()
	case <-timer.C:
		return errors.Join(errors.New("the log does not take its end"), o.r.Close())
	}
}
