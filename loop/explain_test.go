package loop

import (
	"testing"
	"time"
)

func TestExplainWhoIsDown(t *testing.T) {
	tell(t, []tale{
		{"one that nobody asked for", nil, `
			up builder
			pass 2
			claim a
			pass
			expect answer adversary is down; pawl up adversary starts it; one thing waits for it
			expect reason adversary claim(a) … the agent is down; pawl up starts it
			expect next adversary claim(a) … the next pass`},
		{"one that was put down", nil, `
			up
			pass 2
			down adversary
			expect answer adversary is stopping: the operator wants it down
			pass 3
			expect answer adversary is down; pawl up adversary starts it`},
		{"one that was never started", nil, `
			up
			expect answer builder does not run: origin was not seen yet, so the phase is not known`},
		{"one that the next pass starts", nil, `
			up builder
			pass 2
			up
			expect answer adversary does not run yet: the next pass starts it`},
		{"one that is parked", even, `
			up builder
			pass 2
			dies builder
			run 1m
			dies builder
			run 1m
			dies builder
			run 2m
			dies builder
			run 3m
			dies builder
			run 4m
			dies builder
			pass 2
			expect parked builder
			expect answer builder is parked after
			expect answer builder pawl up builder starts it again
			claim a
			review a fail
			pass
			expect reason builder review(a) … the agent is parked after too many restarts`},
		{"one that waits for its restart", even, `
			up
			pass 2
			dies builder
			pass 3
			dies builder
			pass
			review a fail
			pass
			expect answer builder does not run: it is started again at 06:00:
			expect answer builder exited with code 1
			expect reason builder review(a) … it is started again at
			expect next builder review(a) … it is started`},
		{"one that an origin in the dark keeps down", nil, `
			dark
			up
			pass 2
			expect answer builder does not run: origin was not seen yet, so the phase is not known`},
		{"a loop that is over", nil, `
			up
			pass 2
			done core
			done cli
			pass 4
			expect answer builder has nothing to do: the sequence is complete`},
		{"one whose name a stranger has", nil, `
			stranger builder
			up
			pass 2
			expect answer builder cannot run:
			expect answer builder set project: or session: in pawl.yaml`},
		{"one of which nothing can be seen", nil, `
			up
			pass 2
			claim a
			pass 2
			blind
			pass 2
			expect answer adversary is left alone: what it does is not known
			expect reason adversary claim(a) … told 14s ago; the agent is in a state that is not known`},
	})
}

func TestExplainWhatIsNotTold(t *testing.T) {
	tell(t, []tale{
		{"the loop is paused", nil, `
			up
			pass 2
			pause
			claim a
			pass 2
			expect answer adversary is held: the loop is paused; pawl resume lets it go on; one thing waits for it
			expect reason adversary claim(a) … the loop is paused`},
		{"the agent is paused after it was told", noStall, `
			up
			pass 2
			claim a
			pass 3
			pause adversary
			pass
			expect answer adversary is held: the agent is paused
			expect reason adversary claim(a) … told 14s ago; its clock stands still: the agent is paused`},
		{"a usage limit holds it", drawn, `
			up
			pass 3
			screen adversary idle
			screen builder limited resets 6:30am
			pass
			claim a
			pass
			expect answer adversary is held: the usage limit of account tui was reached, and it goes on at 06:30:45; one thing waits for it
			expect reason adversary claim(a) … the usage limit of account tui holds it until 06:30:45
			expect next adversary claim(a) … the usage limit is over`},
		{"a usage limit without a known end", drawn, `
			up
			pass 3
			screen adversary idle
			screen builder limited come back later
			pass
			claim a
			pass
			expect answer adversary its end is not known, and it is probed at 06:
			expect next adversary claim(a) … the usage limit is probed`},
		{"a dialog waits for a person", drawn, `
			up
			pass 3
			screen adversary waiting allow this?
			claim a
			pass 2
			expect answer adversary is told nothing: a dialog waits for a person; pawl attach adversary shows it
			expect reason adversary claim(a) … a dialog waits for a person`},
		{"it is not logged in", drawn, `
			up
			pass 3
			screen adversary auth please log in
			pass
			expect answer adversary is told nothing: it is not logged in`},
		{"somebody types", drawn, `
			up
			pass 3
			screen adversary idle
			types adversary hello
			claim a
			pass 2
			expect answer adversary is told nothing: someone has typed into its input line; send or delete that text; one thing waits for it`},
		{"it is busy", shy, `
			up
			pass 2
			prints adversary
			claim a
			wait 2s
			pass
			expect answer adversary is not told yet of claim(a)
			expect reason adversary claim(a) … the agent is busy`},
		{"the next pass tells it", nil, `
			up
			pass 2
			say adversary hurry
			expect answer adversary is not told yet of a message: the next pass tells it`},
		{"it is on its way", noStall, `
			up
			pass 2
			deaf adversary
			claim a
			pass
			expect answer adversary is being told of claim(a)
			expect reason adversary claim(a) … which is on its way since
			pass 2
			expect reason adversary claim(a) … which the session was given 10s ago; nothing shows yet that it took it
			claim b
			pass
			expect reason adversary claim(b) … is not taken yet
			say adversary hurry
			pass
			expect answer adversary is being told of claim(a)`},
		{"the wake before it is full", nil, `
			up
			pass 2
			deaf adversary
			claim a
			claim b
			claim c
			claim d
			claim e
			claim f
			claim g
			claim h
			claim i
			claim j
			claim k
			pass
			expect reason adversary claim(k) … is not taken yet`},
	})
}

// Whatever happens, every open handoff has a reason and a next moment.
func TestExplainLeavesNothingBlank(t *testing.T) {
	for seed := range uint64(4) {
		c := randomScene(t, seed)
		for range 50 {
			c.happen()
			c.proceed()
			for _, name := range c.cfg.Names() {
				c.explained(name)
			}
		}
	}
}

func TestExplainAnUnknownName(t *testing.T) {
	s := newScene(t, usualSetup())
	w := s.world(false)
	if x := Explain(w, Plan(w), "nobody"); x.Answer != "nobody is not in pawl.yaml" {
		t.Errorf("the answer is %q", x.Answer)
	}
}

func TestExplainedMoments(t *testing.T) {
	x := &explainer{p: &planner{now: time.Date(2026, 1, 2, 6, 0, 0, 0, time.FixedZone("here", 3600))}}
	for at, want := range map[time.Time]string{
		time.Date(2026, 1, 2, 5, 30, 0, 0, time.UTC):  "06:30:00",
		time.Date(2026, 1, 2, 23, 30, 0, 0, time.UTC): "2026-01-03 00:30:00",
	} {
		if got := x.at(at); got != want {
			t.Errorf("%s is %q, not %q", at, got, want)
		}
	}
	for back, want := range map[time.Duration]string{
		-time.Hour: "0s", 7 * time.Second: "7s", 61 * time.Second: "1m01s", 90 * time.Minute: "1h30m", 50 * time.Hour: "2d02h",
	} {
		if got := x.ago(x.p.now.Add(-back)); got != want {
			t.Errorf("%s ago is %q, not %q", back, got, want)
		}
	}
}
