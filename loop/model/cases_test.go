package model

import "testing"

// Schedules that broke a law once.
func TestCases(t *testing.T) {
	for _, c := range []struct{ name, schedule string }{
		{"what was dismissed and then taken away by a rewrite cannot be told again", "claim:b tick drop dismiss tick retry"},
		{"a copy of a claim that is told to an adopted session is another claim",
			"claim:a tick lose tick letter fetch plan write act:adversary pick fetch plan write fetch plan write"},
		{"a letter that comes a third time is a third letter, though the clock was set back before the second",
			"letter tick unletter tick back letter tick unletter tick letter tick"},
		{"of two letters the next session is told the newer one, though the clock was set back between them",
			"letter tick back letter2 tick dies:adversary"},
		{"a file that went back to its old content is told to the next session as that", "letter tick letter2 tick letter tick dies:adversary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, w := sound(t, 1, false)
			if err := m.Run(w, parsed(t, c.schedule)); err != nil {
				t.Error(err)
			}
		})
	}
}
