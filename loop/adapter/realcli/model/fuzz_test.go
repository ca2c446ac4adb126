package model

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse feeds all dialects with what is no request, or half of one.
func FuzzParse(f *testing.F) {
	f.Add(`{"input":"hi","tools":[{"type":"shell"}]}`)
	f.Add(`{"input":[{"role":"user","content":[{"text":"hi"}]},{"type":"x_output","output":{"a":1}}]}`)
	f.Add(`{"messages":[{"role":"user","content":[{"type":"tool_result","content":["a",{"text":"b"}]},{"type":"text","text":"c"}]}]}`)
	f.Add(`{"contents":[{"parts":[{"functionResponse":{}},{"text":"<system-reminder>x</system-reminder>y"}]}]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, d := range []dialect{responses{}, messages{}, chat{}, gemini{}} {
			c, err := d.parse([]byte(body))
			if err != nil {
				continue
			}
			texts := c.said()
			last, results := c.last()
			if len(texts) > 0 && last != texts[len(texts)-1] {
				t.Errorf("%T: last %q of %q", d, last, texts)
			}
			if results < 0 || results > len(c.parts) {
				t.Errorf("%T: %d results of %d parts", d, results, len(c.parts))
			}
			for _, text := range texts {
				if text == "" || strings.TrimSpace(text) != text || !utf8.ValidString(text) {
					t.Errorf("%T: text %q", d, text)
				}
			}
		}
	})
}

// FuzzSteps reads scripts out of anything that may be typed.
func FuzzSteps(f *testing.F) {
	f.Add("[[run: git commit -m 'x [[ y']] then [[say: ]] [[limit]]")
	f.Add("[[429: 3]][[slow: 1e300]][[slow: -1]]")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range steps(text) {
			if !strings.Contains(text, "[["+s.name) {
				t.Errorf("step %q is not in %q", s.name, text)
			}
			if s.duration(1) < 0 {
				t.Errorf("step %+v lasts %v", s, s.duration(1))
			}
			if strings.Contains(s.value, "]]") {
				t.Errorf("step %+v runs into the next", s)
			}
		}
	})
}
