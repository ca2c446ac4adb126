package loop

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/adapter"
	"pawl/loop/delivery"
)

// chance makes up what happens between passes.
type chance struct {
	*rand.Rand
	*scene
	names []string // the agents
	may   []happening
	rest  func(chance, adapter.State) // brings all agents there
}

// happening is something that may happen, and how likely that is.
type happening struct {
	weight int
	name   string
	f      func(chance)
}

// everyone is the agents, and the workers.
func (c chance) everyone() []string {
	return append(slices.Clone(c.names), slices.Sorted(maps.Keys(c.shelf.Runs))...)
}

func (c chance) agent() string {
	all := c.everyone()
	return all[c.IntN(len(all))]
}

func (c chance) live(agent string) *program {
	if p := c.program(agent); p != nil && p.obs.Alive {
		return p
	}
	return nil
}

// randomScene has agents that draw screens: some queue input, some do not, and of one
// nothing is known without its screen.
func randomScene(t testing.TB, seed uint64) chance {
	t.Helper()
	y := usualSetup()
	y.agents = append(y.agents,
		"second: {kind: loop, role: adversary, adapter: coy}",
		"boss: {kind: persistent, adapter: shy, watch: heal, wakes: [{cron: '*/3 * * * *', prompt: look}, {cron: '@every 4m', prompt: see, jitter: 1m, catch_up: skip}]}")
	y.top = append(y.top, "handoff: {inboxes: {BUILDER-INBOX.md: builder, BOSS-INBOX.md: boss}, remind_after: 4m, give_up_after: 2}",
		"supervise: {limit: {probe: 20s, slack: 5s, max_wait: 1h}}")
	y.phases = []string{"one", "two", "three"}
	y.launcher = "tmux"
	return chance{rand.New(rand.NewPCG(seed, 7)), newScene(t, y), []string{"builder", "adversary", "second", "boss"}, happenings, showAll}
}

// happenings are those of agents that draw screens.
var happenings = []happening{
	{12, "claim", func(c chance) { c.claim(string(rune('a' + c.IntN(4)))) }},
	{8, "review", func(c chance) { c.review(string(rune('a'+c.IntN(4))), []string{"pass", "fail"}[c.IntN(2)]) }},
	{4, "letter", func(c chance) {
		c.file([]string{"BUILDER", "BOSS"}[c.IntN(2)]+"-INBOX.md", []string{"", "hello", "again"}[c.IntN(3)])
	}},
	{2, "done", func(c chance) {
		c.file("STATUS-"+[]string{"one", "two", "three"}[c.IntN(3)]+".md", []string{"", "## DONE"}[c.IntN(2)])
	}},
	{2, "rewrite", func(c chance) { c.origin.Drop(c.IntN(4)); c.origin.Push("work", handoff.Trailers{}, nil) }},
	{5, "dies", func(c chance) {
		if p := c.live(c.agent()); p != nil {
			c.end(p, c.IntN(2))
		}
	}},
	{2, "vanishes", func(c chance) {
		name := "p-" + c.agent()
		if p := c.programs[name]; p != nil {
			c.past = append(c.past, p)
			delete(c.programs, name)
		}
	}},
	{4, "prints", func(c chance) {
		if p := c.program(c.agent()); p != nil {
			p.obs.Output = c.now.Add(4 * time.Second)
		}
	}},
	{3, "deaf", func(c chance) { c.deaf[c.agent()] = true }},
	{6, "hears", func(c chance) { clear(c.deaf) }},
	{2, "slow", func(c chance) { c.slow[c.agent()] = c.IntN(2) == 0 }},
	{1, "blind", func(c chance) { c.blind = !c.blind }},
	{1, "dark", func(c chance) { c.dark = !c.dark }},
	{1, "broken", func(c chance) { c.fails = !c.fails }},
	{2, "pause", func(c chance) { c.pause(c.IntN(2) == 0, c.names[:c.IntN(3)]...) }},
	{2, "down", func(c chance) { c.down(c.names[:c.IntN(3)]...) }},
	{4, "up", func(c chance) { c.up(c.names[:c.IntN(len(c.names)+1)]...) }},
	{1, "restart", func(c chance) { c.restart(c.names[c.IntN(len(c.names))]) }},
	{2, "say", func(c chance) { c.say(c.names[c.IntN(len(c.names))], "hello") }},
	{1, "set", func(c chance) { c.setPhase([]string{"one", "two", "three"}[c.IntN(3)]) }},
	{1, "release", func(c chance) { steps["release"](c.scene, nil) }},
	{1, "lose", func(c chance) { c.loseLedger() }},
	{8, "screen", chance.draw},
	{3, "lies", func(c chance) {
		p := c.program(c.agent())
		if p == nil || !p.obs.Alive || p.screen == nil || len(p.obs.Marks) == 0 || p.obs.Lying != "" {
			return
		}
		if last := p.obs.Marks[len(p.obs.Marks)-1]; last.Drained.IsZero() {
			c.lies(p.obs.Agent)
		}
	}},
	{2, "blank", func(c chance) {
		if p := c.program(c.agent()); p != nil {
			p.screen = nil
		}
	}},
	{2, "dull", func(c chance) { c.dull[c.agent()] = c.IntN(2) == 0 }},
	{1, "fall", func(c chance) { c.fall() }},
	{1, "jump", func(c chance) { c.jump(time.Duration(c.IntN(7200)-3600) * time.Second) }},
	{4, "wait", func(c chance) { c.wait(time.Duration(c.IntN(300)) * time.Second) }},
}

// draw shows something on an agent's screen.
func (c chance) draw() {
	states := []adapter.State{
		adapter.Limited, adapter.Limited, adapter.Limited, adapter.Active, adapter.Active, adapter.Idle, adapter.Idle, adapter.Idle,
		adapter.Unknown, adapter.Starting, adapter.Waiting, adapter.Auth, adapter.Full, adapter.Fatal,
	}
	banners := []string{"usage limit reached", "try again in 30 seconds", "try again in 2 minutes", "resets Jan 9, 5am"}
	name := c.agent()
	c.shows(name, states[c.IntN(len(states))], banners[c.IntN(len(banners))])
	if p := c.program(name); p != nil && c.IntN(8) == 0 {
		p.screen.Composer.Text = "somebody types"
	}
}

func (c chance) happen() {
	total := 0
	for _, h := range c.may {
		total += h.weight
	}
	n := c.IntN(total)
	for _, h := range c.may {
		if n -= h.weight; n < 0 {
			c.note("%s", h.name)
			h.f(c)
			return
		}
	}
}

// proceed is a pass that may be cut short anywhere.
func (c chance) proceed() {
	c.t.Helper()
	switch c.IntN(6) {
	case 0:
		c.pass(unwritten)
	case 1:
		c.pass(extent(c.IntN(3)))
	default:
		c.pass(whole)
	}
}

// Whatever happens, the laws hold at every pass (plan and settled see to
// determinism, purity, rest and progress), and when the world calms down
// everything has got through.
func TestRandomSchedules(t *testing.T) {
	need.Unraced(t)
	for seed := range uint64(schedules) {
		story(t, seed)
	}
}

// FuzzSchedules is the same for as long as one likes.
func FuzzSchedules(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(story)
}

// schedules is how many stories a test run makes up.
const schedules = 15

func story(t *testing.T, seed uint64) {
	t.Helper()
	randomScene(t, seed).unfold()
}

// unfold lets things happen, and then everything come to rest.
func (c chance) unfold() {
	c.t.Helper()
	for range 60 {
		for range c.IntN(3) {
			c.happen()
		}
		c.proceed()
		c.once()
	}
	c.calm()
	c.gotThrough()
}

// showAll draws the same on all screens.
func showAll(c chance, state adapter.State) {
	for _, name := range c.names {
		c.shows(name, state, "")
	}
}

// once fails if one session was told the same thing twice without the second
// time being a counted reminder.
func (c chance) once() {
	c.t.Helper()
	for _, p := range append(slices.Clone(c.past), slices.Collect(maps.Values(c.programs))...) {
		seen := map[string]bool{}
		for _, m := range p.obs.Marks {
			for _, it := range c.carried[m.ID] {
				key := fmt.Sprint(it.ID, " ", it.Attempt)
				if seen[key] {
					c.fail("%s was told %s (%s) twice", p.obs.Agent, it.ID, it.Text)
				}
				seen[key] = true
				anew := strings.HasPrefix(it.Text, "reminder ") || strings.HasPrefix(it.Text, "again, as ")
				if it.Kind == delivery.Handoff && (it.Attempt > 1) != anew {
					c.fail("%s was told %q as telling %d", p.obs.Agent, it.Text, it.Attempt)
				}
			}
		}
	}
}

// calm lets everything work again, and gives it time.
func (c chance) calm() {
	c.t.Helper()
	c.note("calm")
	c.jump(max(-c.ahead, 0)) // a limit ends when the clock says so, which must not have been set back for good
	clear(c.deaf)
	clear(c.slow)
	clear(c.dull)
	c.rest(c, adapter.Active)
	c.blind, c.dark, c.fails = false, false, false
	c.pause(false)
	c.pause(false, c.names...)
	c.up(c.names...)
	steps["release"](c.scene, nil)
	for n := range 60 {
		if n == 20 {
			c.rest(c, adapter.Idle)
		}
		c.pass(whole)
		c.once()
	}
}

// gotThrough fails unless all that is open for an agent that runs was told its
// present session, and everything that should run does.
func (c chance) gotThrough() {
	c.t.Helper()
	for _, name := range c.names {
		a, _ := c.cfg.Agent(name)
		p := c.program(name)
		if a.Kind == "loop" && c.shelf.Loop.Phase.Complete {
			if p != nil && p.obs.Alive {
				c.fail("%s runs although the sequence is complete: held by %q, %+v", name, c.last.Holds[name], c.shelf.Sessions[name])
			}
			continue
		}
		if p == nil || !p.obs.Alive {
			c.fail("%s does not run: held by %q, %+v", name, c.last.Holds[name], c.shelf.Agents[name])
		}
		if a.Kind == "loop" && p.obs.Phase != c.shelf.Loop.Phase.Current {
			c.fail("%s is in phase %q, and %+v is current", name, p.obs.Phase, c.shelf.Loop.Phase)
		}
		for _, id := range c.shelf.Order {
			h := c.shelf.Handoffs[id]
			if h.Agent != name || h.State.Closed() {
				continue
			}
			starts := strings.Contains(c.last.Holds[name], "not ready") // just now
			if _, times := markFor(p.obs.Marks, id); !starts && (times == 0 || h.State == handoff.Open) {
				c.fail("%s of %s is %s, and was told its session %d times: held by %q", h.Label(), name, h.State, times, c.last.Holds[name])
			}
		}
		for _, id := range c.shelf.Pending {
			it := c.shelf.Items[id]
			due := it.Kind != delivery.Message && it.State == handoff.Queued ||
				it.Kind == delivery.Slot && strings.Contains(c.last.Holds[name], "busy") // just now, or behind the turn before
			if !due && it.Agent == name && it.Waits() {
				c.fail("%s of %s is %s: %s", it.Text, name, it.State, c.last.Holds[name])
			}
		}
	}
}
