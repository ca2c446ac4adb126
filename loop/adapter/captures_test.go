package adapter

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pawl/loop/screen"
)

var judge = flag.Bool("judge", false, "write what the captures are read as into testdata/captures, to be read by a person")

// The captures are panes of the real programs from a whole session each: started,
// idle, at work, told something meanwhile, asked, limited, broken off, ended, and at
// their first run. They have no colours, and blank rows only where the programs
// separate messages. Each must be read as what it is.
func TestCaptures(t *testing.T) {
	readers := builtinReaders(t)
	paths, err := filepath.Glob("testdata/captures/*.txt")
	if err != nil || len(paths) != 4 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	total := 0
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var written strings.Builder
		for _, part := range strings.Split(string(data), "=== ")[1:] {
			head, rows, _ := strings.Cut(part, "\n")
			words := strings.SplitN(head, " | ", 3)
			s := screen.Screen{Title: words[2]}
			for row := range strings.SplitSeq(strings.TrimSuffix(rows, "\n"), "\n") {
				s.Rows = append(s.Rows, screen.Row{Text: row, Firm: row, Tinted: row})
			}
			got := readers[name].Read(s)
			if total++; string(got.State) != words[0] && !*judge {
				t.Errorf("%s, %s: %s by %q, want %s", name, words[1], got.State, got.Evidence, words[0])
			}
			written.WriteString("=== " + string(got.State) + " | " + words[1] + " | " + words[2] + "\n" + rows)
		}
		if *judge {
			if err := os.WriteFile(path, []byte(written.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if total != 106 {
		t.Errorf("there are %d captures", total)
	}
}
