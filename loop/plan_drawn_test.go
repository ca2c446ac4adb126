package loop

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pawl/loop/adapter"
)

// shows draws an agent's screen. A message is what a limit or a full context
// says, and the row that anything else is read from.
func (s *scene) shows(agent string, state adapter.State, message string) {
	s.drawn[agent] = true
	if p := s.program(agent); p != nil {
		p.screen = &adapter.Reading{State: state, Evidence: message, Banner: message, Composer: adapter.Composer{Found: state == adapter.Idle && s.composes(agent)}}
	}
}

func (s *scene) composes(agent string) bool {
	a, _ := s.cfg.Agent(agent)
	profile := s.cfg.Adapters[a.Adapter]
	return profile.Detect.Composer != "" || !profile.NeedsTerminal()
}

func (s *scene) readings() map[string]adapter.Reading {
	out := map[string]adapter.Reading{}
	for _, p := range s.programs {
		if p.obs.Alive && p.screen != nil {
			out[p.obs.Agent] = *p.screen
		}
		if p.obs.Alive && p.turns != nil {
			out[p.obs.Agent] = p.turns.Reading()
		}
	}
	return out
}

// reads is a program that takes its input: one with a screen sets to work.
func (s *scene) reads(p *program, at time.Time) {
	if !s.mute[p.obs.Agent] {
		p.obs.Output = at
	}
	if p.screen != nil && !s.dull[p.obs.Agent] {
		p.screen = &adapter.Reading{State: adapter.Active}
	}
}

// typing shows the first n characters of the agent's newest wake in its input line.
func (s *scene) typing(agent string, n int) {
	row := s.shelf.Load()
	for _, w := range row.Wakes {
		if w.Agent == agent {
			s.program(agent).screen.Composer.Text = strings.ReplaceAll(w.Text, " ", "")[:n]
		}
	}
}

// lies makes the newest wake of an agent one that was typed into its input line
// and not submitted.
func (s *scene) lies(agent string) {
	p := s.program(agent)
	m := &p.obs.Marks[len(p.obs.Marks)-1]
	m.Begun, m.Written, m.Drained = m.Written, time.Time{}, time.Time{}
	p.obs.Lying, p.obs.Pending = m.ID+" "+p.texts[len(p.texts)-1], 0
	p.screen.Composer = adapter.Composer{Found: true, Text: strings.ReplaceAll(p.obs.Lying, " ", "")}
}

// submit is what a launcher does first with what it typed and did not submit.
// It types nothing behind a person's text.
func (p *program) submit(now time.Time) bool {
	if p.screen != nil && p.screen.Composer.Text != "" && p.screen.Composer.Text != strings.ReplaceAll(p.obs.Lying, " ", "") {
		return false
	}
	for i, m := range p.obs.Marks {
		if !m.Begun.IsZero() {
			p.obs.Marks[i].Begun, p.obs.Marks[i].Written = time.Time{}, now
			p.screen.Composer.Text, p.obs.Lying = "", ""
		}
	}
	return true
}

// reboot is fall, with all that sessions had said of themselves.
func (s *scene) reboot() {
	for _, p := range s.programs {
		p.wiped = true
	}
	s.fall()
}

// fall ends all sessions at once, and leaves no trace of them.
func (s *scene) fall() {
	for name, p := range s.programs {
		s.past = append(s.past, p)
		delete(s.programs, name)
	}
}

// lawful fails if a plan touches what a limit or a dialog forbids.
func (s *scene) lawful(w World, d Decision) {
	s.t.Helper()
	for _, a := range d.Actions {
		cfg, ok := s.cfg.Agent(a.Agent)
		if !ok {
			continue
		}
		l := d.After.Limits[accountOf(cfg, d.After)]
		state := w.Readings[a.Agent].State
		switch a.Kind {
		case Wake:
			if state == adapter.Waiting || state == adapter.Auth {
				s.fail("%s is told something while its screen says %s", a.Agent, state)
			}
			if l.Holds(a.Agent) && (l.Asked != a.Agent || !l.Until.IsZero()) {
				s.fail("%s is told something while it is held: %+v", a.Agent, l)
			}
		case Start, Restart:
			if l.Holds(a.Agent) {
				s.fail("%s is started while it is held: %+v", a.Agent, l)
			}
		}
	}
}

func (s *scene) expectHeld(agent, clock string) string {
	got := "-"
	if t := HeldUntil(s.cfg, s.shelf.Load(), agent); !t.IsZero() {
		got = t.UTC().Format(time.TimeOnly)
	}
	if got != clock {
		return fmt.Sprintf("it is held until %s", got)
	}
	return ""
}

// drawn makes agents whose program draws a screen and expects its prompt as an
// argument.
func drawn(y *setup) {
	y.agents = []string{"builder: {kind: loop, role: builder, adapter: tui}", "adversary: {kind: loop, role: adversary, adapter: tui}"}
	y.launcher = "tmux"
	y.top = append(slices.Clone(y.top), "supervise: {backoff: {jitter: 0}}")
}
