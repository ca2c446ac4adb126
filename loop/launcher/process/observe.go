package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// When an agent has ended and its keeper is about to write down how, Observe
// waits for that, and then goes on calling it alive for a while: a code that
// comes a pass later is better than an end without one.
const (
	closeWait  = 50 * time.Millisecond
	closeLimit = 5 * time.Second
)

// known is what was read of one session: bytes that have not changed are not
// decoded again, and of the journal only what was added is read.
type known struct {
	raw     []byte
	state   *state
	journal int64
	marks   marks
	endedAt time.Time // when it was first seen to be over without an exit status
}

// Observe tells of all sessions. It reads a few small files for each, starts no
// process, asks no keeper and touches nothing: a session whose keeper was killed
// is reported as ended and lost, also while something of it still runs. An agent
// that has ended counts as alive until its keeper has written down how, which
// takes milliseconds. A session that is being made, or whose making was cut off,
// is not reported.
func (l *Launcher) Observe(ctx context.Context) (map[string]launcher.Observation, error) {
	seen := map[string]launcher.Observation{}
	entries, err := os.ReadDir(l.layout.sessions())
	if errors.Is(err, fs.ErrNotExist) {
		return seen, nil
	}
	if err != nil {
		return nil, fmt.Errorf("observe sessions: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("observe sessions: %w", err)
		}
		o, there, err := l.observe(ctx, e.Name())
		if err != nil {
			return nil, fmt.Errorf("observe session %q: %w", e.Name(), err)
		}
		if there {
			seen[e.Name()] = o
		}
	}
	for name := range l.known {
		if _, ok := seen[name]; !ok {
			delete(l.known, name)
		}
	}
	return seen, nil
}

func (l *Launcher) observe(ctx context.Context, name string) (launcher.Observation, bool, error) {
	k := l.known[name]
	if k == nil {
		k = &known{}
		l.known[name] = k
	}
	c, err := l.look(ctx, k, name)
	if err != nil || c == absent {
		return launcher.Observation{}, false, err
	}
	folder := l.layout.folder(name)
	if err := k.readJournal(journalFile(folder)); err != nil {
		return launcher.Observation{}, false, err
	}
	unread, printed, err := loadLive(folder)
	if err != nil {
		// It is not made to survive a power cut; nothing is known then.
		l.log.Debug("live file", "session", name, "error", err)
	}
	s := k.state
	o := launcher.Observation{Ref: s.ref(), Agent: s.Agent, Owner: s.Owner, Phase: s.Phase,
		PID: s.Leader.PID, Started: s.Leader.Started, Alive: c == running,
		Output: printed, Pending: unread, Marks: slices.Clone(k.marks.newest())}
	if o.Output.IsZero() {
		o.Output = s.At
	}
	o.Exit = k.exit(c)
	return o, true, nil
}

// look brings what is known up to date, and waits a moment for an end that is
// just being written.
func (l *Launcher) look(ctx context.Context, k *known, name string) (condition, error) {
	limit := time.Now().Add(closeWait)
	for last := absent; ; {
		there, err := k.readState(stateFile(l.layout.folder(name)))
		if err != nil || !there {
			return absent, err
		}
		c, err := k.state.condition()
		if err != nil {
			return absent, err
		}
		// A keeper that is dead now may have written the end just before.
		if c == running || c == ended || (c == lost && last == lost) {
			return c, nil
		}
		if k.endedAt.IsZero() {
			k.endedAt = time.Now()
		}
		if c == closing {
			if time.Now().After(limit) {
				return k.unwritten(), nil
			}
			if err := proc.Pause(ctx, 2*time.Millisecond); err != nil {
				return absent, err
			}
		}
		last = c
	}
}

// unwritten is the condition of a session whose end its keeper does not write down.
func (k *known) unwritten() condition {
	if time.Since(k.endedAt) < closeLimit {
		return running
	}
	return closing
}

func (k *known) exit(c condition) *launcher.Exit {
	switch c {
	case running:
		return nil
	case ended:
		x := k.state.Exit
		return &launcher.Exit{Code: x.Code, Signal: x.Signal, At: x.At}
	}
	return &launcher.Exit{Code: -1, At: k.endedAt, Lost: c == lost}
}

// readState returns false when there is no session in the folder.
func (k *known) readState(path string) (bool, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if bytes.Equal(raw, k.raw) {
		return k.state != nil, nil
	}
	s, err := parseState(raw)
	if err != nil {
		*k = known{}
		return false, nil
	}
	if k.state == nil || k.state.Generation != s.Generation || k.state.Leader != s.Leader {
		*k = known{}
	}
	k.raw, k.state = raw, s
	return true, nil
}

// readJournal reads what was added since the last time.
func (k *known) readJournal(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Size() == k.journal {
		return err
	}
	if info.Size() < k.journal {
		k.journal, k.marks = 0, marks{}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.NewSectionReader(f, k.journal, info.Size()-k.journal))
	k.journal += int64(k.marks.read(data))
	return errors.Join(err, f.Close())
}

// journalOf reads the marks of one session anew.
func journalOf(folder string) (marks, error) {
	data, err := os.ReadFile(journalFile(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return marks{}, nil
	}
	var m marks
	m.read(data)
	return m, err
}
