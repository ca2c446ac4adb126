package report

import "pawl/handoff"

// Build makes the report. It reads f.Events once, in their order, and keeps of
// them what belongs to the agents, handoffs and phases that they are about.
func Build(f Facts) Report {
	b := builder{
		f: f, troubles: newTroubles(f), crew: newCrew(f.Agents), waits: newWaits(f), sequence: newSequence(f.Phase),
		tables: newTimetables(),
	}
	if f.Events != nil {
		for e := range f.Events {
			b.see(e)
		}
	}
	return b.finish()
}

// builder puts a report together, event by event.
type builder struct {
	f        Facts
	n        int
	troubles *troubles
	crew     *crew
	waits    *waits
	sequence *sequence
	tables   *timetables
	flawed   []Event // signals that could not be read as they were meant
	failed   []Event // findings in what came
}

func (b *builder) see(e Event) {
	b.n++
	reminder := e.Kind == "handoff.sent" && b.waits.reminder(e)
	b.crew.see(e, e.Kind == "agent.exited" && b.troubles.crash(e), reminder)
	b.troubles.see(e)
	b.waits.see(e)
	b.sequence.see(e)
	b.tables.see(e)
	switch e.Kind {
	case "signal.malformed":
		b.flawed = append(b.flawed, e)
	case "check.failed":
		b.failed = append(b.failed, e)
	}
}

func (b *builder) finish() Report {
	f := b.f
	b.troubles.standing(f)
	r := Report{
		Project: handoff.Clean(f.Project, maxText), Since: Moment{f.Since}, Until: Moment{f.Until}, Events: b.n,
		Gates: gates(f), Phases: b.sequence.finish(f.Phase), Waits: b.waits.finish(b.troubles.closed),
		Agents: b.crew.finish(b.waits, f.Commits), Commits: commits(f),
		Limits: append([]Hold{}, b.troubles.holds...), Schedules: b.tables.finish(), Lost: lost(b.troubles.closed),
	}
	if f.KnownFrom.After(f.Since) {
		r.KnownFrom = Moment{f.KnownFrom}
	}
	r.Needs = append(needs(f, b.troubles.idle, b.stuck), append(flawedNeeds(b.flawed), failedNeeds(b.failed)...)...)
	return r
}

// stuck is what was in a handoff's way when people were told.
func (b *builder) stuck(id string) string {
	if t := b.waits.tales[id]; t != nil {
		return t.stuck
	}
	return ""
}

func commits(f Facts) Commits {
	c := Commits{Others: []Author{}, Unknown: handoff.Clean(f.NoCommits, maxText)}
	for _, credit := range f.Commits {
		c.Total += credit.Commits
		if !credit.Agent {
			c.Others = append(c.Others, Author{credit.Name, credit.Commits})
		}
	}
	return c
}

// timetables count what became of the moments of schedules.
type timetables struct {
	order []subject
	rows  map[subject]*Schedule
}

func newTimetables() *timetables { return &timetables{rows: map[subject]*Schedule{}} }

func (t *timetables) see(e Event) {
	if e.Kind != "wake.fired" && e.Kind != "wake.skipped" {
		return
	}
	key := subject{e.text("schedule"), e.Agent}
	row := t.rows[key]
	if row == nil {
		row = &Schedule{Agent: e.Agent, Schedule: key.cause}
		t.rows[key] = row
		t.order = append(t.order, key)
	}
	if e.Kind == "wake.skipped" {
		row.Skipped += max(e.number("missed"), 1)
		return
	}
	row.Fired++
	row.Missed += e.number("missed")
	row.Last = Moment{e.Time}
}

func (t *timetables) finish() []Schedule {
	out := []Schedule{}
	for _, key := range t.order {
		out = append(out, *t.rows[key])
	}
	return out
}
