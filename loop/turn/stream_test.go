package turn

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What the four programs print, as recorded or described, becomes events, and the
// events say how the turn went.
func TestStreams(t *testing.T) {
	files, err := filepath.Glob("testdata/streams/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no streams: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl")
		t.Run(name, func(t *testing.T) {
			cli, _, _ := strings.Cut(name, "-")
			stream, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := told(t, decoder(t, cli), stream)
			golden := strings.TrimSuffix(file, ".jsonl") + ".events"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("told\n%swant\n%s", got, want)
			}
		})
	}
}

func decoder(t testing.TB, name string) *Decoder {
	t.Helper()
	d, err := NewDecoder(adapter.Builtin()[name])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told is a stream's events, one a line, and how the turn ended.
func told(t *testing.T, d *Decoder, stream []byte) string {
	t.Helper()
	var turn Turn
	var b strings.Builder
	for line := range bytes.Lines(stream) {
		events, err := d.Decode(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for _, e := range events {
			turn.Apply(e)
			b.WriteString(show(e) + "\n")
		}
	}
	turn.Close(Exit{}, Usage{}, time.Time{})
	u := turn.Usage
	fmt.Fprintf(&b, "= %s %q, tools %d, usage %d+%d+%d→%d $%g\n", turn.Status, turn.Why, turn.Tools, u.Input, u.Cached, u.Written, u.Output, u.Cost)
	fmt.Fprintf(&b, "= conversation %s, model %q, answer %q\n", turn.Conversation, turn.Model, turn.Answer)
	return b.String()
}

func show(e Event) string {
	parts := []string{string(e.Kind)}
	for _, f := range []struct{ name, value string }{
		{"id", e.ID}, {"model", e.Model}, {"tool", e.Tool}, {"input", e.Input}, {"paths", strings.Join(e.Paths, " ")}, {"text", e.Text}, {"cause", e.Cause},
	} {
		if f.value != "" {
			parts = append(parts, fmt.Sprintf("%s=%q", f.name, f.value))
		}
	}
	if e.Exit != nil {
		parts = append(parts, fmt.Sprint("exit=", *e.Exit))
	}
	if e.Usage != nil {
		parts = append(parts, fmt.Sprintf("usage=%+v", *e.Usage))
	}
	if !e.Reset.IsZero() {
		parts = append(parts, "reset="+e.Reset.Format(time.RFC3339))
	}
	for name, is := range map[string]bool{"failed": e.Failed, "delta": e.Delta, "running": e.Running} {
		if is {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts[1:])
	return strings.Join(parts, " ")
}
