package loop

import (
	"maps"
	"strings"
	"time"

	"pawl/loop/ledger"
	"pawl/phases"
)

// phases moves the index as far as origin's tip says, and tells of markers
// that are there and not obeyed.
func (p *planner) phases() {
	seq := p.w.Config.Phases.Sequence
	l := &p.s.Loop
	seen := l.Cursor != "" || p.w.Origin.Looked && p.w.Origin.Err == ""
	if len(seq) > 0 && !seen && !l.Phase.Known {
		return // origin was never seen: the first phase that is not done is not known
	}
	p.markers(seq)
	if !p.s.Loop.Paused {
		next, changes := phases.Step(seq, l.Facts, l.Phase, p.w.Config.Phases.AutoAdvance)
		l.Phase = next
		for _, c := range changes {
			p.change(c)
		}
		p.onComplete()
	}
	p.doubts()
}

// markers tells once of each DONE, and of one that went away again.
func (p *planner) markers(seq []phases.Phase) {
	l := &p.s.Loop
	for _, ph := range seq {
		fact := l.Facts[ph.ID]
		switch _, told := l.Told["done:"+ph.ID]; {
		case fact.Done() && ph.ID == l.Phase.Current:
			if p.once("done:"+ph.ID, "done") {
				p.event("phase.done", "", "phase", ph.ID, "status", fact.Path, "commit", fact.Commit)
			}
		case !fact.Verdict.Done && told:
			delete(l.Told, "done:"+ph.ID)
			p.event("phase.reopened", "", "phase", ph.ID, "status", fact.Path)
		}
	}
}

// doubts tells once of what the current phase's STATUS says and is not obeyed:
// a DONE that is not borne out, and markers that are unclear.
func (p *planner) doubts() {
	id := p.s.Loop.Phase.Current
	fact := p.s.Loop.Facts[id]
	if why := strings.Join(fact.Missing, "; "); why != "" && p.once("unproven:"+id, fact.Commit+" "+why) {
		p.event("phase.unproven", "", "phase", id, "status", fact.Path, "commit", fact.Commit, "why", why)
	}
	said := map[string]bool{}
	for _, m := range fact.Verdict.Markers {
		key := unclear + id + ":" + m.Why + m.Text
		said[key] = true
		if !m.Obey && p.once(key, fact.Blob) {
			p.event("phase.unclear", "", "phase", id, "status", fact.Path, "line", m.Line, "marker", m.Text, "why", m.Why)
		}
	}
	// What the file does not say any more is forgotten: every pass reads what was told.
	maps.DeleteFunc(p.s.Loop.Told, func(key, _ string) bool { return strings.HasPrefix(key, unclear) && !said[key] })
}

// unclear begins the names under which it is remembered what was told of a marker.
const unclear = "unclear:"

func (p *planner) change(c phases.Change) {
	skipped := strings.Join(c.Skipped, " ")
	switch c.Kind {
	case phases.Entered:
		p.event("phase.entered", "", "phase", c.To, "skipped", skipped)
	case phases.Advanced:
		p.event("phase.advanced", "", "from", c.From, "to", c.To, "skipped", skipped)
		p.act(Action{Kind: Advance, Reason: c.From + " is done, " + c.To + " begins"})
	case phases.Resumed:
		p.event("sequence.resumed", "", "phase", c.To)
		p.act(Action{Kind: Advance, Reason: "the sequence goes on with " + c.To})
	case phases.FoundComplete:
		p.event("sequence.complete", "", "found", "at first sight")
	case phases.Completed:
		// An operator who went back and comes to the same end again has had
		// this told, and on_complete run.
		if !p.once("complete", p.s.Loop.Phase.Last) {
			return
		}
		p.event("sequence.complete", "", "last", c.From)
		p.act(Action{Kind: Complete, Reason: "the last phase, " + c.From + ", is done"})
	}
}

// CompleteSequence tells of a sequence that the operator has moved past its
// last phase, as reaching that does.
func CompleteSequence(s *ledger.State, now time.Time) {
	if s.Loop.Told["complete"] == s.Loop.Phase.Last {
		return
	}
	s.Loop.Told["complete"] = s.Loop.Phase.Last
	s.Events = append(s.Events, ledger.Event{
		Time: now, Kind: "sequence.complete", Data: map[string]any{"last": s.Loop.Phase.Last, "by": "the operator"},
	})
}

// onComplete wants the task agent that closes the sequence to run, once. It
// waits until something of the loop is wanted up, and for a task that was put
// down by name: a pass only reconciles what the operator asked for.
func (p *planner) onComplete() {
	l := p.s.Loop
	u := p.byName[p.w.Config.Phases.OnComplete]
	if u == nil || !l.Phase.Complete || l.Told["complete"] != l.Phase.Last || !p.loopIsUp() {
		return
	}
	agent := p.row(u)
	if agent.Wanted == ledger.Down || !p.once("on_complete", l.Phase.Last) {
		return
	}
	agent.Wanted, agent.Finished, agent.Parked = ledger.Up, false, false
	p.put(agent)
}

// loopIsUp says that some loop agent is wanted up.
func (p *planner) loopIsUp() bool {
	for _, u := range p.units {
		if u.Kind == "loop" && p.row(u).Wanted == ledger.Up {
			return true
		}
	}
	return false
}
