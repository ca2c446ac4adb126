package delivery

import (
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/screen"
)

const wakeText = "w0123456789ab claim(api) abcdef0 by builder; inbox ADVERSARY-INBOX.md. Pull origin and take your turn."

func TestInputOf(t *testing.T) {
	narrow := strings.Join(strings.Split(wakeText, " "), "")
	for _, c := range []struct {
		name   string
		line   string
		folded bool
		want   Input
	}{
		{"nothing", "", false, Empty},
		{"blanks", "  \u00a0 ", false, Empty},
		{"the wake", wakeText, false, Ours},
		{"the wake, broken into rows in the middle of words", wakeText[:37] + "  " + wakeText[37:], false, Ours},
		{"the wake without any blank", narrow, false, Ours},
		{"its beginning", wakeText[:40], false, Cut},
		{"its end, as the rest scrolled away", wakeText[60:], false, Cut},
		{"so little of it that a person may have typed it", "claim(api)", false, Foreign},
		{"a person's text", "what about the tests?", false, Foreign},
		{"a person's text before the wake", "what" + wakeText, false, Mixed},
		{"a person's text after the wake", wakeText + " and be quick", false, Mixed},
		{"the wake twice", wakeText + wakeText, false, Mixed},
		{"another wake", strings.Replace(wakeText, "w0123456789ab", "wba9876543210", 1), false, Foreign},
		{"a fold", "[Pasted text #1]", true, Folded},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := InputOf(c.line, c.folded, wakeText); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestTyping(t *testing.T) {
	now := noon
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, c := range []struct {
		name string
		t    Typed
		want Stroke
		why  string // part of a Defer's reason
	}{
		{"an empty line is pasted into", Typed{Input: Empty}, Paste, ""},
		{"a program without an input line too", Typed{Input: Unseen}, Paste, ""},
		{"a person's text is left alone", Typed{Input: Foreign}, Defer, "somebody else"},
		{"so is a fold that is not ours", Typed{Input: Folded}, Defer, "somebody else"},
		{"no input line, nothing typed", Typed{Input: Hidden}, Defer, "not on the screen"},
		{"a dialog, nothing typed", Typed{Input: Empty, Blocked: "a dialog waits for a person"}, Defer, "dialog"},
		{"a busy program that cannot queue", Typed{Input: Empty, Active: true}, Defer, "busy"},
		{"a busy program that queues", Typed{Input: Empty, Active: true, Queues: true}, Paste, ""},
		{"a program that does not read its terminal is not typed at", Typed{Input: Empty, Unread: 3}, Look, ""},

		{"just pasted: the key would be taken as part of it", Typed{Pastes: 1, Pasted: ago(100 * time.Millisecond), Input: Ours}, Look, ""},
		{"pasted and shown: submitted", Typed{Pastes: 1, Pasted: ago(settles), Input: Ours}, Submit, ""},
		{"pasted and folded: submitted", Typed{Pastes: 1, Pasted: ago(settles), Input: Folded}, Submit, ""},
		{"pasted into a program without an input line: submitted", Typed{Pastes: 1, Pasted: ago(settles), Input: Unseen}, Submit, ""},
		{"half of it is shown: it may still be drawn", Typed{Pastes: 1, Pasted: ago(settles), Input: Cut}, Look, ""},
		{"half of it is shown for long: it does not fit", Typed{Pastes: 1, Pasted: ago(scrolls), Input: Cut}, Submit, ""},
		{"a person typed meanwhile: never submitted", Typed{Pastes: 1, Pasted: ago(time.Hour), Input: Mixed}, Defer, "somebody types"},
		{"a person replaced it: never submitted", Typed{Pastes: 1, Pasted: ago(time.Hour), Input: Foreign}, Defer, "somebody types"},
		{"a dialog came: never submitted", Typed{Pastes: 1, Pasted: ago(time.Hour), Input: Hidden, Blocked: "a dialog"}, Defer, "dialog"},
		{"the program began to work and would be steered", Typed{Pastes: 1, Pasted: ago(time.Hour), Input: Ours, Active: true}, Defer, "busy"},
		{"not shown yet", Typed{Pastes: 1, Pasted: ago(missing - 1), Input: Empty}, Look, ""},
		{"swallowed: pasted again", Typed{Pastes: 1, Pasted: ago(missing), Input: Empty}, Paste, ""},
		{"swallowed again and again", Typed{Pastes: mostTries, Pasted: ago(missing), Input: Empty}, Defer, "3 times"},
		{"a person pressed the key for us", Typed{Pastes: 1, Pasted: ago(time.Second), Input: Empty, Shown: true}, Confirm, ""},
		{"the program is asleep with the paste unread", Typed{Pastes: 1, Pasted: ago(time.Hour), Input: Empty, Unread: 90}, Look, ""},

		{"submitted, gone, and it works: taken", Typed{Pastes: 1, Submits: 1, Submitted: ago(0), Input: Empty, Active: true}, Confirm, ""},
		{"submitted, gone, and shown above: taken", Typed{Pastes: 1, Submits: 1, Submitted: ago(0), Input: Empty, Shown: true}, Confirm, ""},
		{"submitted and gone for long: taken", Typed{Pastes: 1, Submits: 1, Submitted: ago(vanishes), Input: Empty}, Confirm, ""},
		{"submitted and gone for a moment: not sure yet", Typed{Pastes: 1, Submits: 1, Submitted: ago(vanishes - 1), Input: Empty}, Look, ""},
		{"submitted, shown above, and a dialog came of it: taken", Typed{Pastes: 1, Submits: 1, Submitted: ago(0), Input: Hidden, Shown: true, Blocked: "a dialog"}, Confirm, ""},
		{"submitted, and a dialog hides the line: who knows", Typed{Pastes: 1, Submits: 1, Submitted: ago(time.Hour), Input: Hidden, Blocked: "a dialog"}, Defer, "dialog"},
		{"submitted, shown above, and a person types the next: taken", Typed{Pastes: 1, Submits: 1, Submitted: ago(0), Input: Foreign, Shown: true}, Confirm, ""},
		{"submitted, and the line holds something else: it may be the end of both", Typed{Pastes: 1, Submits: 1, Submitted: ago(time.Hour), Input: Foreign, Active: true}, Defer, "somebody types"},
		{"pasted before the clock was set back: long ago", Typed{Pastes: 1, Pasted: now.Add(time.Hour), Input: Ours}, Submit, ""},
		{"submitted before the clock was set back: long ago", Typed{Pastes: 1, Submits: 1, Submitted: now.Add(time.Hour), Input: Empty}, Confirm, ""},
		{"submitted and still there for a moment", Typed{Pastes: 1, Submits: 1, Submitted: ago(redraws - 1), Input: Ours}, Look, ""},
		{"submitted and still there: the key was swallowed", Typed{Pastes: 1, Submits: 1, Submitted: ago(redraws), Input: Ours}, Submit, ""},
		{"swallowed, and a person has added to it", Typed{Pastes: 1, Submits: 1, Submitted: ago(redraws), Input: Mixed}, Defer, "somebody types"},
		{"swallowed, and a dialog came", Typed{Pastes: 1, Submits: 1, Submitted: ago(redraws), Input: Ours, Blocked: "a dialog"}, Defer, "dialog"},
		{"a key without effect is not pressed for ever", Typed{Pastes: 1, Submits: mostKeys, Submitted: ago(time.Hour), Input: Ours}, Defer, "no effect"},
		{"a program without an input line has it once it has read it", Typed{Pastes: 1, Submits: 1, Submitted: ago(settles), Input: Unseen}, Confirm, ""},
		{"and not before", Typed{Pastes: 1, Submits: 1, Submitted: ago(settles), Input: Unseen, Unread: 1}, Look, ""},
		{"remembered as taken", Typed{Pastes: 1, Submits: 1, Taken: true, Input: Ours, Blocked: "a dialog"}, Confirm, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.t.Now = now
			got, why := c.t.Next()
			if got != c.want || !strings.Contains(why, c.why) || (why != "") != (got == Defer) {
				t.Errorf("got %s %q, want %s %q", got, why, c.want, c.why)
			}
		})
	}
}

// Whatever is on the screen, these hold.
func TestTypingNeverDoes(t *testing.T) {
	inputs := []Input{Unseen, Hidden, Empty, Ours, Cut, Folded, Mixed, Foreign}
	ages := []time.Duration{0, settles, redraws, scrolls, missing, time.Hour}
	bools := []bool{false, true}
	n := 0
	for _, in := range inputs {
		for _, pastes := range []int{0, 1, mostTries} {
			for _, submits := range []int{0, 1, mostKeys} {
				for _, age := range ages {
					for flags := range 16 {
						bit := func(i int) bool { return bools[flags>>i&1] }
						x := Typed{Now: noon, Input: in, Pastes: pastes, Pasted: noon.Add(-age), Submits: submits, Submitted: noon.Add(-age), Active: bit(0), Queues: bit(1), Shown: bit(2)}
						if bit(3) {
							x.Blocked = "a dialog"
						}
						step, _ := x.Next()
						n++
						switch {
						case step == Submit && (in == Mixed || in == Foreign || in == Empty || in == Hidden):
							t.Errorf("%+v submits what is not the wake", x)
						case (step == Submit || step == Paste) && x.Blocked != "":
							t.Errorf("%+v types into a dialog", x)
						case step == Paste && in != Empty && in != Unseen:
							t.Errorf("%+v pastes into a line that is not empty", x)
						case step == Submit && pastes == 0 && submits == 0:
							t.Errorf("%+v submits before it pastes", x)
						}
					}
				}
			}
		}
	}
	if n < 4000 {
		t.Errorf("only %d cases", n)
	}
}

func TestSee(t *testing.T) {
	rows := func(lines ...string) (out []screen.Row) {
		for _, l := range lines {
			out = append(out, screen.Row{Text: l, Firm: l})
		}
		return out
	}
	in := func(text string) adapter.Reading {
		return adapter.Reading{State: adapter.Idle, Composer: adapter.Composer{Found: true, Text: text}}
	}
	for _, c := range []struct {
		name     string
		r        adapter.Reading
		s        screen.Screen
		composes bool
		want     Typed
	}{
		{"only in the input line", in(wakeText), screen.Screen{Rows: rows("> " + wakeText)}, true, Typed{Input: Ours}},
		{"above it", in(""), screen.Screen{Rows: rows("> "+wakeText, "> ")}, true, Typed{Input: Empty, Shown: true}},
		{"above it and in it", in(wakeText), screen.Screen{Rows: rows("> "+wakeText, "> "+wakeText)}, true, Typed{Input: Ours, Shown: true}},
		{"broken by a narrow screen", in(""), screen.Screen{Rows: rows("> w012345", "  6789ab cl", "> ")}, true, Typed{Input: Empty, Shown: true}},
		{"no input line to be seen", adapter.Reading{State: adapter.Active}, screen.Screen{}, true, Typed{Input: Hidden, Active: true}},
		{"none at all", adapter.Reading{State: adapter.Unknown}, screen.Screen{}, false, Typed{Input: Unseen}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got Typed
			got.See(c.r, c.s, c.composes, wakeText)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	for _, state := range []adapter.State{adapter.Waiting, adapter.Auth, adapter.Limited, adapter.Full, adapter.Fatal, adapter.Starting} {
		if Blocked(adapter.Reading{State: state}) == "" {
			t.Errorf("%s does not keep anybody from typing", state)
		}
	}
	for _, state := range []adapter.State{adapter.Unknown, adapter.Active, adapter.Idle} {
		if why := Blocked(adapter.Reading{State: state}); why != "" {
			t.Errorf("%s keeps from typing: %s", state, why)
		}
	}
}
