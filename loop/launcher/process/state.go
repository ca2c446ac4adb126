package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"pawl/loop/atomicfile"
	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// formatVersion is that of the state file, the journal and the socket. Fields
// are only ever added; a reader ignores those that it does not know, so that a
// newer pawl works with the keepers of an older one.
const formatVersion = 1

// state is what a keeper says about its session. Only the keeper writes it.
type state struct {
	Version    int           `json:"version"`
	Session    string        `json:"session"`
	Generation string        `json:"generation"`
	Agent      string        `json:"agent"`
	Owner      string        `json:"owner"`
	Phase      string        `json:"phase"`
	Log        string        `json:"log"`
	LogInode   uint64        `json:"log_inode"` // of the log as it was at the start
	LogFrom    int64         `json:"log_from"`  // its size then: what came before is a predecessor's
	Keeper     proc.Identity `json:"keeper"`
	Leader     proc.Identity `json:"leader"`
	At         time.Time     `json:"at"`
	Stop       *stopOrder    `json:"stop,omitempty"`
	Exit       *exit         `json:"exit,omitempty"`
}

// stopOrder is a stop that was asked for: kept so that whoever finds the
// session later knows that its end was wanted.
type stopOrder struct {
	Asked time.Time `json:"asked"`
	Kill  time.Time `json:"kill"`
}

type exit struct {
	Code   int       `json:"code"`
	Signal string    `json:"signal"`
	At     time.Time `json:"at"`
}

func (s *state) ref() launcher.Ref {
	return launcher.Ref{Session: s.Session, Generation: s.Generation}
}

func (s *state) save(folder string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("state of %q: %w", s.Session, err)
	}
	return atomicfile.Write(stateFile(folder), append(data, '\n'))
}

func parseState(data []byte) (*state, error) {
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	if s.Generation == "" || s.Leader.PID <= 0 || s.Keeper.PID <= 0 {
		return nil, errors.New("state file: generation, leader or keeper is missing")
	}
	return &s, nil
}

// loadState returns nil when there is none, or none that can be read: such a
// folder is half-made and holds no session.
func loadState(folder string) (*state, error) {
	data, err := os.ReadFile(stateFile(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := parseState(data)
	if err != nil {
		return nil, nil
	}
	return s, nil
}
