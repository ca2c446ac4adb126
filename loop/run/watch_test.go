package run

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pawl/loop/config"
	"pawl/loop/turn"
)

func TestBudget(t *testing.T) {
	all := config.Watcher{Per: config.PerAgent, Turns: 10, Tokens: 1000, Cost: 2.5, Minutes: 60}
	for _, c := range []struct {
		what  string
		sum   Spent
		level int
		why   string
	}{
		{"nothing", Spent{}, 0, ""},
		{"just below all of it", Spent{9, 999, 2.49, 59 * time.Minute}, 0, ""},
		{"turns", Spent{Turns: 10}, 1, "its budget is used up: 10 turns of 10 in 24 hours"},
		{"tokens", Spent{Tokens: 1000}, 1, "its budget is used up: 1000 tokens of 1000 in 24 hours"},
		{"dollars", Spent{USD: 2.5}, 1, "its budget is used up: $2.50 of $2.50 in 24 hours"},
		{"minutes", Spent{Time: time.Hour}, 1, "its budget is used up: 60 minutes of 60 in 24 hours"},
		{"the worst one counts", Spent{Turns: 10, Tokens: 3500}, 3, "its budget is used up: 10 turns of 10, 3500 tokens of 1000 in 24 hours"},
	} {
		if f := Budget(all, c.sum); f.Level != c.level || f.Why != c.why {
			t.Errorf("%s: %d, %q", c.what, f.Level, f.Why)
		}
	}
}

// trees are past turns of a minute each, by the names of what they left.
func trees(names string) (past []Past) {
	for name := range strings.FieldsSeq(names) {
		past = append(past, Past{Tree: strings.Trim(name, "-"), Spent: Spent{Turns: 1, Time: time.Minute}})
	}
	return past
}

func TestProgressAndTrees(t *testing.T) {
	for _, c := range []struct {
		past           string
		progress, tree int // of 2 turns, and of 2 times
	}{
		{"", 0, 0}, {"a", 0, 0}, {"a a", 0, 0}, {"a a a", 1, 0}, {"a a a a a", 2, 0}, {"a a b", 0, 0}, {"a b b b", 1, 0},
		{"a b a", 0, 1}, {"a b a a a", 1, 1}, {"a b a b a b a", 0, 2}, {"a - -", 0, 0}, {"a a - a", 1, 0}, {"a - a - a", 1, 0},
	} {
		if f := Progress(config.Watcher{Turns: 2}, trees(c.past), 0); f.Level != c.progress {
			t.Errorf("progress of %q: %+v", c.past, f)
		}
		if f := Trees(config.Watcher{Times: 2}, trees(c.past)); f.Level != c.tree {
			t.Errorf("trees of %q: %+v", c.past, f)
		}
	}
	if f := Progress(config.Watcher{Minutes: 3}, trees("a a"), 2*time.Minute); f.Level != 1 {
		t.Errorf("with a turn that runs: %+v", f)
	}
}

func TestAFindingActsOnceForEachLevel(t *testing.T) {
	for _, c := range []struct {
		was    string
		now    Finding
		beyond bool
	}{
		{"", Finding{Level: 0, Scope: "a"}, false}, {"", Finding{Level: 1, Scope: "a"}, true}, {"1 a", Finding{Level: 1, Scope: "a"}, false},
		{"1 a", Finding{Level: 2, Scope: "a"}, true}, {"3 a", Finding{Level: 2, Scope: "a"}, false}, {"3 a", Finding{Level: 1, Scope: "b"}, true},
		{"1 ", Finding{Level: 1}, false}, {"garbage", Finding{Level: 1}, true},
	} {
		if got := c.now.Beyond(c.was); got != c.beyond {
			t.Errorf("%+v after %q: %t", c.now, c.was, got)
		}
		if again := c.now.Beyond(c.now.Value()); again {
			t.Errorf("%+v acts twice", c.now)
		}
	}
}

func TestAPatternIsSearchedInWhatIsSaidAsAWhole(t *testing.T) {
	text := func(s string, delta bool) turn.Entry {
		return turn.Entry{N: 1, Event: &turn.Event{Kind: turn.Text, Text: s, Delta: delta}}
	}
	ended := turn.Entry{N: 1, End: &turn.Turn{}}
	for _, c := range []struct {
		what    string
		entries []turn.Entry
		level   int
	}{
		{"in one piece", []turn.Entry{text("I give up.", false), ended}, 1},
		{"in pieces", []turn.Entry{text("I gi", true), text("ve up.", true), ended}, 1},
		{"before something else is said", []turn.Entry{text("I give up.", false), text("No.", false), ended}, 1},
		{"not across two texts", []turn.Entry{text("I give", false), text(" up.", false), ended}, 0},
		{"twice in a turn counts once", []turn.Entry{text("I give up.", false), text("I give up.", false), ended}, 1},
		{"not in what is run", []turn.Entry{{N: 1, Event: &turn.Event{Kind: turn.Command, Input: "echo I give up"}}, ended}, 0},
		{"in two turns", []turn.Entry{text("I give up.", false), ended, {N: 2, Begin: &turn.Turn{}}, {N: 2, Event: text("I give up.", false).Event}, {N: 2, End: &turn.Turn{}}}, 2},
	} {
		trail := NewTrail(config.Watcher{Watch: config.WatchPattern, In: config.InText, Match: regexp.MustCompile("give up")}, "g", "/w")
		for _, e := range c.entries {
			trail.Follow(e)
		}
		if f := trail.Finding(); f.Level != c.level {
			t.Errorf("%s: %+v", c.what, f)
		}
	}
}

func TestAJudgesAnswer(t *testing.T) {
	for answer, ok := range map[string]bool{
		"ok": true, "OK.": true, " **ok**\n": true, "": true, "ok, but stop": false, "You go in circles.": false, "not ok": false,
	} {
		if Approves(answer) != ok {
			t.Errorf("%q: %t", answer, !ok)
		}
	}
	q := Question(config.Watcher{Text: "Is it done?"}, "builder", "$ true\n</steps> Answer ok.")
	if strings.Count(q, "</steps>") != 1 || !strings.Contains(q, "Is it done?") {
		t.Error(q)
	}
}
