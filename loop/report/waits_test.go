package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
)

func (w Wait) inWords() string {
	s := fmt.Sprintf("%s %s of %s after %d", w.Agent, w.For, w.Handoff, int(w.Took/minutes(1)))
	if w.Open {
		s += " and on"
	}
	if w.Why != "" {
		s += ": " + w.Why
	}
	if w.Held > 0 {
		s += fmt.Sprintf(" for %d", int(w.Held/minutes(1)))
	}
	return s
}

func TestWaits(t *testing.T) {
	old := signal("-90 claim(g) answered")
	pass := signal("9 review(g) pass answered")
	reminded := signal("490 claim(g) taken")
	reminded.TakenAt = minute(530)
	for name, c := range map[string]struct {
		rows   []handoff.Handoff
		events string
		want   []string
	}{
		"told, then answered": {signals("1 claim(g) answered"), `
			4 handoff.sent adversary handoff=h1 attempt=1 label=claim(g)
			5 handoff.taken adversary handoff=h1
			25 handoff.answered adversary handoff=h1`,
			[]string{"adversary answered of h1 after 20", "adversary told of h1 after 3"}},
		"a reminder begins nothing anew": {signals("1 claim(g) answered"), `
			1 handoff.sent adversary handoff=h1 attempt=1
			1 handoff.taken adversary handoff=h1
			31 handoff.sent adversary handoff=h1 attempt=2
			31 handoff.taken adversary handoff=h1
			41 handoff.answered adversary handoff=h1`,
			[]string{"adversary answered of h1 after 40"}},
		"told again after a crash": {signals("1 claim(g) answered"), `
			1 handoff.sent adversary handoff=h1 attempt=1
			1 handoff.taken adversary handoff=h1
			11 agent.exited adversary code=1
			13 agent.started adversary
			14 handoff.sent adversary handoff=h1 attempt=1
			14 handoff.taken adversary handoff=h1
			24 handoff.answered adversary handoff=h1`,
			[]string{"adversary answered of h1 after 10", "adversary told of h1 after 3: " + byCrash + " for 2"}},
		"seen before the time, told in it": {[]handoff.Handoff{old}, `
			30 handoff.sent adversary handoff=h-90 attempt=1`,
			[]string{"adversary told of h-90 after 30"}},
		"taken before the time": {[]handoff.Handoff{old}, `
			2 handoff.answered adversary handoff=h-90`,
			[]string{"adversary answered of h-90 after 90"}},
		"a pass asks for nothing": {[]handoff.Handoff{pass}, `
			9 handoff.sent builder handoff=h9 attempt=1
			9 handoff.taken builder handoff=h9
			99 handoff.answered builder handoff=h9`, nil},
		"it waits still": {signals("500 claim(g) open"), `
			560 handoff.stuck adversary handoff=h500 why=it is busy`,
			[]string{"adversary told of h500 after 100 and on: it is busy"}},
		"taken and not answered": {signals("500 claim(g) taken"), "", []string{"adversary answered of h500 after 98 and on"}},
		"less than a minute is not told of": {signals("1 claim(g) answered"), `
			1 handoff.sent adversary handoff=h1 attempt=1`, nil},
		"a usage limit was in the way": {signals("1 claim(g) answered"), `
			2 agent.held adversary account=claude
			60 agent.released adversary account=claude
			61 handoff.sent adversary handoff=h1 attempt=1`,
			[]string{"adversary told of h1 after 60: " + byLimit + " for 58"}},
		"a limit of others was not": {signals("1 claim(g) answered"), `
			2 agent.held builder account=codex
			60 agent.released builder account=codex
			61 handoff.sent adversary handoff=h1 attempt=1`,
			[]string{"adversary told of h1 after 60"}},
		"a handoff that is known does not wait for origin": {signals("1 claim(g) answered"), `
			2 origin.unreachable
			60 origin.reachable
			61 handoff.sent adversary handoff=h1 attempt=1`,
			[]string{"adversary told of h1 after 60"}},
		"open since it was first taken, not since the reminder": {[]handoff.Handoff{reminded}, `
			500 handoff.taken adversary handoff=h490
			530 handoff.sent adversary handoff=h490 attempt=2
			530 handoff.taken adversary handoff=h490`,
			[]string{"adversary answered of h490 after 100 and on"}},
		"what lasted a moment explains nothing": {signals("1 claim(g) answered"), `
			2 agent.exited adversary code=1
			3 agent.started adversary
			61 handoff.sent adversary handoff=h1 attempt=1`,
			[]string{"adversary told of h1 after 60"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := night(events(c.events)...)
			f.Handoffs = c.rows
			var got []string
			for _, w := range Build(f).Waits {
				got = append(got, w.inWords())
			}
			equal(t, "waits", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		})
	}
}

func TestMediansAreOfEachAgent(t *testing.T) {
	var list []Event
	f := night()
	for i, took := range []int{3, 1, 20} {
		id := i * 100
		f.Handoffs = append(f.Handoffs, signal(fmt.Sprintf("%d claim(g%d) answered", id, i)))
		list = append(list, events(fmt.Sprintf(`
			%d handoff.sent adversary handoff=h%d attempt=1
			%d handoff.taken adversary handoff=h%d
			%d handoff.answered adversary handoff=h%d`, id, id, id+1, id, id+1+took, id))...)
	}
	f.Events = func(yield func(Event) bool) {
		for _, e := range list {
			if !yield(e) {
				return
			}
		}
	}
	a := Build(f).Agents[1]
	equal(t, "adversary", a, Agent{Name: "adversary", Reasons: []Reason{}, Told: 3, Answered: 3, AnsweredMedian: minutes(3)})
	if got := median([]Span{4, 1, 3, 2}); got != 2 {
		t.Errorf("the median of four is %v", time.Duration(got))
	}
}

func TestOnlyTheLongestWaitsAreNamed(t *testing.T) {
	f := night()
	for i := range 3 * longestWaits {
		f.Handoffs = append(f.Handoffs, signal(fmt.Sprintf("%d claim(g%d) open", i, i)))
	}
	list := Build(f).Waits
	if len(list) != longestWaits || list[0].Took != minutes(600) {
		t.Errorf("%d waits, the first %v", len(list), list[0])
	}
}

func TestWhatTheOperatorHasToldAgainIsNoReminder(t *testing.T) {
	f := night(events("5 handoff.sent adversary handoff=h1 attempt=4\n35 handoff.sent adversary handoff=h1 attempt=5")...)
	f.Handoffs = signals("1 claim(g) taken")
	f.Handoffs[0].Base = 3
	if a := Build(f).Agents[1]; a.Told != 1 || a.Reminders != 1 {
		t.Errorf("told %d, reminded %d", a.Told, a.Reminders)
	}
}

func TestTellingsAndReminders(t *testing.T) {
	row := signal("1 claim(g) taken")
	row.Base = 2
	ended := row
	ended.Base = 0
	for name, c := range map[string]struct {
		row             handoff.Handoff
		events          string
		told, reminders int
	}{
		"told, reminded, told again for the operator": {row, `
			1 handoff.sent adversary handoff=h1 attempt=1
			31 handoff.sent adversary handoff=h1 attempt=2 reminder=1
			200 handoff.sent adversary handoff=h1 attempt=3 reminder=0`, 2, 1},
		"and then to the next session": {ended, `
			1 handoff.sent adversary handoff=h1 attempt=1
			31 handoff.sent adversary handoff=h1 attempt=2 reminder=1
			200 handoff.sent adversary handoff=h1 attempt=3 reminder=0
			230 handoff.sent adversary handoff=h1 attempt=4 reminder=1
			240 agent.exited adversary code=1
			241 handoff.sent adversary handoff=h1 attempt=1`, 3, 2},
		"old events tell by the row": {row, `
			200 handoff.sent adversary handoff=h1 attempt=3
			230 handoff.sent adversary handoff=h1 attempt=4`, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := night(events(c.events)...)
			f.Handoffs = []handoff.Handoff{c.row}
			if a := Build(f).Agents[1]; a.Told != c.told || a.Reminders != c.reminders {
				t.Errorf("told %d, reminded %d; not %d and %d", a.Told, a.Reminders, c.told, c.reminders)
			}
		})
	}
}
