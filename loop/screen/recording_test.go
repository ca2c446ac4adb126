package screen

import (
	"reflect"
	"strings"
	"testing"
)

func TestRecordingComesBackAsItWas(t *testing.T) {
	empty, text := "", "half a thought"
	for _, r := range []Recording{
		{Adapter: "claude", State: "idle", Title: "✳ Claude Code", Width: 120, Alternate: true, Source: "recorded", Composer: &empty, Capture: "\x1b[2ma\n\n---\nb\n"},
		{Adapter: "codex", State: "active", Composer: &text, Folded: true},
	} {
		got, err := ParseRecording(r.Format())
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("got %+v, %v; want %+v", got, err, r)
		}
	}
}

func TestParseRecordingErrors(t *testing.T) {
	for text, want := range map[string]string{
		"adapter: x\nstate: idle\n":                   "no row",
		"adapter: x\nstate: idle\nheight: 3\n---\n":   `row 3 of a recording: there is no key "height"`,
		"adapter: x\nstate: idle\nwidth: wide\n---\n": `width is "wide"`,
		"adapter: x\n---\n":                           "adapter and state",
	} {
		if _, err := ParseRecording(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func FuzzParseRecording(f *testing.F) {
	f.Add("adapter: x\nstate: idle\ntitle: a: b\nwidth: 80\ncomposer:\n---\n\x1b[2mfaint\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRecording(text)
		if err != nil {
			return
		}
		again, err := ParseRecording(r.Format())
		if err != nil || again.Format() != r.Format() {
			t.Errorf("%q came back as %+v, %v", text, again, err)
		}
	})
}
