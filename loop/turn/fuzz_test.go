package turn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pawl/loop/adapter"
)

// Whatever a program prints, its events are bounded and can be shown, and a turn can
// be made of them.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/streams/*.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			f.Add([]byte(line))
		}
	}
	f.Add([]byte(`{"type":"result","result":"\u001b[31m\u202e","usage":{"input_tokens":1e400},"total_cost_usd":-1}`))
	f.Add([]byte(`{"type":"assistant","message":{"content":{"0":[[[]]]}}}`))
	var decoders []*Decoder
	for name, p := range adapter.Builtin() {
		if len(p.Turns.Events) > 0 {
			decoders = append(decoders, decoder(f, name))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, d := range decoders {
			events, err := d.Decode(line)
			if err != nil && len(events) > 0 {
				t.Errorf("%v, and %d events", err, len(events))
			}
			var turn Turn
			for _, e := range events {
				readableEvent(t, e)
				turn.Apply(e)
			}
			turn.Close(Exit{}, Usage{}, time.Time{})
			if turn.Status == "" || len(turn.Answer) > Last || len(turn.Why) > 500 || turn.Usage.Tokens() < 0 {
				t.Errorf("a turn of these events is %+v", turn)
			}
		}
	})
}

func readableEvent(t *testing.T, e Event) {
	t.Helper()
	for what, field := range map[string]struct {
		text string
		most int
	}{"id": {e.ID, maxName}, "model": {e.Model, maxName}, "tool": {e.Tool, maxName}, "text": {e.Text, maxText}, "input": {e.Input, maxInput}, "line": {e.Line(), 200}} {
		if len(field.text) > field.most || !utf8.ValidString(field.text) || strings.ContainsFunc(field.text, hidden) {
			t.Errorf("%s is %q", what, field.text)
		}
	}
	if len(e.Paths) > maxPaths {
		t.Errorf("%d paths", len(e.Paths))
	}
}

func hidden(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}
