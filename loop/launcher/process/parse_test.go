//go:build linux || darwin

package process

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

func TestLastLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		lines int
		want  string
	}{
		{"", 3, ""}, {"\n", 3, ""}, {"a", 3, "a"}, {"a\n", 3, "a"}, {"a\nb\nc\n", 2, "b|c"},
		{"a\nb", 2, "a|b"}, {"a\n\nb\n", 2, "|b"}, {"a\nb\n", 0, ""}, {"a\nb\n", 9, "a|b"},
	} {
		if have := strings.Join(lastLines([]byte(c.text), c.lines), "|"); have != c.want {
			t.Errorf("lastLines(%q, %d) = %q, want %q", c.text, c.lines, have, c.want)
		}
	}
}

func TestJournalIsReadAsFarAsItIsWhole(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text := `{"v":1,"id":"w1","items":["h1","h2"],"at":"2026-01-02T03:04:05Z","new":true}
not json
{"v":9,"id":"w2","at":"2026-01-02T03:04:05Z"}
{"v":1,"id":"w1","drained":true,"at":"2026-01-02T03:04:06Z"}
{"v":1,"id":"w1","at":"2026-01-02T03:04:09Z"}
{"v":1,"id":"never","drained":true,"at":"2026-01-02T03:04:06Z"}
`
	var m marks
	torn := text + `{"v":1,"id":"w3"`
	if taken := m.read([]byte(torn)); taken != len(text) {
		t.Errorf("took %d bytes, want %d: a torn line is not one", taken, len(text))
	}
	if len(m.list) != 2 || m.list[0].ID != "w1" || m.list[1].ID != "w2" || m.seen("w3") || m.seen("never") {
		t.Fatalf("marks %+v, want w1 and w2", m.list)
	}
	if w1 := m.list[0]; !w1.Written.Equal(at) || !w1.Drained.Equal(at.Add(time.Second)) || strings.Join(w1.Items, " ") != "h1 h2" {
		t.Errorf("w1 is %+v", w1)
	}
	if !m.list[1].Drained.IsZero() {
		t.Errorf("w2 is %+v; nobody read it", m.list[1])
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"v":1,"id":"w1","items":["h1"],"at":"2026-01-02T03:04:05Z"}` + "\n" + `{"id":"w1","drained":true}` + "\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m marks
		taken := m.read(data)
		if taken > len(data) || (taken > 0 && data[taken-1] != '\n') {
			t.Fatalf("took %d of %d bytes", taken, len(data))
		}
		var again marks
		for _, mark := range m.list {
			line, err := json.Marshal(entry{ID: mark.ID, Items: mark.Items, At: mark.Written})
			if err != nil {
				t.Fatal(err)
			}
			again.read(append(line, '\n'))
		}
		if len(again.list) != len(m.list) {
			t.Errorf("%d marks printed and read again are %d", len(m.list), len(again.list))
		}
	})
}

func FuzzState(f *testing.F) {
	s := state{Version: 9, Session: "s", Generation: "g", Keeper: proc.Identity{PID: 1}, Leader: proc.Identity{PID: 2}, Exit: &exit{Code: 3}}
	data, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"generation":"g","leader":{"pid":-1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseState(data)
		if err != nil {
			return
		}
		if s.ref() == (launcher.Ref{}) || s.Leader.PID <= 0 {
			t.Errorf("accepted %+v", s)
		}
	})
}

func FuzzLive(f *testing.F) {
	f.Add([]byte("0000000012\n1767323045000000000\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := parseLive(data); err == nil && len(data) < liveSize {
			t.Errorf("accepted %q", data)
		}
	})
}

// A session that lives for months is told of by its newest messages, and knows all.
func TestAnObservationTellsOfTheNewestMessages(t *testing.T) {
	var m marks
	for i := range 3 * shown {
		m.add(entry{ID: fmt.Sprint("w", i)})
	}
	list := m.newest()
	if len(list) != shown || list[shown-1].ID != fmt.Sprint("w", 3*shown-1) || !m.seen("w0") {
		t.Errorf("%d marks, the last %v; the first is known: %v", len(list), list[len(list)-1], m.seen("w0"))
	}
}
