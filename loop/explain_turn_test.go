package loop

import "testing"

func TestExplainWhoseTurnItIs(t *testing.T) {
	tell(t, []tale{
		{"it has something to answer", noStall, `
			up
			pass 2
			claim a
			pass 3
			run 2m
			expect answer adversary waits: it owes claim(a)
			expect answer adversary is idle; the agent is reminded at 06:30:
			expect reason adversary claim(a) … told 2m
			expect next adversary claim(a) … the agent is reminded
			run 29m
			expect reason adversary claim(a) … and reminded once
			run 65m
			expect reason adversary claim(a) … it expires at
			expect next adversary claim(a) … it expires`},
		{"it works on it", noStall, `
			up
			pass 2
			claim a
			pass 3
			wait 2s
			prints adversary
			pass
			expect answer adversary works: it owes claim(a)
			expect reason adversary claim(a) … the agent works; the agent is reminded at 06:30:
			expect reason adversary claim(a) … or once it is idle`},
		{"a reminder is due, but it works", noStall, `
			up
			pass 2
			claim a
			run 29m
			wait 2m
			prints adversary
			pass
			expect reason adversary claim(a) … a reminder is due since 06:30:
			expect reason adversary claim(a) … and waits until the agent is idle`},
		{"a review that asks for nothing", noStall, `
			up
			pass 2
			claim a
			pass 2
			review a pass
			pass 3
			expect reason builder review(a) pass … it brings a result and asks for nothing
			expect next builder review(a) pass … origin is looked at
			expect answer builder has nothing to do: it owes nothing; phase core waits for ## DONE in STATUS-core.md, which is not in origin's branch yet`},
		{"its claim is with somebody else", noStall, `
			up
			pass 2
			claim a
			pass 3
			expect answer builder has nothing to do: nothing is open for it; adversary has claim(a)
			review a pass
			pass 3
			expect answer adversary has nothing to do: nothing is open; phase`},
		{"origin was not seen yet", noStall, `
			up
			pass 3
			dark
			lose
			pass 2
			expect answer builder what is open is not known before origin is seen`},
		{"a newer letter lies there", noStall, `
			up
			pass 2
			letter ADVERSARY one
			pass 3
			letter ADVERSARY two
			pass 3
			expect answer adversary and 1 more`},
		{"nothing at all", noStall, `
			up
			pass 3
			status core ## DONE WHEN it works
			pass 2
			expect answer builder has nothing to do: nothing is open; phase core waits, as the marker at machine-docs/STATUS-core.md:1 is not obeyed: followed by a letter`},
		{"a phase that is held", noStall, `
			up
			pass 3
			set core
			done core
			pass 2
			expect answer builder phase core: it is done, and held until pawl phase release`},
		{"one that waits for its schedule", boss, `
			up
			pass 3
			expect answer boss has nothing to do: nothing is open; its schedule wakes it at 07:00:00`},
		{"one that works with nothing open", noStall, `
			up
			pass 3
			prints builder
			pass
			expect answer builder works; nothing is open`},
	})
}

func TestExplainServices(t *testing.T) {
	service := func(y *setup) { y.top = append(y.top, "services:", "  web: {command: [serve]}") }
	tell(t, []tale{
		{"a service that runs, and one that does not", service, `
			up
			pass 3
			expect answer web runs
			down web
			pass 3
			expect answer web is down; pawl up web starts it
			pause web
			up web
			pass
			expect answer web is held: the agent is paused`},
	})
}
