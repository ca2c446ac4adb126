package report

import (
	"cmp"
	"slices"
	"time"

	"pawl/handoff"
)

// What a handoff is waited for.
const (
	forTold     = "told"
	forAnswered = "answered"
)

// longestWaits is how many waits a report names.
const longestWaits = 8

// worthNaming is how long a wait must be to be named.
const worthNaming = Span(time.Minute)

// telling is what the events of the time say about one handoff.
type telling struct {
	sent  time.Time // when its session was told it first
	taken time.Time // when that session had it first
	stuck string    // what was in the way when people were told that it is stuck
}

// waits follows handoffs from seen to sent, and from taken to answered.
type waits struct {
	f      Facts
	rows   map[string]handoff.Handoff
	tales  map[string]*telling
	ended  map[string]time.Time // when each agent's last session ended
	list   []Wait
	medial map[subject][]Span // by what for and agent
}

func newWaits(f Facts) *waits {
	w := &waits{
		f: f, rows: map[string]handoff.Handoff{}, tales: map[string]*telling{},
		ended: map[string]time.Time{}, medial: map[subject][]Span{},
	}
	for _, h := range f.Handoffs {
		w.rows[h.ID] = h
	}
	return w
}

func (w *waits) see(e Event) {
	if e.Kind == "agent.exited" {
		w.ended[e.Agent] = e.Time
		return
	}
	id := e.text("handoff")
	t := w.tales[id]
	if t == nil {
		t = &telling{}
	}
	switch e.Kind {
	case "handoff.sent":
		w.sent(e, id, t)
	case "handoff.taken":
		// A session that ended has taken it with it.
		if t.taken.IsZero() || w.ended[e.Agent].After(t.taken) {
			t.taken = e.Time
		}
	case "handoff.stuck":
		t.stuck = e.text("why")
	case "handoff.answered":
		w.answered(e, id, t)
	default:
		return
	}
	w.tales[id] = t
}

// sent ends the wait for an agent to be told. Reminders end none.
func (w *waits) sent(e Event, id string, t *telling) {
	row, known := w.rows[id]
	if w.reminder(e) {
		return
	}
	from := later(row.SeenAt, w.f.Since)
	if again := w.ended[e.Agent]; again.After(from) && (!t.sent.IsZero() || row.SeenAt.Before(w.f.Since)) {
		from = again // what its last session was told is told to the next one
	}
	if !known || t.sent.After(from) {
		t.sent = e.Time
		return // it is told again, or since when it waited is not known
	}
	t.sent = e.Time
	w.add(Wait{Handoff: id, Label: e.text("label"), Agent: e.Agent, For: forTold, Since: Moment{from}, Why: t.stuck}, e.Time)
}

// reminder says that a telling is one more to the same session. One that the
// operator asked for is none. Older events do not say so: the row counts there.
func (w *waits) reminder(e Event) bool {
	if _, told := e.Data["reminder"]; told {
		return e.number("reminder") > 0
	}
	return e.number("attempt") > 1+w.rows[e.text("handoff")].Base
}

// answered ends the wait for an answer, where one was owed.
func (w *waits) answered(e Event, id string, t *telling) {
	row, known := w.rows[id]
	from := t.taken
	if from.IsZero() {
		from = row.TakenAt
	}
	if !known || from.IsZero() || !w.owes(row) {
		return
	}
	label := cmp.Or(e.text("label"), row.Label())
	w.add(Wait{Handoff: id, Label: label, Agent: row.Agent, For: forAnswered, Since: Moment{from}}, e.Time)
}

// owes says that a handoff asks its agent for something.
func (w *waits) owes(h handoff.Handoff) bool {
	if h.Kind == handoff.Inbox {
		return true
	}
	by := w.f.Rules.AnsweredBy(h)
	return by != "" && !h.Report(by)
}

func (w *waits) add(x Wait, until time.Time) {
	x.Took = between(x.Since.Time, until)
	w.list = append(w.list, x)
	if !x.Open {
		key := subject{x.For, x.Agent}
		w.medial[key] = append(w.medial[key], x.Took)
	}
}

func (w *waits) median(what, agent string) Span { return median(w.medial[subject{what, agent}]) }

// finish adds what is waited for now, and returns the longest waits with what
// held them up.
func (w *waits) finish(spells []spell) []Wait {
	for _, h := range w.f.Handoffs {
		t := w.tales[h.ID]
		if t == nil {
			t = &telling{}
		}
		x := Wait{Handoff: h.ID, Label: h.Label(), Agent: h.Agent, Open: true}
		switch {
		case h.State == handoff.Taken && w.owes(h):
			x.For, x.Since = forAnswered, Moment{h.TakenAt}
			if !t.taken.IsZero() && !w.ended[h.Agent].After(t.taken) {
				x.Since = Moment{t.taken} // the row's is that of the last reminder
			}
			w.add(x, w.f.Until)
		case h.State == handoff.Open, h.State == handoff.Queued, h.State == handoff.Sent:
			x.For, x.Since, x.Why = forTold, Moment{h.OpenedAt}, t.stuck
			w.add(x, w.f.Until)
		}
	}
	slices.SortStableFunc(w.list, func(a, b Wait) int { return cmp.Compare(b.Took, a.Took) })
	out := []Wait{}
	for _, x := range w.list {
		if len(out) == longestWaits || x.Took < worthNaming {
			break
		}
		if x.Why == "" {
			x.Why, x.Held = reason(x, spells)
		}
		out = append(out, x)
	}
	return out
}

// reason is the cause that held a wait's agent up for most of the time, if that
// was a tenth of the wait or more.
func reason(x Wait, all []spell) (cause string, held Span) {
	for _, c := range causes {
		if c == byOrigin || c == byConfig || c == byHeld {
			continue // a handoff that is known waits for none of these
		}
		var times []stretch
		for _, s := range all {
			from, to := later(s.from, x.Since.Time), s.to
			if end := x.Since.Add(time.Duration(x.Took)); to.After(end) {
				to = end
			}
			if s.cause == c && s.concerns(x.Agent) && to.After(from) {
				times = append(times, stretch{from, to})
			}
		}
		if sum := union(times); sum > held && sum > x.Took/10 {
			cause, held = c, sum
		}
	}
	return cause, held
}
