package report

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func (l Lost) inWords() string {
	s := fmt.Sprintf("%s: %d min in %d, %s", l.Cause, int(l.Took/minutes(1)), l.Times, strings.Join(l.Agents, " "))
	if l.AtMost {
		s += ", at most"
	}
	if l.Unknown > 0 {
		s += fmt.Sprintf(", %d unknown", l.Unknown)
	}
	if l.Now {
		s += ", now"
	}
	return s
}

func TestTimeLost(t *testing.T) {
	for name, c := range map[string]struct {
		events string
		change func(*Facts)
		want   []string
	}{
		"nothing": {"", nil, nil},
		"a usage limit of two agents ends with the last one": {`
			10 agent.held builder account=claude banner=limit
			70 agent.released builder account=claude
			72 agent.released adversary account=claude`, nil,
			[]string{byLimit + ": 62 min in 1, adversary builder"}},
		"a limit from before the time": {"30 agent.released builder account=claude", nil,
			[]string{byLimit + ": 30 min in 1, builder"}},
		"a limit that stands": {"500 agent.held builder account=claude", func(f *Facts) {
			f.Limits = []Limit{{Account: "claude", Since: minute(500), Holds: []string{"builder"}, Members: []string{"adversary", "builder"}}}
		}, []string{byLimit + ": 100 min in 1, adversary builder, now"}},
		"one that stands all night": {"", func(f *Facts) {
			f.Limits = []Limit{{Account: "claude", Since: minute(-60), Holds: []string{"builder"}, Members: []string{"builder"}}}
		}, []string{byLimit + ": 600 min in 1, builder, now"}},
		"one whose end nobody saw": {"500 agent.held builder account=claude", func(f *Facts) {
			f.Limits = []Limit{{Account: "claude", Since: minute(500), Members: []string{"builder"}}}
		}, []string{byLimit + ": 0 min in 1, builder, 1 unknown"}},
		"two accounts at once count once": {`
			10 agent.held builder account=a
			20 agent.held adversary account=b
			30 agent.released builder account=a
			40 agent.released adversary account=b`, nil,
			[]string{byLimit + ": 30 min in 2, adversary builder"}},
		"origin was away": {"10 origin.unreachable\n40 origin.reachable", nil, []string{byOrigin + ": 30 min in 1, "}},
		"since before":    {"40 origin.reachable", nil, []string{byOrigin + ": 40 min in 1, "}},
		"and is":          {"590 origin.unreachable", func(f *Facts) { f.OriginError = "no route" }, []string{byOrigin + ": 10 min in 1, , now"}},
		"a crash until the next start": {`
			10 agent.exited builder code=1
			10 agent.restarted builder
			13 agent.started builder`, nil, []string{byCrash + ": 3 min in 1, builder"}},
		"a stop that was asked for is none":               {"10 agent.exited builder reason=down\n13 agent.started builder", nil, nil},
		"a task that ended is none":                       {"10 agent.exited builder code=0", nil, nil},
		"a task that ended and was started again by hand": {"10 agent.exited builder code=0 how=exited with code 0\n500 operator.up agents=builder\n501 agent.started builder", nil, nil},
		"a task that ended and that the operator had restarted": {`
			10 agent.exited builder code=0
			500 operator.restart builder
			500 agent.restarted builder reason=the operator asked for it
			501 agent.started builder`, nil, nil},
		"a good end that a restart follows": {`
			10 agent.exited builder code=0
			12 agent.restarted builder reason=exited with code 0
			13 agent.started builder`, nil, []string{byCrash + ": 3 min in 1, builder"}},
		"a good end, and the next start is due": {"596 agent.exited builder code=0", func(f *Facts) { f.Agents[0].Restarting = true },
			[]string{byCrash + ": 4 min in 1, builder, now"}},
		"a start is due for another reason than an end": {"", func(f *Facts) { f.Agents[0].Restarting = true }, nil},
		"ended by a signal, with code 0": {"10 agent.exited builder code=0 signal=killed\n13 agent.started builder", nil,
			[]string{byCrash + ": 3 min in 1, builder"}},
		"what was wrong with an agent that is not configured any more": {`
			10 agent.exited gone code=1
			20 agent.parked lost
			30 agent.waiting gone
			40 operator.pause gone`, nil, nil},
		"its next start is due": {"595 agent.exited builder code=1", func(f *Facts) { f.Agents[0].Restarting = true },
			[]string{byCrash + ": 5 min in 1, builder, now"}},
		"the whole launcher fell": {`
			10 launcher.lost sessions=builder adversary
			10 agent.exited builder code=-1
			12 agent.started builder`, nil, nil},
		"a crash some time after that": {`
			10 launcher.lost sessions=builder adversary
			10 agent.exited builder code=-1
			12 agent.started builder
			20 agent.exited builder code=1
			25 agent.started builder`, nil, []string{byCrash + ": 5 min in 1, builder"}},
		"put down while it was parked": {"10 agent.parked builder\n30 operator.down agents=", nil, []string{byParking + ": 20 min in 1, builder"}},
		"a limit that a second one follows": {`
			10 agent.held builder account=claude
			60 agent.held builder account=claude
			90 agent.released builder account=claude`, nil, []string{byLimit + ": 80 min in 2, builder, at most"}},
		"a dialog from before the time": {"", func(f *Facts) {
			f.Agents[0].Waiting, f.Agents[0].WaitingSince = true, minute(-60)
		}, []string{byDialog + ": 600 min in 1, builder, now"}},
		"one dialog after the other": {`
			10 agent.waiting builder
			20 agent.waiting builder
			30 agent.exited builder reason=down`, nil, []string{byDialog + ": 20 min in 2, builder, at most"}},
		"an end under a usage limit": {`
			5 agent.held builder account=claude
			10 agent.exited builder code=1
			30 agent.released builder account=claude
			31 agent.started builder`, nil, []string{byLimit + ": 25 min in 1, builder"}},
		"parked until somebody came": {`
			10 agent.exited builder code=1
			10 agent.parked builder
			100 operator.up agents=builder
			101 agent.started builder`, nil, []string{byParking + ": 90 min in 1, builder", byCrash + ": 0 min in 1, builder"}},
		"up for all leaves it parked": {"10 agent.parked builder\n20 operator.up agents=", func(f *Facts) { f.Agents[0].Parked = true },
			[]string{byParking + ": 590 min in 1, builder, now"}},
		"a dialog until the next sign of life": {"10 agent.waiting builder\n40 handoff.taken builder handoff=h1", nil,
			[]string{byDialog + ": 30 min in 1, builder, at most"}},
		"a dialog until its agent's answer": {"10 agent.waiting builder\n40 handoff.answered builder handoff=h1\n300 handoff.taken builder handoff=h2", nil,
			[]string{byDialog + ": 30 min in 1, builder, at most"}},
		"an answer that was under way when the dialog came": {"10 agent.waiting builder\n10 handoff.answered builder handoff=h1\n30 handoff.taken builder handoff=h2", nil,
			[]string{byDialog + ": 20 min in 1, builder, at most"}},
		"the answer of somebody else ends none": {"10 agent.waiting builder\n20 handoff.answered adversary handoff=h1\n30 wake.taken builder wake=w", nil,
			[]string{byDialog + ": 20 min in 1, builder, at most"}},
		"a dialog until a message was read": {"10 agent.waiting builder\n25 wake.taken builder wake=w", nil,
			[]string{byDialog + ": 15 min in 1, builder, at most"}},
		"a dialog until it was asked why it stands still": {"10 agent.waiting builder\n35 agent.stalled builder", nil,
			[]string{byDialog + ": 25 min in 1, builder, at most"}},
		"a dialog nobody knows the end of": {"10 agent.waiting builder", nil, []string{byDialog + ": 0 min in 1, builder, 1 unknown"}},
		"a dialog that is there now": {"580 agent.waiting builder", func(f *Facts) {
			f.Agents[0].Waiting, f.Agents[0].WaitingSince = true, minute(580)
		}, []string{byDialog + ": 20 min in 1, builder, now"}},
		"two dialogs at once count once": {`
			10 agent.waiting builder
			20 agent.unauthorised adversary
			30 agent.exited builder reason=down
			40 agent.exited adversary reason=down`, nil, []string{byDialog + ": 30 min in 2, adversary builder"}},
		"paused":             {"10 operator.pause builder\n20 operator.pause\n50 operator.resume", nil, []string{byPause + ": 40 min in 2, builder"}},
		"a broken pawl.yaml": {"10 config.invalid error=x\n25 config.reloaded", nil, []string{byConfig + ": 15 min in 1, "}},
		"a broken pawl.yaml from before the time": {"25 config.reloaded", func(f *Facts) { f.Before.Invalid = true },
			[]string{byConfig + ": 25 min in 1, "}},
		"one that is broken still": {"", func(f *Facts) { f.Before.Invalid, f.ConfigError, f.ConfigAt = true, "x", minute(500) },
			[]string{byConfig + ": 600 min in 1, , now"}},
		"one that no coordinator has seen yet": {"", func(f *Facts) { f.ConfigError, f.ConfigAt = "x", minute(590) },
			[]string{byConfig + ": 10 min in 1, , now"}},
		"one that is missing":                    {"", func(f *Facts) { f.ConfigError = "x" }, []string{byConfig + ": 0 min in 1, , now"}},
		"one that was mended, and nobody looked": {"10 config.invalid error=x", func(f *Facts) { f.ConfigAt = minute(40) }, []string{byConfig + ": 30 min in 1, "}},
		"nothing lasts longer than is known": {"", func(f *Facts) {
			f.KnownFrom, f.ConfigError, f.ConfigAt, f.OriginError, f.Paused = minute(590), "x", minute(-60), "y", true
		}, []string{byOrigin + ": 10 min in 1, , now", byPause + ": 10 min in 1, , now", byConfig + ": 10 min in 1, , now"}},
		"a held change": {"10 config.held builder\n25 config.approved\n26 operator.up\n27 config.reloaded", nil, []string{byHeld + ": 15 min in 1, "}},
		"a held change that became a broken file": {"10 config.held builder\n25 config.invalid error=x\n30 config.reloaded", nil,
			[]string{byConfig + ": 5 min in 1, ", byHeld + ": 15 min in 1, "}},
		"a change that is held now":     {"", func(f *Facts) { f.ConfigHeld, f.ConfigAt = "builder", minute(599) }, []string{byHeld + ": 1 min in 1, , now"}},
		"a change held for days":        {"", func(f *Facts) { f.Before.Held, f.ConfigHeld, f.ConfigAt = true, "builder", minute(-900) }, []string{byHeld + ": 600 min in 1, , now"}},
		"a held change that was undone": {"10 config.held builder\n20 config.reloaded", nil, []string{byHeld + ": 10 min in 1, "}},
		"nobody looked since midnight": {"", func(f *Facts) { f.Running, f.LastPass = false, minute(240) },
			[]string{byCoordinator + ": 360 min in 1, , now"}},
		"the coordinator ended and came back": {"10 coordinator.started\n60 coordinator.ended\n100 coordinator.started", nil,
			[]string{byCoordinator + ": 40 min in 1, "}},
		"it was killed, after the last that it told": {"10 coordinator.started\n60 origin.moved\n100 coordinator.started", nil,
			[]string{byCoordinator + ": 40 min in 1, , at most"}},
		"it was killed after a quiet time, and the last pass is on record": {"10 coordinator.started\n60 origin.moved\n300 coordinator.started last_pass=" + minute(299).UTC().Format(time.RFC3339), nil, nil},
		"it was killed and came back at once":                              {"10 coordinator.started\n60 origin.moved\n61 coordinator.started", nil, nil},
		"it ended because the operator took everything down":               {"10 coordinator.started\n60 operator.down\n60 coordinator.ended\n100 operator.up\n101 coordinator.started", nil, nil},
		"it ended, and cron went on": {"10 coordinator.started\n60 coordinator.ended\n65 origin.moved\n200 coordinator.started", nil,
			[]string{byCoordinator + ": 5 min in 1, "}},
		"killed, and begun before the time": {"20 handoff.answered builder\n420 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Watched: true, Sign: minute(-60)}
		}, []string{byCoordinator + ": 400 min in 1, , at most"}},
		"killed before the time": {"420 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Watched: true, Sign: minute(-60)}
		}, []string{byCoordinator + ": 420 min in 1, , at most"}},
		"the machine was started again, and the operator came": {"1 handoff.taken builder\n480 operator.up\n480 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Watched: true, Sign: minute(-60)}
		}, []string{byCoordinator + ": 479 min in 1, , at most"}},
		"killed while everything was down": {"1 operator.down\n480 operator.up\n481 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Watched: true, Sign: minute(-60)}
		}, nil},
		"down since before the time": {"480 operator.up\n481 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Watched: true, Down: true, Sign: minute(-60)}
		}, nil},
		"it had ended before the time": {"40 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Ended: true, Sign: minute(-60)}
		}, []string{byCoordinator + ": 40 min in 1, "}},
		"it had ended before the time, with everything down": {"40 operator.up\n41 coordinator.started", func(f *Facts) {
			f.Before = Earlier{Ended: true, Down: true, Sign: minute(-60)}
		}, nil},
		"it ended, and only then all was taken down": {"10 coordinator.started\n60 coordinator.ended\n100 operator.down", func(f *Facts) {
			f.Agents[0].Wanted, f.Agents[1].Wanted, f.Running = false, false, false
		}, []string{byCoordinator + ": 40 min in 1, "}},
		"it ended a moment ago": {"10 coordinator.started\n595 coordinator.ended", func(f *Facts) {
			f.Running, f.LastPass = false, minute(595)
		}, []string{byCoordinator + ": 5 min in 1, , now"}},
		"killed and not started again, by what it told last": {"10 coordinator.started\n300 origin.moved\n400 operator.wake builder", func(f *Facts) {
			f.Running, f.LastPass = false, minute(20)
		}, []string{byCoordinator + ": 300 min in 1, , now"}},
		"killed, and no pass on record": {"10 coordinator.started\n300 origin.moved\n400 handoff.retried builder", func(f *Facts) {
			f.Running, f.LastPass = false, time.Time{}
		}, []string{byCoordinator + ": 300 min in 1, , now"}},
		"it never came up": {"300 operator.up", func(f *Facts) { f.Running, f.LastPass = false, time.Time{} },
			[]string{byCoordinator + ": 300 min in 1, , now"}},
		"dead since before the time": {"", func(f *Facts) {
			f.Running, f.LastPass, f.Before = false, time.Time{}, Earlier{Watched: true, Sign: minute(-60)}
		}, []string{byCoordinator + ": 600 min in 1, , now"}},
		"up again after a long time down, and nobody came": {"10 operator.down\n500 operator.up", func(f *Facts) {
			f.Running, f.LastPass = false, minute(10)
		}, []string{byCoordinator + ": 100 min in 1, , now"}},
		"ticks from cron after it ended": {"60 coordinator.ended", func(f *Facts) {
			f.Running, f.LastPass = false, minute(595)
		}, []string{byCoordinator + ": 535 min in 1, , at most"}},
		"ticks from cron are some minutes apart": {"", func(f *Facts) { f.Running, f.LastPass = false, minute(590) }, nil},
		"nothing was to run anyway": {"", func(f *Facts) {
			f.Running, f.LastPass, f.Agents[0].Wanted, f.Agents[1].Wanted = false, minute(240), false, false
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := night(events(c.events)...)
			if c.change != nil {
				c.change(&f)
			}
			var got []string
			for _, l := range Build(f).Lost {
				got = append(got, l.inWords())
			}
			equal(t, "lost", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		})
	}
}

func TestUnion(t *testing.T) {
	at := func(from, to int) stretch { return stretch{minute(from), minute(to)} }
	for name, c := range map[string]struct {
		list []stretch
		want int
	}{
		"none":                       {nil, 0},
		"apart":                      {[]stretch{at(5, 6), at(0, 2)}, 3},
		"overlapping":                {[]stretch{at(0, 5), at(3, 8)}, 8},
		"two within a long one":      {[]stretch{at(0, 10), at(2, 4), at(5, 7), at(9, 12)}, 12},
		"backwards, a clock was set": {[]stretch{at(5, 3), at(4, 6)}, 2},
	} {
		if got := union(c.list); got != minutes(c.want) {
			t.Errorf("%s: %d, not %d", name, got/minutes(1), c.want)
		}
	}
}
