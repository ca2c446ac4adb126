package loop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// Source is the configuration as a running loop sees it: read again when the
// file changes, and the last good one while the file is broken.
type Source struct {
	Path string // absolute

	mu    sync.Mutex
	seen  os.FileInfo // the file as it was read; nil when it was missing
	hurry bool        // somebody waits for what the file says
	fresh glimpse     // of a change that was not read yet
	good  *config.Config
	fault error // why the file as it is now is not used
	notes []ledger.Event
}

const (
	// steady is how long a changed file must stay as it is until it is read. An editor
	// shows a half of it for a moment, and git, while it pulls and rebases, an older one.
	steady = time.Second
	// unsteady is how long a file may go on changing until it is read all the same.
	unsteady = 10 * time.Second
)

// glimpse is a change of the file that was not read yet; the zero one is none.
type glimpse struct {
	file  os.FileInfo // as it was seen last; nil when it was missing
	at    time.Time   // since when it is so
	since time.Time   // when the first change was seen
}

// settled says that the file has been as it is now for long enough.
func (s *Source) settled(now os.FileInfo) bool {
	at := time.Now()
	if s.fresh.at.IsZero() {
		s.fresh = glimpse{file: now, at: at, since: at}
	} else if !unchanged(now, s.fresh.file) {
		s.fresh.file, s.fresh.at = now, at
	}
	return at.Sub(s.fresh.at) >= steady || at.Sub(s.fresh.since) >= unsteady
}

// Hurry has the file read by the next Load as it is then: somebody gave an order, and
// knows what the file says.
func (s *Source) Hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hurry = true
}

// Changing says that the file was changed and is read in a moment, if it stays so.
func (s *Source) Changing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.fresh.at.IsZero()
}

// stamp tells whether a file was changed without reading it; nil when it is missing.
func stamp(path string) os.FileInfo {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}

func unchanged(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// Load returns the configuration to use now. It fails only when there is no
// good one at all: neither in the file nor on record. What is to be told about
// a change of the file waits in Notes.
func (s *Source) Load(ctx context.Context, l *ledger.Ledger) (*config.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hurry := s.hurry
	s.hurry = false
	now := stamp(s.Path)
	var held *HeldError
	// A change that is held can be let through without the file being touched.
	switch {
	case s.good == nil: // nothing to go on with meanwhile
	case !unchanged(now, s.seen):
		if !hurry && !s.settled(now) {
			return s.good, nil
		}
		s.fresh = glimpse{}
	default:
		s.fresh = glimpse{}
		if !errors.As(s.fault, &held) {
			return s.good, nil
		}
	}
	data, cfg, err := read(s.Path)
	if err != nil {
		return s.broken(ctx, l, now, err)
	}
	before, err := Held(ctx, l, s.Path, data)
	if errors.As(err, &held) {
		return before, s.hold(ctx, l, now, before, data, held)
	}
	if err != nil {
		return nil, err
	}
	if err := l.KeepConfig(ctx, s.Path, string(data), time.Now()); err != nil {
		return nil, err
	}
	if s.good != nil {
		before = s.good
	}
	s.good, s.seen, s.fault = cfg, now, nil
	return cfg, s.reloaded(ctx, l, before, data)
}

// Current is the configuration that was loaded last; it is loaded if none was.
func (s *Source) Current(ctx context.Context, l *ledger.Ledger) (*config.Config, error) {
	s.mu.Lock()
	good := s.good
	s.mu.Unlock()
	if good != nil {
		return good, nil
	}
	return s.Load(ctx, l)
}

// Notes returns what happened to the configuration since it was last asked.
func (s *Source) Notes() []ledger.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	notes := s.notes
	s.notes = nil
	return notes
}

// Fault is why the file is not used as it is now; nil when it is.
func (s *Source) Fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func read(path string) ([]byte, *config.Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := config.Parse(path, data)
	return data, cfg, err
}

// broken falls back to the last good configuration. The fault is told once for
// each content of the file, across restarts.
func (s *Source) broken(ctx context.Context, l *ledger.Ledger, now os.FileInfo, fault error) (*config.Config, error) {
	if s.good == nil {
		cfg, err := LastGood(ctx, l)
		if err != nil {
			return nil, errors.Join(fault, err)
		}
		if cfg == nil {
			return nil, fault
		}
		s.good = cfg
	}
	s.seen, s.fault = now, fault
	same, err := l.SetConfigError(ctx, fault.Error())
	if err == nil && !same {
		s.notes = append(s.notes, ledger.Event{Time: time.Now(), Kind: "config.invalid", Data: map[string]any{"error": fault.Error()}})
	}
	return s.good, err
}

// hold goes on with the configuration on record. Each content of the file is told
// of once.
func (s *Source) hold(ctx context.Context, l *ledger.Ledger, now os.FileInfo, good *config.Config, data []byte, why *HeldError) error {
	s.good, s.seen, s.fault = good, now, why
	same, err := l.SetConfigError(ctx, why.Error()+" (sha256 "+digest(data)+")")
	if err == nil && !same {
		s.notes = append(s.notes, ledger.Event{
			Time: time.Now(), Kind: "config.held", Agent: why.Agent,
			Data: map[string]any{"sha256": digest(data), "hint": "pawl up applies it"},
		})
	}
	return err
}

// reloaded notes what is different from before, while the loop runs or since it
// ran last, or the end of a fault.
func (s *Source) reloaded(ctx context.Context, l *ledger.Ledger, before *config.Config, data []byte) error {
	same, err := l.SetConfigError(ctx, "")
	if err != nil || same && (before == nil || config.Diff(before, s.good).Empty()) {
		return err
	}
	note := map[string]any{"sha256": digest(data)}
	if before != nil {
		for what, text := range changes(config.Diff(before, s.good)) {
			note[what] = text
		}
	}
	s.notes = append(s.notes, ledger.Event{Time: time.Now(), Kind: "config.reloaded", Data: note})
	return nil
}

// LastGood is the configuration on record; nil when there is none.
func LastGood(ctx context.Context, l *ledger.Ledger) (*config.Config, error) {
	path, text, ok, err := l.Config(ctx)
	if err != nil || !ok {
		return nil, err
	}
	cfg, err := config.Parse(path, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("the last good configuration on record is not valid for this pawl: %w", err)
	}
	return cfg, nil
}
