package loop

import "testing"

// boss is a supervisor that is woken on the hour.
func boss(y *setup) { bossWith(y, "{cron: '0 * * * *', prompt: look at the loop}") }

func bossWith(y *setup, wakes string) {
	y.agents = append(y.agents, "boss: {kind: persistent, adapter: script, watch: heal, wakes: ["+wakes+"]}")
}

// All stories begin at 06:00 on a Friday in winter.
func TestSchedules(t *testing.T) {
	tell(t, []tale{
		{"each hour once", boss, `
			up
			pass 2
			wait 59m
			pass
			expect nothing told boss
			wait 1m
			pass 3
			expect told boss 1 scheduled for 07:00: look at the loop
			expect event wake.fired 1
			expect event wake.taken 1
			wait 1h
			pass 3
			expect told boss 1 scheduled for 08:00: look at the loop
			expect ever boss 2 scheduled`},
		{"it counts from the first pass that sees it", boss, `
			wait 3h
			up
			pass 3
			expect nothing told boss
			expect event wake.fired 0`},
		{"the coordinator wakes for it", bossEvery, `
			up
			pass 2
			run 90s
			expect ever boss 1 scheduled`},
		{"missed ones are one, and counted", boss, `
			up
			pass 2
			wait 5h20m
			pass 3
			expect told boss 1 scheduled for 11:00, also for 4 missed before: look at the loop
			expect ever boss 1 scheduled
			expect event wake.fired 1`},
		{"or none, where the file says skip", skipping, `
			up
			pass 2
			wait 5h20m
			pass 3
			expect nothing told boss
			expect event wake.skipped 1
			wait 40m
			pass 3
			expect told boss 1 scheduled for 12:00: look`},
		{"a pass that comes some minutes late has not missed it", skipping, `
			up
			pass 2
			wait 64m
			pass 3
			expect told boss 1 scheduled for 07:00: look
			expect event wake.skipped 0`},
		{"a busy agent keeps one", shyBoss, `
			up
			pass 2
			wait 1h
			prints boss
			pass
			expect event wake.fired 1
			expect hold boss busy
			wait 1h
			prints boss
			pass
			wait 1h
			prints boss
			pass
			expect event wake.fired 3
			expect pending 1
			run 30s
			expect told boss 1 scheduled for 09:00
			expect ever boss 1 scheduled`},
		{"an agent that is down is not started, and hears of the last one when it is up", boss, `
			up
			pass 2
			down boss
			run 1m
			expect running builder adversary
			wait 4h
			pass 2
			expect event wake.fired 0
			up boss
			pass 4
			expect told boss 1 scheduled for 10:00, also for 3 missed before
			expect event wake.fired 1`},
		{"a paused one keeps one", boss, `
			up
			pass 2
			pause boss
			wait 1h
			pass 2
			wait 1h
			pass 2
			expect nothing told boss
			expect pending 1
			resume boss
			pass 2
			expect told boss 1 scheduled for 08:00
			expect ever boss 1 scheduled`},
		{"a session that ends before it has read it leaves it to the next", boss, `
			up
			pass 2
			deaf boss
			wait 1h
			pass 2
			dies boss
			hears boss
			run 1m
			expect told boss 1 scheduled for 07:00
			expect event wake.fired 1`},
		{"killed before the rows are written, nothing is lost", boss, `
			up
			pass 2
			wait 1h
			die
			die
			pass 2
			expect told boss 1 scheduled for 07:00
			expect event wake.fired 1`},
		{"killed before it is told, nothing is lost either", boss, `
			up
			pass 2
			wait 1h
			crash 0
			pass 3
			expect told boss 1 scheduled for 07:00
			expect event wake.fired 1`},
		{"without the ledger it counts anew", boss, `
			up
			pass 2
			wait 1h
			pass 2
			expect told boss 1 scheduled for 07:00
			lose
			pass 2
			up
			pass 2
			expect ever boss 1 scheduled
			wait 1h
			pass 2
			expect told boss 1 scheduled for 08:00`},
		{"two schedules due at once are one wake", bossTwice, `
			up
			pass 2
			wait 1h
			pass 2
			expect event wake.fired 2
			expect told boss 1 scheduled for 07:00: look; scheduled for 07:00: think
			expect ever boss 1 scheduled`},
		{"the same expression twice is two schedules", bossSame, `
			up
			pass 2
			wait 1h
			pass 2
			expect told boss 1 scheduled for 07:00: look; scheduled for 07:00: think`},
		{"what the file says now is told, on one line", bossFile, `
			up
			texts pass.md see to it
			pass 2
			texts pass.md look around, then sleep
			wait 1h
			pass 2
			expect told boss 1 scheduled for 07:00: look around, then sleep`},
		{"without the file it is told all the same, and people hear of it once", bossFile, `
			up
			pass 2
			wait 1h
			pass 2
			wait 1h
			pass 2
			expect told boss 1 scheduled for 08:00: it is time for your scheduled turn; its prompt file /p/pass.md cannot be read
			expect event prompt.missing 1`},
		{"a schedule that is gone is not told any more", boss, `
			up
			pass 2
			pause boss
			wait 1h
			pass
			expect pending 1
			agents- boss
			agents+ boss: {kind: persistent, adapter: script, watch: heal}
			pass
			expect pending 0
			resume boss
			pass 2
			expect nothing told boss`},
		{"one that comes back counts from then", boss, `
			up
			pass 2
			agents- boss
			agents+ boss: {kind: persistent, adapter: script, watch: heal}
			pass
			wait 700h
			pass
			agents- boss
			agents+ boss: {kind: persistent, adapter: script, watch: heal, wakes: [{cron: '0 * * * *', prompt: look at the loop}]}
			pass 3
			expect ever boss 0 scheduled
			expect event wake.fired 0
			wait 1h
			pass 2
			expect ever boss 1 scheduled`},
		{"with ticks from cron some minutes apart nothing is skipped", skipTwoPast, `
			up
			pass 2
			wait 595s
			pass
			wait 595s
			pass
			expect event wake.skipped 0
			expect event wake.fired 1`},
		{"when the sequence is over, a loop agent's schedules rest", loopBoss, `
			up
			pass 2
			done core
			done cli
			pass 3
			expect phase complete
			wait 2h
			pass 2
			expect event wake.fired 0`},
	})
}

// The wall clock is not time's own.
func TestSchedulesAndClocks(t *testing.T) {
	tell(t, []tale{
		{"a clock that runs ahead fires once, and what comes is not lost", boss, `
			up
			pass 2
			wait 20m
			jump 50h
			pass 2
			expect event wake.fired 1
			jump -50h
			pass 2
			expect event wake.fired 1
			wait 40m
			pass 2
			expect told boss 1 scheduled for 07:00: look
			expect event wake.fired 2
			wait 1h
			pass 2
			expect event wake.fired 3`},
		{"years ahead as well", boss, `
			up
			pass 2
			jump 40000h
			pass 3
			jump -40000h
			pass
			wait 1h
			pass 2
			expect told boss 1 scheduled for 07:00: look
			expect event wake.fired 2`},
		{"a slot that came already does not come again", boss, `
			up
			pass 2
			wait 1h
			pass 2
			expect event wake.fired 1
			jump -20m
			pass 2
			wait 20m
			pass 2
			expect event wake.fired 1
			wait 1h
			pass 2
			expect event wake.fired 2`},
		{"a host that slept through the night tells of it once", boss, `
			up
			pass 2
			jump 11h
			pass 3
			expect told boss 1 scheduled for 17:00, also for 10 missed before
			expect ever boss 1 scheduled`},
		{"a skipped hour comes after the gap", berlin, `
			zone Europe/Berlin
			dates 2026-03-29T00:00:00+01:00
			up
			pass 2
			wait 2h
			pass
			expect told boss 1 scheduled for 03:00: look
			wait 1h
			pass
			expect event wake.fired 1
			dates 2026-03-30T02:29:00+02:00
			pass
			expect event wake.fired 1
			wait 1m
			pass
			expect told boss 1 scheduled for 02:30: look`},
		{"an hour that comes twice is one slot", berlin, `
			zone Europe/Berlin
			dates 2026-10-25T00:00:00+02:00
			up
			pass 2
			dates 2026-10-25T02:30:00+02:00
			pass 2
			expect event wake.fired 1
			dates 2026-10-25T02:30:10+01:00
			pass 2
			expect event wake.fired 1`},
	})
}

func bossEvery(y *setup) { bossWith(y, "{cron: '@every 1m', prompt: look}") }

func skipping(y *setup) { bossWith(y, "{cron: '0 * * * *', prompt: look, catch_up: skip}") }

func skipTwoPast(y *setup) {
	bossWith(y, "{cron: '2 * * * *', prompt: look, catch_up: skip}")
}

func bossTwice(y *setup) {
	bossWith(y, "{cron: '0 * * * *', prompt: look}, {cron: '@hourly', tz: UTC, prompt: think}")
}

func bossSame(y *setup) {
	bossWith(y, "{cron: '0 * * * *', prompt: look}, {cron: '0 * * * *', prompt: think}")
}

func bossFile(y *setup) { bossWith(y, "{cron: '0 * * * *', prompt_file: pass.md}") }

func berlin(y *setup) { bossWith(y, "{cron: '30 2 * * *', prompt: look}") }

func shyBoss(y *setup) {
	y.agents = append(y.agents, "boss: {kind: persistent, adapter: shy, watch: heal, wakes: [{cron: '0 * * * *', prompt: look at the loop}]}")
}

func loopBoss(y *setup) {
	y.agents[0] = "builder: {kind: loop, role: builder, adapter: script, wakes: [{cron: '0 * * * *', prompt: look}]}"
}
