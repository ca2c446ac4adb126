package loop

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pawl/internal/need"
	"pawl/loop/adapter"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// randomStaff has agents that run in turns and one that reads lines, and all of them ask
// for workers.
func randomStaff(t testing.TB, seed uint64) chance {
	t.Helper()
	y := usualSetup()
	y.agents = []string{
		"builder: {kind: loop, role: builder, adapter: once}", "adversary: {kind: loop, role: adversary, adapter: script}",
		"boss: {kind: persistent, adapter: once, wakes: [{cron: '*/7 * * * *', prompt: look}]}",
	}
	y.top = append(y.top, "handoff: {inboxes: {BUILDER-INBOX.md: builder, BOSS-INBOX.md: boss}, remind_after: 4m, give_up_after: 2}",
		"supervise: {limit: {probe: 20s, slack: 5s, max_wait: 1h}}", "workers: {parallel: 3}", "watchers: {ping-pong: {enabled: false}}")
	y.phases = []string{"one", "two", "three"}
	return chance{rand.New(rand.NewPCG(seed, 8)), newScene(t, y), []string{"builder", "adversary", "boss"}, staffHappenings, finishTurns}
}

// ways are how a turn may end.
var ways = []string{"completed", "completed", "completed", "completed", "limited usage limit reached", "limited try again in 2 minutes worked", "failed no such model", "failed it took too long worked", "refused log in"}

// staffHappenings are those of agents that run in turns, and of workers.
var staffHappenings = append([]happening{
	{14, "a turn ends", func(c chance) { c.finish(c.agent(), ways[c.IntN(len(ways))]) }},
	{5, "a turn is answered", func(c chance) {
		if p := c.live(c.agent()); p.inTurn() {
			p.turns.Last().Worked = true
		}
	}},
	{3, "killed before its turn", func(c chance) {
		if p := c.live(c.agent()); p != nil && p.turns != nil && p.unread() {
			c.kill(p)
		}
	}},
	{4, "turns are short", func(c chance) { c.swift[c.agent()] = ways[c.IntN(len(ways))] }},
	{4, "turns are long", func(c chance) { delete(c.swift, c.agent()) }},
	{6, "spawn", func(c chance) {
		if parents := append([]string{""}, c.everyone()...); len(c.shelf.Runs) < 6 {
			c.spawn(fmt.Sprint("w", c.IntN(1e9)), parents[c.IntN(len(parents))])
		}
	}},
	{4, "send", func(c chance) {
		if id := c.worker(); id != "" {
			c.send(id, fmt.Sprint("go on ", c.planned))
		}
	}},
	{2, "halt", func(c chance) {
		if id := c.worker(); c.shelf.Runs[id].Status == ledger.RunRunning {
			c.halt(id)
		}
	}},
	{1, "reboot", func(c chance) { c.reboot() }},
	{1, "rebuild", func(c chance) { c.rebuildRuns() }},
}, slices.DeleteFunc(slices.Clone(happenings), func(h happening) bool {
	return slices.Contains([]string{"screen", "lies", "blank", "dull", "lose"}, h.name)
})...)

// unread says that a session has not read what it was told last.
func (p *program) unread() bool {
	n := len(p.obs.Marks)
	return n > 0 && p.obs.Marks[n-1].Drained.IsZero()
}

// worker is any of them; "" without one.
func (c chance) worker() string {
	ids := slices.Sorted(maps.Keys(c.shelf.Runs))
	if len(ids) == 0 {
		return ""
	}
	return ids[c.IntN(len(ids))]
}

// finish ends the turn that an agent is in.
func (c chance) finish(agent, how string) {
	if c.live(agent).inTurn() {
		c.ends(agent, strings.Fields(how))
	}
}

// finishTurns has all turns end well from now on, and lifts limits as `pawl resume`
// does: the clock may have been set back since one was read.
func finishTurns(c chance, _ adapter.State) {
	clear(c.swift)
	c.swift["all"] = string(turn.Completed)
	for _, name := range c.names {
		c.shelf.edit(func(st *ledger.State) { LiftLimit(c.cfg, st, name, c.now) })
		if p := c.live(name); p != nil && p.turns != nil && p.turns.Doing == adapter.Auth {
			c.restart(name)
		}
	}
}

// Whatever happens to agents in turns and to workers, the laws hold at every pass, and
// each end of a worker is told to whoever asked for it, once.
func TestRandomStaff(t *testing.T) {
	need.Unraced(t)
	for seed := range uint64(schedules) {
		staffStory(t, seed)
	}
}

// FuzzStaff is the same for as long as one likes.
func FuzzStaff(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(staffStory)
}

func staffStory(t *testing.T, seed uint64) {
	t.Helper()
	c := randomStaff(t, seed)
	c.unfold()
	for id, r := range c.shelf.Runs {
		if r.Status == ledger.RunRunning && !c.shelf.Agents[id].RestartAt.After(c.now) {
			c.fail("worker %s still runs: held by %q, %+v", id, c.last.Holds[id], c.shelf.Agents[id])
		}
		for round := range r.Rounds {
			c.endTold(r, round+1)
		}
	}
}

// endTold fails unless the parent of a run was told of one of its ends, and once by
// everything that it heard.
func (c chance) endTold(r ledger.Run, round int) {
	c.t.Helper()
	parent, isRun := c.shelf.Runs[r.Parent]
	a, _ := c.cfg.Agent(r.Parent)
	if r.Parent == "" || isRun && parent.Status != ledger.RunCompleted || a.Kind == "loop" && c.shelf.Loop.Phase.Complete {
		return // it is told when somebody has it go on
	}
	id := fmt.Sprint("run-", r.ID, "-", round)
	heard, known := 0, c.ledgers == 1 // that it was heard
	for _, p := range c.all(r.Parent) {
		here := c.heardBy(p, id)
		known = known && p.turns != nil && !p.wiped // else a session may have read it that was gone before anybody looked
		if heard += here; here > 1 {
			c.fail("a session of %s was told %d times of %s", r.Parent, here, id)
		}
	}
	// A ledger that was lost while the turn ran that was told knows neither that it was
	// told, nor that it was not heard.
	forgotten := c.ledgers > 1 && c.shelf.Items[id].State == ""
	if heard == 0 && !forgotten || heard > 1 && known {
		c.fail("%s was told %d times of %s: %+v", r.Parent, heard, id, c.shelf.Items[id])
	}
}

// heardBy counts how often a session took in an item, under whatever name.
func (c chance) heardBy(p *program, id string) (n int) {
	for _, m := range p.obs.Marks {
		for _, it := range c.carried[m.ID] {
			if base, _, _ := strings.Cut(it.ID, "-again"); base == id && !m.Drained.IsZero() && p.answered(m.ID) {
				n++
			}
		}
	}
	return n
}

// answered says that a wake was heard, as far as one can know.
func (p *program) answered(wake string) bool {
	if p.turns == nil {
		return true
	}
	return slices.ContainsFunc(p.turns.Turns, func(t turn.Turn) bool { return t.Wake == wake && (t.Worked || t.Status == turn.Completed) })
}
