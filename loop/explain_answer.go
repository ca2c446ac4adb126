package loop

import (
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/ledger"
)

// answer is everything in one sentence: the first thing that is in the way, or
// whose turn it is.
func (x *explainer) answer() string {
	for _, say := range []func() string{x.stopped, x.stands, x.waiting, x.turn} {
		if text := say(); text != "" {
			return x.Name + " " + text
		}
	}
	return x.Name + " " + x.nothing()
}

// stopped is why it does not run and nothing will start it; "" when that is not so.
func (x *explainer) stopped() string {
	up := "; pawl up " + x.Name + " starts it"
	switch wanted := x.Wanted == ledger.Up || x.Wanted == ledger.Undecided && x.runs; {
	case x.Parked:
		return fmt.Sprintf("is parked after %d restarts%s again, and pawl logs %s shows why it ended%s", len(x.row.History.Restarts), up, x.Name, x.pending())
	case !wanted && x.runs:
		return "is stopping: the operator wants it down" + x.pending()
	case !wanted:
		return "is down" + up + x.pending()
	case x.p.unwanted(x.u) != "" && x.u.Kind == "loop":
		return "has nothing to do: the sequence is complete"
	case x.Finished && !x.runs:
		return "has run to its end" + up + " again" + x.pending()
	}
	return ""
}

// stands is why an agent that is wanted neither starts nor goes on.
func (x *explainer) stands() string {
	row, _ := x.p.session(x.u)
	switch {
	case x.State == unknown && x.runs && !x.blocked():
		return fmt.Sprintf("is left alone: what it does is not known (%s)%s", x.Evidence, x.pending())
	case x.Conflict != "":
		return "cannot run: " + x.Conflict + "; set project: or session: in pawl.yaml"
	case x.Paused != "":
		return "is held: " + x.p.pausedWhy(x.u) + "; pawl resume lets it go on" + x.pending()
	case x.Limit != nil:
		return "is held: " + x.limited() + x.pending()
	case !x.RestartAt.IsZero():
		return fmt.Sprintf("does not run: it is started again at %s: %s", x.at(x.RestartAt), handoff.Clean(x.Restart, 200))
	case x.starting:
		return "does not run yet: the next pass starts it"
	case !x.runs && x.Hold != "":
		return "does not run: " + x.Hold
	case x.blocked():
		return "is told nothing: " + x.Hold + x.pending()
	case row.State == ledger.Stopping:
		return "is stopping: " + handoff.Clean(row.Reason, 200)
	case row.State == ledger.Starting:
		return "is starting, since " + x.ago(row.CreatedAt)
	}
	return ""
}

func (x *explainer) limited() string {
	text := "the usage limit of account " + x.Limit.Account + " was reached"
	if x.Limit.Until.IsZero() {
		return text + ", its end is not known, and it is probed at " + x.at(x.Limit.NextAt)
	}
	return text + ", and it goes on at " + x.at(x.Limit.NextAt)
}

// waiting is what it is still to be told, and why it is not.
func (x *explainer) waiting() string {
	var first Standing
	var label string
	for _, s := range x.Handoffs {
		if s.State != handoff.Taken {
			first, label = s, s.Label()
			break
		}
	}
	if label == "" && len(x.Items) > 0 {
		it := x.Items[0]
		first.State, first.Reason, label = it.State, it.Reason, "a "+string(it.Kind)
		if was, ok := x.was.Items[it.ID]; !ok || was.State == handoff.Open {
			first.State = handoff.Open
		}
	}
	switch {
	case label != "" && first.State == handoff.Open:
		return fmt.Sprintf("is not told yet of %s: %s", label, first.Reason)
	case label != "":
		return fmt.Sprintf("is being told of %s, %s", label, first.Reason)
	}
	return ""
}

// blocked says that what is on its screen must be seen to by a person.
func (x *explainer) blocked() bool {
	r, screen := x.p.w.Readings[x.Name]
	switch {
	case !screen || !x.runs || x.Hold == "":
		return false
	case r.State == adapter.Waiting, r.State == adapter.Auth, r.State == adapter.Unknown:
		return true
	}
	return strings.HasPrefix(x.Hold, typed)
}

// turn is what the agent owes: it is its turn, and nobody else's.
func (x *explainer) turn() string {
	var owed []Standing
	for _, s := range x.Handoffs {
		if s.State == handoff.Taken && s.Owed {
			owed = append(owed, s)
		}
	}
	if len(owed) == 0 {
		return ""
	}
	text := "owes " + owed[0].Label()
	if len(owed) > 1 {
		text += fmt.Sprintf(" and %d more", len(owed)-1)
	}
	if x.State == "active" {
		return "works: it " + text + "; " + owed[0].Reason
	}
	return "waits: it " + text + "; " + owed[0].Reason
}

// nothing is the answer where nothing is in the way and nothing is to be done.
func (x *explainer) nothing() string {
	switch {
	case x.Service && x.runs:
		return "runs, since " + x.ago(x.Since)
	case x.State == "active":
		return "works; " + x.free() + x.unclear()
	}
	text := "has nothing to do: " + x.free() + x.unclear()
	for _, h := range x.p.w.Expired {
		if h.Agent == x.Name {
			text = fmt.Sprintf("did not answer %s, and owes nothing else; pawl handoffs retry %s has it told again, pawl handoffs dismiss %s -m WHY lets it be", h.Label(), h.ID, h.ID)
			break
		}
	}
	if l := x.p.s.Loop; l.OriginError != "" && !x.Service {
		text += "; origin cannot be seen (" + handoff.Clean(l.OriginError, 200) + "), and is asked again at " + x.at(l.NextLook)
	}
	if !x.NextWake.IsZero() {
		text += "; its schedule wakes it at " + x.at(x.NextWake)
	}
	return text
}

// free says that it owes nothing: of what is open, nothing asks it for an answer.
func (x *explainer) free() string {
	switch {
	case len(x.Handoffs) > 0:
		return "it owes nothing"
	case x.p.s.Loop.FetchedAt.IsZero():
		return "what is open is not known before origin is seen"
	}
	if h, found := x.awaited(); found {
		return "nothing is open for it; " + h.Agent + " has " + h.Label()
	}
	return "nothing is open"
}

// awaited is the newest handoff of somebody else whose answer this agent will be told.
func (x *explainer) awaited() (newest handoff.Handoff, found bool) {
	for _, id := range x.p.s.Order {
		h := x.p.s.Handoffs[id]
		if h.Agent == x.Name || h.Kind != handoff.Signal || h.State.Closed() || !x.p.owed(h) {
			continue
		}
		if answer, asked := x.p.w.Rules.Signal(x.p.w.Rules.AnsweredBy(h)); asked && slices.Contains(answer.Wakes, x.Name) {
			newest, found = h, true
		}
	}
	return newest, found
}

// unclear tells of the first marker that is there and not obeyed: the usual
// reason why a loop stands still with nothing open.
func (x *explainer) unclear() string {
	if x.Wait == nil {
		return ""
	}
	if len(x.Wait.Unclear) == 0 {
		return "; " + x.Wait.String()
	}
	m := x.Wait.Unclear[0]
	return fmt.Sprintf("; phase %s waits, as the marker at %s:%d is not obeyed: %s", x.Wait.ID, x.Wait.Status, m.Line, m.Why)
}

// pending counts what waits for an agent that cannot be told, and what it owes.
func (x *explainer) pending() string {
	untold, owed := len(x.Items), 0
	for _, s := range x.Handoffs {
		switch {
		case s.State != handoff.Taken:
			untold++
		case s.Owed:
			owed++
		}
	}
	text := ""
	switch {
	case untold == 1:
		text = "; one thing waits for it"
	case untold > 1:
		text = fmt.Sprintf("; %d things wait for it", untold)
	}
	switch {
	case owed == 1:
		text += "; it owes one answer"
	case owed > 1:
		text += fmt.Sprintf("; it owes %d answers", owed)
	}
	return text
}
