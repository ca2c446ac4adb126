package supervise

import (
	"testing"
	"time"
)

var midday = time.Date(2026, 1, 13, 12, 0, 0, 0, time.UTC)

var patience = Rule{Probe: 5 * time.Minute, Slack: 45 * time.Second, MaxWait: 6 * time.Hour}

func limited(agent, banner string) Sight {
	return Sight{Agent: agent, Generation: agent + "1", Limited: true, Banner: banner}
}

func idle(agent string) Sight { return Sight{Agent: agent, Generation: agent + "1"} }

func active(agent string) Sight { return Sight{Agent: agent, Generation: agent + "1", Active: true} }

func completed(agent string) Sight {
	return Sight{Agent: agent, Generation: agent + "1", Idle: true, Completed: true}
}

// look is a look some time after noon.
type look struct {
	after  time.Duration
	sights []Sight
}

func after(seconds int, sights ...Sight) look {
	return look{time.Duration(seconds) * time.Second, sights}
}

func TestALimit(t *testing.T) {
	const hour = 3600
	for _, c := range []struct {
		name  string
		looks []look
		since int  // seconds after noon; -1: there is none
		until int  // likewise; -1: not known
		over  bool // it was lifted
		held  bool // a is
		nudge bool // a is to be told
	}{
		{"nothing is shown", []look{after(0, idle("a"), active("b"))}, -1, -1, false, false, false},
		{"a known reset", []look{after(0, limited("a", "resets 3pm"), idle("b"))}, 0, 3 * hour, false, true, false},
		{"an unknown one", []look{after(0, limited("a", "later"))}, 0, -1, false, true, false},
		{"one as far off as is waited for", []look{after(0, limited("a", "try again in 6 hours"))}, 0, 6 * hour, false, true, false},
		{"one that is farther off", []look{after(0, limited("a", "resets in 6h 1m"))}, 0, -1, false, true, false},
		{"another's later reset counts", []look{after(0, limited("a", "resets 3pm")), after(5, limited("a", "resets 3pm"), limited("b", "resets 4pm"))}, 0, 4 * hour, false, true, false},
		{"another's sooner one does not", []look{after(0, limited("a", "resets 3pm")), after(5, limited("b", "resets 2pm"))}, 0, 3 * hour, false, true, false},
		{"another's fills in what the first did not say", []look{after(0, limited("a", "later")), after(5, limited("b", "resets 2pm"))}, 0, 2 * hour, false, true, false},
		{"a newer banner says when", []look{after(0, limited("a", "later")), after(5, limited("a", "resets 2pm"))}, 0, 2 * hour, false, true, false},
		{"another's that has just passed says nothing", []look{after(0, limited("a", "later")), after(5, limited("b", "resets 12pm"))}, 0, -1, false, true, false},
		{"a second before the slack is over", []look{after(0, limited("a", "resets 3pm")), after(3*hour+44, limited("a", "resets 3pm"))}, 0, 3 * hour, false, true, false},
		{"the slack is over, its turn has not come", []look{after(0, limited("a", "resets 3pm")), after(3*hour+45, limited("a", "resets 3pm"))}, 0, 3 * hour, true, true, false},
		{"its turn has come", []look{after(0, limited("a", "resets 3pm")), after(3*hour+45, idle("a")), after(3*hour+75, idle("a"))}, 0, 3 * hour, true, false, true},
		{"one that did not show it is not nudged", []look{after(0, limited("b", "resets 3pm"), idle("a")), after(3*hour+45, idle("a")), after(3*hour+75, idle("a"))}, 0, 3 * hour, true, false, false},
		{"nor one whose session is another", []look{after(0, limited("a", "resets 3pm")), after(3*hour + 45), after(3*hour+75, Sight{Agent: "a", Generation: "a2"})}, 0, 3 * hour, true, false, false},
		{"nor one that works", []look{after(0, limited("a", "resets 3pm")), after(3*hour + 45), after(3*hour+75, active("a"))}, 0, 3 * hour, true, false, false},
		{"working for a moment lifts nothing", []look{after(0, limited("a", "resets 3pm")), after(60, active("a")), after(65, active("a")), after(70, limited("a", "resets 3pm"))}, 0, 3 * hour, false, true, false},
		{"nor twice for a moment", []look{after(0, limited("a", "resets 3pm")), after(60, active("a")), after(65, idle("a")), after(71, active("a"))}, 0, 3 * hour, false, true, false},
		{"working for ten seconds does", []look{after(0, limited("a", "resets 3pm")), after(60, active("a")), after(70, active("a"))}, 0, 3 * hour, true, false, false},
		{"a turn that was completed does at once", []look{after(0, limited("a", "later"), idle("b")), after(60, completed("a"), idle("b"))}, 0, -1, true, false, false},
		{"not that of one that did not show it", []look{after(0, limited("a", "later"), idle("b")), after(60, limited("a", "later"), completed("b"))}, 0, -1, false, true, false},
		{"nor that of its next session", []look{after(0, limited("a", "later")), after(60, Sight{Agent: "a", Generation: "a2", Idle: true, Completed: true})}, 0, -1, false, true, false},
		{"of one that showed it", []look{after(0, limited("b", "resets 3pm"), active("a")), after(60, active("a")), after(70, active("a"))}, 0, 3 * hour, false, true, false},
		{"a nudge that was not read keeps the old banner old", []look{after(0, limited("a", "resets 3pm")), after(3*hour+45, limited("a", "resets 3pm")), after(3*hour+75, limited("a", "resets 3pm")), after(4*hour, limited("a", "resets 3pm"))}, 0, 3 * hour, true, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Limit{Account: "claude"}
			for _, k := range c.looks {
				before, member := l, l.Members["a"]
				l = l.Look(k.sights, midday.Add(k.after), patience)
				if before.Members["a"] != member {
					t.Error("a look changed the limit that it began with")
				}
			}
			for what, pair := range map[string][2]time.Time{"it began": {l.Since, moment(c.since)}, "it ends": {l.Until, moment(c.until)}} {
				if !pair[0].Equal(pair[1]) {
					t.Errorf("%s %s, want %s", what, pair[0], pair[1])
				}
			}
			if got := !l.Lifted.IsZero(); got != c.over {
				t.Errorf("lifted is %v, want %v", got, c.over)
			}
			if got := l.Holds("a"); got != c.held {
				t.Errorf("a is held: %v, want %v", got, c.held)
			}
			if got := l.Unheard("a", "a1"); got != c.nudge {
				t.Errorf("a is to be nudged: %v, want %v", got, c.nudge)
			}
		})
	}
}

func moment(seconds int) time.Time {
	if seconds < 0 {
		return time.Time{}
	}
	return midday.Add(time.Duration(seconds) * time.Second)
}

// After the nudge was read, the banner may stay for twenty seconds; then it is a
// new limit, whose reset was tried already.
func TestABannerAfterTheNudge(t *testing.T) {
	banner := limited("a", "resets 12:10pm")
	l := Limit{}.Look([]Sight{banner}, midday, patience)
	over := midday.Add(10*time.Minute + 45*time.Second)
	l = l.Look([]Sight{banner}, over, patience).Look([]Sight{banner}, over.Add(Stagger), patience)
	read := over.Add(Stagger + time.Second)
	l = l.Heard("a", read)
	if l.Unheard("a", "a1") {
		t.Error("it is to be told again")
	}
	if got := l.Look([]Sight{banner}, read.Add(19*time.Second), patience); !got.Since.Equal(midday) {
		t.Errorf("after 19 s there is a new limit %+v", got)
	}
	got := l.Look([]Sight{banner}, read.Add(20*time.Second), patience)
	if !got.Since.Equal(read.Add(20*time.Second)) || !got.Until.IsZero() || !got.ProbeAt.Equal(got.Since.Add(patience.Probe)) {
		t.Errorf("after 20 s the limit is %+v", got)
	}
	moments := banner
	moments.Banner, moments.Turn = "usage limit reached, retrying in 12s", 2
	if got := l.Look([]Sight{moments}, read.Add(time.Second), patience); !got.Until.IsZero() || !got.Standing() {
		t.Errorf("a reset that is always a moment away is believed: %+v", got)
	}
	next := banner
	next.Turn = 2
	if got := l.Look([]Sight{next}, read.Add(time.Second), patience); !got.Since.Equal(read.Add(time.Second)) || !got.Until.IsZero() {
		t.Errorf("a further turn that is refused is no new limit: %+v", got)
	}
	if other := l.Look([]Sight{{Agent: "a", Generation: "a2", Limited: true}}, read, patience); !other.Since.Equal(read) {
		t.Errorf("another session's banner is no new limit: %+v", other)
	}
}

func TestTurnsAreSpread(t *testing.T) {
	l := Limit{Lifted: midday}
	turns := map[time.Time]bool{}
	for _, name := range []string{"builder", "adversary", "second", "boss", "reporter"} {
		at := l.ReleaseAt(name)
		if at.Before(midday) || at.After(midday.Add(Stagger)) {
			t.Errorf("%s is released at %s", name, at)
		}
		turns[at] = true
	}
	if len(turns) != 5 {
		t.Errorf("some are released together: %v", turns)
	}
}

func TestWhoIsAsked(t *testing.T) {
	l := Limit{}.Look([]Sight{idle("a"), limited("b", ""), limited("c", ""), limited("d", "")}, midday, patience)
	l.Agent = "c"
	got := l.Candidates([]string{"a", "b", "c", "d", "e"})
	if len(got) != 3 || got[0] != "c" || got[1] != "b" || got[2] != "d" {
		t.Errorf("asked are %v", got)
	}
}

func TestClampedByTheClock(t *testing.T) {
	early := midday.Add(-24 * time.Hour)
	l := Limit{Since: midday, Until: midday.Add(time.Hour)}.Clamp(early, patience)
	if !l.Until.IsZero() || !l.ProbeAt.Equal(early) {
		t.Errorf("the end is %s, the probe %s", l.Until, l.ProbeAt)
	}
	l = Limit{Since: midday, ProbeAt: midday, Lifted: midday}.Clamp(early, patience)
	if !l.ProbeAt.Equal(early.Add(patience.Probe)) || !l.Lifted.Equal(early) {
		t.Errorf("the probe is %s, lifted %s", l.ProbeAt, l.Lifted)
	}
	same := Limit{Since: midday, Until: midday.Add(time.Hour), ProbeAt: midday.Add(time.Minute)}
	if got := same.Clamp(midday, patience); !got.Until.Equal(same.Until) || !got.ProbeAt.Equal(same.ProbeAt) {
		t.Errorf("it became %+v", got)
	}
}
