package loop

import (
	"fmt"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
)

// handoffs explains each that is open now, also where the next pass closes it.
func (x *explainer) handoffs() {
	for _, id := range x.p.handoffsOf(x.Name) {
		was, known := x.was.Handoffs[id]
		now := x.p.s.Handoffs[id]
		if known && was.State.Closed() || !known && now.State.Closed() {
			continue
		}
		if !known {
			was = now // what the preview derived is open, whatever it plans to do with it
			if was.State == handoff.Queued {
				was.State = handoff.Open
			}
		}
		s := Standing{Handoff: was, Owed: x.p.owed(was)}
		s.Reason, s.NextAt, s.Next = x.standing(was, now)
		if !s.NextAt.After(x.p.now) {
			s.NextAt, s.Next = x.NextPass, "the next pass"
		}
		x.Handoffs = append(x.Handoffs, s)
	}
}

// standing says why a handoff is where it is, and what happens when. Without a
// moment it is the next pass.
func (x *explainer) standing(was, now handoff.Handoff) (why string, at time.Time, next string) {
	switch {
	case now.State.Closed():
		return "the next pass closes it: " + closing(now), at, ""
	case was.State == handoff.Open:
		at, next = x.unblocked()
		return x.untold(was.ID), at, next
	case was.State == handoff.Queued || was.State == handoff.Sent:
		return x.onItsWay(was.ID), at, ""
	}
	return x.taken(was, now)
}

func closing(h handoff.Handoff) string {
	text := string(h.State)
	if h.AnsweredBy != "" {
		text += " by commit " + handoff.Short(h.AnsweredBy)
	}
	if h.Why != "" {
		text += ", " + h.Why
	}
	return text
}

// untold says which rule keeps an open handoff or item from being told.
func (x *explainer) untold(id string) string {
	switch {
	case x.carriedNext(id):
		return "the next pass tells it"
	case x.Hold != "":
		return x.Hold
	case x.kickoffFirst(id):
		return "the session's first instructions go out before it"
	}
	return "the wake before it is full; it goes into the next one"
}

// carriedNext says that the decision made a wake with the item.
func (x *explainer) carriedNext(id string) bool {
	for _, a := range x.d.Actions {
		if a.Kind != Wake || a.Agent != x.Name {
			continue
		}
		if _, old := x.was.Wakes[a.WakeID]; old {
			continue
		}
		for _, it := range x.p.s.Wakes[a.WakeID].Items {
			if it.ID == id {
				return true
			}
		}
	}
	return false
}

func (x *explainer) kickoffFirst(id string) bool {
	it := x.p.s.Items[kickoffID(x.Generation)]
	return it.ID != id && it.Waits()
}

// unblocked is when what holds the agent back is looked into, if that is no
// matter of the next pass.
func (x *explainer) unblocked() (at time.Time, next string) {
	switch l := x.p.s.Loop; {
	case x.Paused != "" || x.p.unwanted(x.u) != "":
		return at, ""
	case x.Limit != nil && x.Limit.Until.IsZero():
		return x.Limit.NextAt, "the usage limit is probed"
	case x.Limit != nil:
		return x.Limit.NextAt, "the usage limit is over"
	case !x.RestartAt.IsZero():
		return x.RestartAt, "it is started"
	case !x.runs && !x.starting && x.u.Kind == "loop" && len(x.p.w.Config.Phases.Sequence) > 0 && !l.Phase.Known:
		return l.NextLook, "origin is looked at"
	}
	return at, ""
}

// onItsWay says how far the wake with an item came. Until something shows that
// it was taken, each pass looks.
func (x *explainer) onItsWay(id string) string {
	var why string
	w, ok := x.wake(id)
	switch {
	case !ok:
		why = "it was told to this session, and the program has not read it yet"
	case w.State == delivery.Queued:
		why = fmt.Sprintf("in wake %s, which is on its way since %s", w.ID, x.ago(w.CreatedAt))
	default:
		why = fmt.Sprintf("in wake %s, which the session was given %s ago; nothing shows yet that it took it", w.ID, x.ago(w.SentAt))
	}
	if x.Hold != "" && !strings.HasPrefix(x.Hold, "wake ") {
		why += "; " + x.Hold
	}
	return why
}

// taken explains a handoff that the agent has: it is the agent's turn.
func (x *explainer) taken(was, now handoff.Handoff) (why string, at time.Time, next string) {
	told := "told " + x.ago(was.TakenAt) + " ago"
	if n := was.Reminders(); n > 0 {
		told += fmt.Sprintf(" and reminded %s", times(n))
	}
	if !x.p.owed(was) {
		return told + "; it brings a result and asks for nothing: a later claim or its phase's DONE closes it", x.NextLook, "origin is looked at"
	}
	switch {
	case now.State == handoff.Queued:
		return told + "; the next pass reminds the agent", at, ""
	case x.frozen() != "":
		at, next = x.unblocked()
		return told + "; its clock stands still: " + x.frozen(), at, next
	case !x.p.stillThere(was):
		return told + "; a newer letter lies there, and the agent is not reminded of this one", x.NextLook, "origin is looked at"
	case now.RemindAt.IsZero():
		return told + "; nobody is reminded of it", x.NextLook, "origin is looked at"
	case now.RemindAt.After(x.p.now):
		return fmt.Sprintf("%s; the agent %s; %s at %s%s", told, x.busy(), x.sequel(was), x.at(now.RemindAt), x.onceIdle()),
			now.RemindAt, x.sequel(was)
	}
	why = fmt.Sprintf("%s; %s since %s, and waits until the agent is idle", told, x.overdue(was), x.at(now.RemindAt))
	if x.Hold != "" {
		why += ": " + x.Hold
	}
	return why, at, ""
}

// frozen is why the agent's clocks stand still; "" when they run.
func (x *explainer) frozen() string { return x.p.frozen(x.u) }

// sequel is what silence leads to.
func (x *explainer) sequel(h handoff.Handoff) string {
	if h.Reminders() >= x.p.w.Config.Handoff.GiveUpAfter {
		return "it expires"
	}
	return "the agent is reminded"
}

func (x *explainer) overdue(h handoff.Handoff) string {
	if h.Reminders() >= x.p.w.Config.Handoff.GiveUpAfter {
		return "it is to expire"
	}
	return "a reminder is due"
}

// onceIdle is the condition on what is due: an agent at work is left alone.
func (x *explainer) onceIdle() string {
	if x.State == "idle" {
		return ""
	}
	return " or once it is idle"
}

// busy is what the agent does, as a part of a sentence.
func (x *explainer) busy() string {
	switch x.State {
	case "active":
		return "works"
	case "idle":
		return "is idle"
	case "waiting":
		return "waits for a person"
	case "limited":
		return "stopped at a usage limit"
	case "starting":
		return "is starting"
	}
	return "is in a state that is not known"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// ago is how long a moment lies back, in at most two units.
func (x *explainer) ago(t time.Time) string { return Ago(x.p.now.Sub(t)) }

// at is a moment on the clock of whoever asks, with its day where that is another one.
func (x *explainer) at(t time.Time) string {
	t = t.In(x.p.now.Location())
	if t.Format(time.DateOnly) == x.p.now.Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}
