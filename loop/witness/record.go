// Package witness is what an agent's program tells of itself, through its own hooks:
// a record that the hooks write to, and what the newest of it says. A program knows
// better than its screen whether it works or waits for a person; but it may tell
// nothing, or have told what is no longer so.
package witness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"pawl/loop/launcher/logfile"
)

// EnvFile names the file that a session's hooks write to, and EnvGeneration the session.
const (
	EnvFile       = "PAWL_HOOK_FILE"
	EnvGeneration = "PAWL_GENERATION"
)

// Word is the name of the hook by which programs tell of themselves.
const Word = "agent-event"

const (
	// MaxPayload bounds what one hook may tell, in bytes.
	MaxPayload = 4 << 20
	// maxRecord is how large a record grows before it is begun anew, in bytes. The one
	// before it stays beside it.
	maxRecord = 256 << 10
	// maxString bounds the texts within one event that are kept, in bytes.
	maxString = 1000
	// maxDepth bounds how deep an event is kept.
	maxDepth = 6
)

// Entry is one line of a record.
type Entry struct {
	At         time.Time       `json:"at"`
	Generation string          `json:"generation"`
	Event      json.RawMessage `json:"event"`
}

// Note adds what a hook tells to a record. Long texts in it are cut: what the agent
// reads and writes is not for here.
func Note(path, generation string, payload io.Reader, now time.Time) (err error) {
	data, err := io.ReadAll(io.LimitReader(payload, MaxPayload+1))
	if err != nil {
		return fmt.Errorf("reading what the hook tells: %w", err)
	}
	if len(data) > MaxPayload {
		return fmt.Errorf("what the hook tells has more than %d bytes", MaxPayload)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("what the hook tells is no object of JSON: %w", err)
	}
	event, err := json.Marshal(cut(doc, maxDepth))
	if err != nil {
		return err
	}
	line, err := json.Marshal(Entry{At: now, Generation: generation, Event: event})
	if err != nil {
		return err
	}
	file := logfile.File{Path: path}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(append(line, '\n')); err != nil {
		return err
	}
	return file.Rotate(maxRecord)
}

// cut is a value without long texts and without what lies deep.
func cut(v any, depth int) any {
	switch x := v.(type) {
	case string:
		if len(x) > maxString {
			return x[:maxString]
		}
	case []any:
		if depth == 0 || len(x) > maxString {
			return nil
		}
		for i := range x {
			x[i] = cut(x[i], depth-1)
		}
	case map[string]any:
		if depth == 0 {
			return nil
		}
		for key := range x {
			x[key] = cut(x[key], depth-1)
		}
	}
	return v
}
