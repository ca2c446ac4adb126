package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"pawl/loop/launcher"
)

// entry is one line of the journal: a message that is about to be written, or,
// with Drained, one that the program has read.
type entry struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	Items   []string  `json:"items,omitempty"`
	Drained bool      `json:"drained,omitempty"`
	At      time.Time `json:"at"`
}

// marks is the journal as it was read so far.
type marks struct {
	list  []launcher.Mark
	index map[string]int
}

func (m *marks) seen(id string) bool {
	_, ok := m.index[id]
	return ok
}

// shown is how many marks of a session an observation tells of: one that lives for
// months is given tens of thousands of messages, and each pass reads the marks. The
// keeper knows of all of them: none is written again.
const shown = 1000

func (m *marks) newest() []launcher.Mark { return m.list[max(len(m.list)-shown, 0):] }

func (m *marks) add(e entry) {
	if i, ok := m.index[e.ID]; ok {
		if e.Drained && m.list[i].Drained.IsZero() {
			m.list[i].Drained = e.At
		}
		return
	}
	if e.Drained || e.ID == "" {
		return
	}
	if m.index == nil {
		m.index = map[string]int{}
	}
	m.index[e.ID] = len(m.list)
	m.list = append(m.list, launcher.Mark{ID: e.ID, Items: e.Items, Written: e.At})
}

// read takes in the whole lines of data and returns how many bytes they were.
// A last line without its newline is being written, or never will be; a line
// that is not an entry is passed over.
func (m *marks) read(data []byte) int {
	taken := 0
	for {
		end := bytes.IndexByte(data[taken:], '\n')
		if end < 0 {
			return taken
		}
		var e entry
		if json.Unmarshal(data[taken:taken+end], &e) == nil {
			m.add(e)
		}
		taken += end + 1
	}
}

// journal is the keeper's memory of the messages that it was given.
type journal struct {
	file *os.File
	size int64
	marks
	broken error // the file may hold a line that was refused: no more is accepted
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{file: f}, nil
}

// record appends an entry and, for one whose loss would lead to a second
// writing, waits until it is on disk. On an error nothing was recorded.
func (j *journal) record(e entry, durable bool) error {
	if j.broken != nil {
		return j.broken
	}
	e.Version = formatVersion
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	line = append(line, '\n')
	_, err = j.file.Write(line)
	if err == nil && durable {
		err = j.file.Sync()
	}
	if err != nil {
		if back := j.file.Truncate(j.size); back != nil {
			j.broken = fmt.Errorf("journal: %w, and then %w", err, back)
		}
		return fmt.Errorf("journal: %w", err)
	}
	j.size += int64(len(line))
	j.add(e)
	return nil
}
