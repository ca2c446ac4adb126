package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pawl/handoff"
)

func TestAgentsAndTheirRestarts(t *testing.T) {
	f := night(events(`
		1 agent.started builder
		5 agent.exited builder code=3
		5 agent.restarted builder reason=exited with code 3
		5 agent.started builder
		9 agent.exited builder code=1 reason=the operator asked for it
		9 agent.restarted builder reason=the operator asked for it
		10 agent.exited builder code=3
		10 agent.restarted builder reason=exited with code 3
		11 agent.exited builder code=0
		12 agent.parked builder
		13 agent.stalled adversary
		14 agent.waiting adversary
		15 handoff.sent adversary handoff=h attempt=1
		16 handoff.sent adversary handoff=h attempt=2
		17 handoff.expired adversary handoff=h
		18 agent.started gone`)...)
	f.Commits = []Credit{{"builder", true, 7}, {"dev", false, 2}}
	r := Build(f)
	equal(t, "agents", r.Agents, []Agent{
		{Name: "builder", Sessions: 2, Restarts: 3, Crashes: 2, Parked: 1, Commits: 7,
			Reasons: []Reason{{"exited with code 3", 2}, {"the operator asked for it", 1}}},
		{Name: "adversary", Reasons: []Reason{}, Stalls: 1, Dialogs: 1, Told: 1, Reminders: 1, Expired: 1},
		{Name: "gone", Reasons: []Reason{}, Sessions: 1},
	})
	equal(t, "commits", r.Commits, Commits{Total: 9, Others: []Author{{"dev", 2}}})
}

func TestRareReasonsAreSummedUp(t *testing.T) {
	counts := map[string]int{"often": 9}
	for i := range 20 {
		counts[fmt.Sprintf("reason %02d", i)] = 1
	}
	got := ranked(counts)
	if len(got) != shownReasons || got[0].Reason != "often" || got[shownReasons-1] != (Reason{"other reasons", 17}) {
		t.Errorf("%+v", got)
	}
}

func TestPhases(t *testing.T) {
	f := night(events(`
		60 phase.unclear phase=core status=STATUS-core.md line=3 marker=## DONE WHEN why=letters follow
		61 phase.unclear phase=core status=STATUS-core.md line=3 marker=## DONE WHEN why=letters follow
		70 phase.unproven phase=core why=gate g was not reviewed
		80 phase.done phase=core commit=abc
		81 phase.reopened phase=core status=STATUS-core.md
		90 phase.done phase=core commit=def
		90 phase.advanced from=core to=cli`)...)
	f.Phase = Phase{Current: "cli", Index: 1, Total: 2, Entered: "core", EnteredAt: minute(-30)}
	p := Build(f).Phases
	equal(t, "done", p.Done, []PhaseDone{{"core", Moment{minute(90)}, minutes(120), "def"}})
	equal(t, "entered", p.Entered, Moment{minute(90)})
	equal(t, "notes", p.Notes, []PhaseNote{
		{"unclear", "core", Moment{minute(60)}, "STATUS-core.md:3: ## DONE WHEN: letters follow"},
		{"unproven", "core", Moment{minute(70)}, "gate g was not reviewed"},
		{"reopened", "core", Moment{minute(81)}, "STATUS-core.md says it is not done any more"},
	})
}

func TestPhaseThatTheOperatorSet(t *testing.T) {
	f := night(events("10 operator.phase order=set from=core to=cli\n40 phase.done phase=cli\n50 operator.phase order=release from=cli to=cli")...)
	f.Phase = Phase{Current: "cli", Index: 1, Total: 2, Done: true, Held: true}
	p := Build(f).Phases
	equal(t, "done", p.Done, []PhaseDone{{Phase: "cli", At: Moment{minute(40)}, Took: minutes(30)}})
	equal(t, "entered", p.Entered, Moment{minute(10)})
}

func TestSchedules(t *testing.T) {
	r := Build(night(events(`
		60 wake.fired supervisor slot=x schedule=0 * * * * missed=0
		120 wake.skipped supervisor slot=x schedule=0 * * * * missed=3
		180 wake.fired supervisor slot=x schedule=0 * * * * missed=2
		200 wake.fired supervisor slot=x schedule=@daily`)...))
	equal(t, "schedules", r.Schedules, []Schedule{
		{"supervisor", "0 * * * *", 2, 3, 2, Moment{minute(180)}}, {"supervisor", "@daily", 1, 0, 0, Moment{minute(200)}},
	})
}

func TestWhatNeedsAPerson(t *testing.T) {
	stuck := signal("500 claim(g) open")
	stuck.Stuck = true
	late := signal("500 claim(g) taken")
	late.Stuck = true
	for name, c := range map[string]struct {
		events string
		change func(*Facts)
		want   []string // kind, command, and a part of the text
	}{
		"nothing":            {"", nil, nil},
		"a parked agent":     {"", func(f *Facts) { f.Agents[0].Parked = true }, []string{"parked|pawl up builder|builder is parked"}},
		"parked and down":    {"", func(f *Facts) { f.Agents[0].Parked, f.Agents[0].Wanted = true, false }, nil},
		"a dialog":           {"", func(f *Facts) { f.Agents[1].Waiting, f.Agents[1].Evidence = true, "Do you\x1b[31m trust?" }, []string{"dialog|pawl attach adversary|Do you[31m trust?"}},
		"an expired handoff": {"", func(f *Facts) { f.Expired = signals("-9 claim(g) expired") }, []string{"expired|pawl handoffs retry h-9|adversary did not answer claim(g)"}},
		"a stuck handoff": {"530 handoff.stuck adversary handoff=h500 why=it is busy", func(f *Facts) { f.Handoffs = []handoff.Handoff{stuck} },
			[]string{"stuck|pawl explain adversary|does not get through to adversary: it is busy"}},
		"origin is away":                         {"", func(f *Facts) { f.OriginError = "no route" }, []string{"origin|pawl doctor|no route"}},
		"a broken file":                          {"", func(f *Facts) { f.ConfigError = "pawl.yaml:1:1: x" }, []string{"config|pawl config validate|not valid"}},
		"a held file":                            {"", func(f *Facts) { f.ConfigHeld = "builder" }, []string{"config|pawl up|agent builder could have made is not used yet; read it"}},
		"a file that was held, and is as it was": {"10 config.held", nil, nil},
		"an unclear DONE":                        {"", func(f *Facts) { f.Phase = Phase{Current: "core", Total: 1, Unclear: []string{"line 3: why"}} }, []string{"phase|pawl phase show|phase core: line 3: why"}},
		"an unclear heading beside one that counts": {"", func(f *Facts) {
			f.Phase = Phase{Current: "core", Total: 1, Done: true, Unclear: []string{"line 3: why"}}
		}, nil},
		"what was stuck and is taken": {"", func(f *Facts) { f.Handoffs = []handoff.Handoff{late} }, nil},
		"an unproven DONE": {"10 phase.unproven phase=core why=no gate", func(f *Facts) { f.Phase = Phase{Current: "core", Total: 1, Missing: []string{"no gate"}} },
			[]string{"phase|pawl phase show|no gate"}},
		"an unproven DONE of a phase that is over": {"10 phase.unproven phase=core why=no gate", func(f *Facts) { f.Phase = Phase{Current: "cli", Total: 2} }, nil},
		"what went around the hooks": {"10 check.failed commit=abcdef0123456789 rule=protect what=API.md is not for builder\n11 check.failed what=3 more", nil,
			[]string{"check|pawl events -n 500|3 more", "check|pawl check abcdef0123|commit abcdef0123: protect: API.md is not for builder"}},
		"a worker that failed": {"", func(f *Facts) { f.Failed = []Worker{{"rbcdfg", "the parser", "no API\x1b key"}} },
			[]string{"worker|pawl show rbcdfg|worker rbcdfg (the parser) failed: no API key"}},
		"paused":         {"", func(f *Facts) { f.Paused, f.Agents[0].Paused = true, true }, []string{"paused|pawl resume builder|builder", "paused|pawl resume|loop"}},
		"no coordinator": {"", func(f *Facts) { f.Running, f.LastPass = false, minute(300) }, []string{"coordinator|pawl up|no pass ran since 2026-01-02 01:00"}},
		"no coordinator, by what it told last": {"300 origin.moved\n400 operator.wake builder", func(f *Facts) { f.Running, f.LastPass = false, minute(240) },
			[]string{"coordinator|pawl up|no pass ran since 2026-01-02 01:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := night(events(c.events)...)
			if c.change != nil {
				c.change(&f)
			}
			got := Build(f).Needs
			if len(got) != len(c.want) {
				t.Fatalf("%+v, not %q", got, c.want)
			}
			for i, want := range c.want {
				part := strings.SplitN(want, "|", 3)
				if n := got[i]; n.Kind != part[0] || n.Command != part[1] || !strings.Contains(n.Text, part[2]) {
					t.Errorf("%+v, not %q", n, part)
				}
			}
		})
	}
}

func TestManyNeedsAreBounded(t *testing.T) {
	f := night()
	for i := range 50 {
		f.Expired = append(f.Expired, signal(fmt.Sprintf("%d claim(g%d) expired", i, i)))
		h := signal(fmt.Sprintf("%d claim(s%d) open", i, i))
		h.Stuck = true
		f.Handoffs = append(f.Handoffs, h)
		f.Failed = append(f.Failed, Worker{ID: "r", Title: "t", Why: "w"})
	}
	if n := len(Build(f).Needs); n != 3*shownNeeds+3 {
		t.Errorf("%d needs", n)
	}
}

func TestAnEmptyNight(t *testing.T) {
	r := Build(night())
	if !r.Empty() || !r.KnownFrom.IsZero() {
		t.Errorf("%+v", r)
	}
	f := night()
	f.Events, f.KnownFrom = nil, minute(30)
	if r = Build(f); r.KnownFrom.Time != minute(30) {
		t.Error("known from", r.KnownFrom)
	}
	doc, err := json.Marshal(Build(Facts{Since: evening, Until: minute(1)}))
	if err != nil || strings.Contains(string(doc), "null") {
		t.Errorf("%s, %v", doc, err)
	}
}

func TestCredits(t *testing.T) {
	got := Credits([]Signature{
		{"", "builder", "builder@p.invalid", 3},
		{"adversary", "dev", "dev@x", 2},
		{"nobody known", "dev", "dev@x", 4},
		{"", "somebody", "adversary@p.invalid", 1},
		{"", "somebody", "adversary@other.invalid", 1},
		{"", "builder", "me@home", 1},
		{"", "\x1b[31m", "", 1},
		{"", "\x07", "", 1},
	}, []string{"builder", "adversary"}, "p")
	equal(t, "credits", got, []Credit{
		{"builder", true, 4}, {"dev", false, 4}, {"adversary", true, 3}, {"[31m", false, 1}, {"nobody", false, 1}, {"somebody", false, 1},
	})
}

// FuzzBuild feeds whatever events there may be: a report never fails.
func FuzzBuild(f *testing.F) {
	f.Add("agent.held", "builder", "account", "claude", "agent.released", 5)
	f.Add("launcher.lost", "", "sessions", "builder", "agent.exited", -5)
	f.Add("handoff.sent", "builder", "handoff", "h1", "handoff.answered", 1)
	f.Fuzz(func(t *testing.T, kind, agent, key, value, next string, gap int) {
		facts := night(
			Event{Time: minute(1), Kind: kind, Agent: agent, Data: map[string]any{key: value}},
			Event{Time: minute(1 + gap%10_000), Kind: next, Agent: agent, Data: map[string]any{key: value}},
		)
		facts.Handoffs = signals("1 claim(g) answered")
		r := Build(facts)
		for _, l := range r.Lost {
			if l.Took < 0 {
				t.Errorf("%+v", l)
			}
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	})
}
