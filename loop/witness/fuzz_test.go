package witness

import (
	"testing"
	"unicode"

	"pawl/loop/adapter"
)

// Whatever a program writes, a state has a conversation's name that is a plain word,
// and texts that are bounded and of one line.
func FuzzDecoder(f *testing.F) {
	for _, line := range []string{
		`{"at":"2026-11-22T12:00:00Z","generation":"g","event":{"hook_event_name":"SessionStart","session_id":"c1","transcript_path":"/x"}}`,
		`{"at":"2026-11-22T12:00:00Z","generation":"g","event":{"hook_event_name":"StopFailure","error":"rate_limit","last_assistant_message":"no\u001b[2Jmore"}}`,
		`{"timestamp":"2026-11-22T12:00:01Z","type":"event_msg","payload":{"type":"task_complete","error":{"message":"x","codex_error_info":"usage_limit_exceeded"}}}`,
		`{"generation":"g","event":null}`, `[]`, `{`,
	} {
		f.Add([]byte(line))
	}
	var decoders []*Decoder
	for _, p := range adapter.Builtin() {
		d, err := NewDecoder(p)
		if err != nil {
			f.Fatal(err)
		}
		decoders = append(decoders, d)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, d := range decoders {
			s := State{Generation: "g"}
			for range 2 {
				s = d.Line(d.Apply(s, line, noon), line, noon)
			}
			if s.Conversation != "" && !aConversation.MatchString(s.Conversation) || len(s.Text) > maxText+4 || len(s.Transcript) > maxPath+4 {
				t.Errorf("%q makes %+v", line, s)
			}
			for _, r := range s.Text + s.Conversation {
				if unicode.IsControl(r) {
					t.Errorf("%q leaves a control character in %+v", line, s)
				}
			}
			if evidence(s) == "" {
				t.Error("there is no evidence")
			}
		}
	})
}
