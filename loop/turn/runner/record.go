package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"pawl/handoff"
	"pawl/loop/launcher/logfile"
	"pawl/loop/turn"
)

// Bounds of a session's record.
const (
	rawKept   = 5        // turns whose output is kept as it was printed
	rawLimit  = 16 << 20 // of one turn's output, in bytes
	maxEvents = 20_000   // of one turn; more are counted and not written
	maxTold   = 64 << 10 // of what a turn began with, in bytes
)

// record is a session's folder: what it was told, the events, and what its program
// printed. It may be removed at any time.
type record struct {
	dir    string
	events logfile.File
	out    logfile.File
	of     int   // the turn that out is of
	size   int64 // of what was printed in it
	count  int   // of its events
}

func newRecord(dir string) *record {
	return &record{dir: dir, events: logfile.File{Path: filepath.Join(dir, turn.EventsFile)}}
}

func (r *record) rawFile(n int) string { return filepath.Join(r.dir, fmt.Sprintf("%04d.out", n)) }

func (r *record) begin(t turn.Turn, text string) error {
	err := r.out.Close()
	r.of, r.size, r.count = t.N, 0, 0
	r.out = logfile.File{Path: r.rawFile(t.N)}
	if gone := os.Remove(r.rawFile(t.N - rawKept)); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return errors.Join(err, r.write(turn.Entry{N: t.N, Begin: &t, Told: handoff.Cut(text, maxTold)}))
}

func (r *record) event(n int, e turn.Event) error {
	if r.count++; r.count > maxEvents && e.Kind != turn.Session && e.Kind != turn.End && e.Kind != turn.Limit && e.Kind != turn.Error {
		return nil
	}
	return r.write(turn.Entry{N: n, Event: &e})
}

func (r *record) end(t turn.Turn) error { return r.write(turn.Entry{N: t.N, End: &t}) }

func (r *record) write(e turn.Entry) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := r.events.Write(append(data, '\n')); err != nil {
		return err
	}
	return r.events.Rotate(logfile.Limit)
}

// raw keeps what was printed, up to a limit.
func (r *record) raw(n int, line []byte) error {
	room := rawLimit - r.size
	r.size += int64(len(line))
	if n != r.of || room <= 0 {
		return nil
	}
	_, err := r.out.Write(line[:min(int64(len(line)), room)])
	return err
}

func (r *record) close() error { return errors.Join(r.out.Close(), r.events.Close()) }
