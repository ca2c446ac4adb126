package tui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// Entry is one line of the record: what happened to the program, as it saw it
// itself. One of the fields after Generation is set, and with Text perhaps
// Kickoff.
type Entry struct {
	Time       time.Time `json:"time"`
	Agent      string    `json:"agent,omitempty"`      // PAWL_AGENT
	Generation string    `json:"generation,omitempty"` // PAWL_GENERATION

	Started  string `json:"started,omitempty"`  // "fresh", or "resume " and the conversation
	Text     string `json:"text,omitempty"`     // a prompt that was submitted, whole
	Kickoff  bool   `json:"kickoff,omitempty"`  // it was the argument, and not typed
	Finished string `json:"finished,omitempty"` // the prompt whose turn came to its end
	Dropped  string `json:"dropped,omitempty"`  // the prompt whose turn was interrupted
	Refused  string `json:"refused,omitempty"`  // the prompt that the limit kept from being worked on
	Dialog   string `json:"dialog,omitempty"`   // "answered" or "cancelled", by a key
	Order    string `json:"order,omitempty"`    // an order that was obeyed
	Error    string `json:"error,omitempty"`    // what was wrong with an order
	Ended    string `json:"ended,omitempty"`    // why the program ends: "exit 3", "signal terminated"
}

// recorder appends entries to a file; "" is none.
type recorder struct {
	path              string
	agent, generation string
}

// add appends one line with one write, so that several programs can share a file.
func (r recorder) add(e Entry) (err error) {
	if r.path == "" {
		return nil
	}
	e.Agent, e.Generation = r.agent, r.generation
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return appendLine(r.path, line)
}

func appendLine(path string, line []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(append(line, '\n'))
	return err
}

// ReadRecord reads a record file; one that does not exist yet is empty. A last
// line without its end is left for the next reading.
func ReadRecord(path string) ([]Entry, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var entries []Entry
	in := bufio.NewReader(bytes.NewReader(data))
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return entries, nil
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("%s:%d: %q is no entry: %w", path, n, bytes.TrimSpace(line), err)
		}
		entries = append(entries, e)
	}
}

// Prompts are the texts that were submitted, in their order. Kickoffs are not
// among them.
func Prompts(entries []Entry) []string {
	var texts []string
	for _, e := range entries {
		if e.Text != "" && !e.Kickoff {
			texts = append(texts, e.Text)
		}
	}
	return texts
}
