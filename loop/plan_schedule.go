package loop

import (
	"fmt"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/schedule"
)

// How late a pass may see a slot that counts as kept, at least and at most.
const (
	onTime      = 5 * time.Minute
	longestTick = 30 * time.Minute
)

// schedules decides about the slots that are due, and keeps one wake of each
// schedule for an agent that cannot be told now.
func (p *planner) schedules() {
	there := map[string]bool{}
	for _, u := range p.units {
		for _, t := range u.tables {
			there[t.Name] = true
			p.schedule(u, t)
		}
	}
	for name, seen := range p.s.Schedules {
		if !there[name] && !seen.Counted.IsZero() {
			seen.Counted = time.Time{} // should it come back, it counts from then
			p.s.Schedules[name] = seen
		}
	}
	p.oneOfEach()
}

func (p *planner) schedule(u *unit, t Timetable) {
	seen := p.s.Schedules[t.Name]
	if seen.Counted.IsZero() || seen.Counted.After(p.now) {
		// New, or the clock was set back: what lies between was not due twice.
		p.count(t, p.now.Truncate(time.Second))
		return
	}
	at, others := t.latest(p.s, p.now)
	if at.IsZero() || !p.keepsTime(u) {
		return
	}
	p.count(t, at)
	if p.decided(u, t.slotID(at)) {
		return // before the clock was set back
	}
	slot := ledger.Slot{ID: t.slotID(at), Agent: u.Name, Schedule: t.Name, At: at.UTC(), State: ledger.Fired, Missed: others, DecidedAt: p.now}
	if t.CatchUp == config.CatchUpSkip && p.now.Sub(t.due(at)) > p.tolerance(t, at) {
		slot.State, slot.Missed = ledger.Skipped, others+1
		p.s.Slots[slot.ID] = slot
		p.event("wake.skipped", u.Name, "schedule", t.Cron, "slot", clock(t, at), "missed", slot.Missed)
		return
	}
	slot.Item = slot.ID
	p.s.Slots[slot.ID] = slot
	p.s.PutItem(ledger.Item{ID: slot.Item, Agent: u.Name, Kind: delivery.Slot, State: handoff.Open, CreatedAt: p.now, Text: p.slotText(t, at, others)})
	p.event("wake.fired", u.Name, "schedule", t.Cron, "slot", clock(t, at), "missed", others, "item", slot.Item)
}

// decided says that a slot is behind its schedule: the ledger knows, or where that was
// lost, the record of the session that was told.
func (p *planner) decided(u *unit, slot string) bool {
	if _, known := p.s.Slots[slot]; known || u.obs == nil {
		return known
	}
	_, times := markFor(u.obs.Marks, slot)
	return times > 0
}

// tolerance is how late a slot may be seen and count as kept: as late as the
// passes lie apart, for they may be cron's, within a part of the schedule's own
// period. A longer time is one in which nobody looked.
func (p *planner) tolerance(t Timetable, at time.Time) time.Duration {
	between := p.now.Sub(p.s.Loop.LastPass)
	return max(onTime, min(between, longestTick, t.Schedule.Next(at).Sub(at)/4))
}

// count notes up to which moment a schedule's slots are decided about.
func (p *planner) count(t Timetable, at time.Time) {
	p.s.Schedules[t.Name] = ledger.Schedule{Name: t.Name, Agent: t.Agent, Counted: at.UTC()}
}

// keepsTime says that u's slots are decided about now. While it is down they
// wait, and are missed ones when it comes up.
func (p *planner) keepsTime(u *unit) bool {
	row := p.row(u)
	_, running := p.session(u)
	return !row.Finished && p.unwanted(u) == "" && (row.Wanted == ledger.Up || running)
}

// slotText is what an agent is told: when it was due, and the configured words.
func (p *planner) slotText(t Timetable, at time.Time, others int) string {
	text := t.Prompt
	if t.PromptFile != "" {
		text = p.w.Texts[t.PromptFile]
	}
	if strings.TrimSpace(text) == "" {
		text = "it is time for your scheduled turn; its prompt file " + t.PromptFile + " cannot be read"
		if p.once("prompt:"+t.Name, t.PromptFile) {
			p.event("prompt.missing", t.Agent, "file", t.PromptFile, "schedule", t.Cron)
		}
	}
	missed := ""
	switch {
	case others >= schedule.MaxCounted-1:
		missed = ", also for very many missed before"
	case others > 0:
		missed = fmt.Sprintf(", also for %d missed before", others)
	}
	return fmt.Sprintf("scheduled for %s%s: %s", t.Schedule.In(at).Format("15:04"), missed, oneLine(text, t.PromptFile))
}

// A wake is one line of bounded length; see delivery.MaxText.
const (
	longestTurn = 800 // bytes of a schedule's text that are told whole
	startOfTurn = 600 // bytes that are told of a longer one, before the file with all of it
)

func oneLine(text, file string) string {
	line := handoff.Clean(text, longestTurn+1)
	if len(line) <= longestTurn || file == "" {
		return line
	}
	return handoff.Cut(line, startOfTurn) + " (all of this is in " + file + "; read it first)"
}

// oneOfEach keeps of each schedule the newest wake that is not told yet, and none
// of a schedule that is not there any more.
func (p *planner) oneOfEach() {
	newest := map[string]string{}
	for _, u := range p.units {
		for _, t := range u.tables {
			newest[t.Name] = ""
		}
	}
	for _, id := range p.s.Pending {
		it := p.s.Items[id]
		if it.Kind != delivery.Slot || it.State != handoff.Open {
			continue
		}
		name, _, _ := strings.Cut(id, "-")
		older, there := newest[name]
		if !there {
			older = id
		} else if newest[name] = id; older == "" {
			continue
		}
		gone := p.s.Items[older]
		gone.State = handoff.Withdrawn
		p.s.Items[older] = gone
	}
}
