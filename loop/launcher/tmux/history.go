package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pawl/loop/launcher/logfile"
	"pawl/loop/launcher/plain"
)

// history keeps what a pane printed: byte for byte in one file, and readable in
// another. A program that prints lines is taken at its word. One that paints a
// screen is looked at when it pauses, and what is new on the screen is written
// down: its bytes would show each turn of a spinner and no line whole.
type history struct {
	order  scribing
	raw    *logfile.File
	text   *logfile.File
	paints bool
	line   []byte // a line that has not ended
	dirty  bool   // something was painted since the last look
	wrote  time.Time
	looked time.Time
	seen   *recent
	failed error // the last complaint, told once
}

func newHistory(s scribing) *history {
	raw := strings.TrimSuffix(s.Log, filepath.Ext(s.Log)) + ".raw"
	return &history{order: s, raw: &logfile.File{Path: raw}, text: &logfile.File{Path: s.Log}, seen: newRecent(recentRows)}
}

const (
	pauses     = 500 * time.Millisecond // a screen that does not change for that long is read
	atTheLeast = 5 * time.Second        // and one that changes all the time so often
	recentRows = 2000
	longLine   = 64 << 10 // a line is cut there, in bytes
	longestLog = 16 << 20 // a log is rotated there, in bytes: a spinner alone paints some hundred MB a day
)

// painting are control sequences with which a program leaves the line that it is in.
var painting = regexp.MustCompile("\x1b\\[(?:[0-9;]*[ABEFHJLMSTdf]|\\?(?:1049|1047|47)h)|\x1bM")

// write takes what was printed. A log that cannot be written loses text, and
// holds up nobody.
func (h *history) write(chunk []byte) {
	h.wrote, h.dirty = time.Now(), true
	_, err := h.raw.Write(chunk)
	h.complain(errors.Join(err, h.raw.Rotate(longestLog)))
	if !h.paints && painting.Match(chunk) {
		h.paints, h.line = true, nil
	}
	if h.paints {
		return
	}
	h.line = append(h.line, chunk...)
	for {
		i := bytes.IndexByte(h.line, '\n')
		if i < 0 && len(h.line) < longLine {
			return
		}
		end := i + 1
		if i < 0 {
			i, end = len(h.line), len(h.line)
		}
		h.put(plain.Row(string(h.line[:i])))
		h.line = h.line[end:]
	}
}

func (h *history) put(rows ...string) {
	if len(rows) == 0 {
		return
	}
	_, err := h.text.Write([]byte(strings.Join(rows, "\n") + "\n"))
	h.complain(errors.Join(err, h.text.Rotate(longestLog)))
}

// look reads the screen if it is time to.
func (h *history) look(ctx context.Context, now time.Time) {
	if !h.paints || !h.dirty || now.Sub(h.wrote) < pauses && now.Sub(h.looked) < atTheLeast {
		return
	}
	h.dirty, h.looked = false, now
	c := client{program: h.order.Tmux, socket: h.order.Socket}
	p := pane{id: h.order.Pane}
	p.Generation = h.order.Generation
	// What has scrolled out of sight since the last look is in tmux's own history.
	out, err := c.run(ctx, nil, guarded(p, nil, "capture-pane -p -S -"+strconv.Itoa(recentRows/2)+" -t "+p.id, "")...)
	if err != nil {
		h.complain(err)
		return
	}
	var rows []string
	for line := range strings.Lines(out) {
		if row := strings.TrimRight(plain.Row(line), " "); h.seen.add(row) {
			rows = append(rows, row)
		}
	}
	h.put(rows...)
}

// close writes what is left.
func (h *history) close(ctx context.Context) error {
	if h.paints {
		h.dirty, h.wrote = true, time.Time{}
		h.look(ctx, time.Now())
	} else if len(h.line) > 0 {
		h.put(plain.Row(string(h.line)))
	}
	return errors.Join(h.raw.Close(), h.text.Close())
}

// complain says once for each kind of trouble what could not be written. Only
// its error output is left for that, which tmux throws away: it is seen by who
// runs a scribe by hand.
func (h *history) complain(err error) {
	if err == nil || h.failed != nil && h.failed.Error() == err.Error() {
		return
	}
	h.failed = err
	if _, told := fmt.Fprintf(os.Stderr, "pawl: %v\n", err); told != nil {
		h.failed = errors.Join(err, told)
	}
}

// recent remembers the last rows that were written, so that a row is written
// once however often it is painted.
type recent struct {
	rows map[string]int // how often each is in ring
	ring []string
	next int
}

func newRecent(n int) *recent { return &recent{rows: map[string]int{}, ring: make([]string, n)} }

// moving are the parts of a row that only show that time goes by: how long, how
// much, and the turns of a spinner.
var moving = regexp.MustCompile(`[0-9.,]+ ?(?:ms|s|m|h|k|%|tokens)\b|[\x{2800}-\x{28ff}◐◑◒◓✶✻✽✢·*✳⬝■]+`)

// add says whether a row is new, and remembers it.
func (r *recent) add(row string) bool {
	key := strings.TrimSpace(moving.ReplaceAllString(row, ""))
	if key == "" || r.rows[key] > 0 {
		return false
	}
	if old := r.ring[r.next]; old != "" {
		delete(r.rows, old)
	}
	r.rows[key]++
	r.ring[r.next], r.next = key, (r.next+1)%len(r.ring)
	return true
}
