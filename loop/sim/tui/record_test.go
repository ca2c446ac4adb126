package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	if entries, err := ReadRecord(path); err != nil || entries != nil {
		t.Fatalf("no file yet: %v, %v", entries, err)
	}
	r := recorder{path, "builder", "g1"}
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for _, e := range []Entry{{Time: at, Text: "start", Kickoff: true}, {Time: at, Text: "a\n\"b\" 世"}, {Time: at, Dialog: "answered"}} {
		if err := r.add(e); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"text":"half`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := ReadRecord(path)
	want := Entry{Time: at, Agent: "builder", Generation: "g1", Text: "a\n\"b\" 世"}
	if err != nil || len(entries) != 3 || entries[1] != want {
		t.Errorf("got %+v, %v; want three, and %+v among them", entries, err, want)
	}
	if got := Prompts(entries); !slices.Equal(got, []string{want.Text}) {
		t.Errorf("prompts %q", got)
	}
}

func TestRecordThatIsNone(t *testing.T) {
	if err := (recorder{}).add(Entry{Text: "x"}); err != nil {
		t.Errorf("no record is wanted: %v", err)
	}
	path := filepath.Join(t.TempDir(), "record")
	if err := os.WriteFile(path, []byte("{}\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRecord(path); err == nil || !strings.Contains(err.Error(), "record:2: \"nonsense\"") {
		t.Errorf("a line that is no entry: %v", err)
	}
}
