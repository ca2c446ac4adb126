package tui

import (
	"strconv"
	"strings"
	"time"
)

// kickoff takes the prompt that the program was started with.
func (m *model) kickoff(text string, now time.Time) {
	m.note(now, Entry{Text: text, Kickoff: true})
	m.take(text, now)
}

// take works on a submitted prompt now, or keeps it, or drops the turn for it.
func (m *model) take(text string, now time.Time) {
	if m.turn != nil && m.queue {
		m.queued = append(m.queued, text)
		return
	}
	if m.turn != nil {
		m.drop(now)
	}
	m.begin(text, now)
}

// begin starts the turn of a prompt, or refuses it under a limit.
func (m *model) begin(text string, now time.Time) {
	m.show(said, text)
	if m.limit != "" {
		m.show(fault, m.limit)
		m.note(now, Entry{Refused: text})
		m.owed = append(m.owed, text)
		return
	}
	m.turns++
	m.turn = &turn{id: m.turns, prompt: text, since: now, until: now.Add(m.work), running: m.script}
	if m.script {
		// A conversation keeps what a limit kept from being worked on: whoever says
		// "go on" gets it done.
		m.effects = append(m.effects, effect{deed: start, turn: m.turn.id, prompt: strings.Join(append(m.owed, text), "; ")})
	}
}

// next begins the queued prompts until one is worked on.
func (m *model) next(now time.Time) {
	for m.turn == nil && !m.fatal && len(m.queued) > 0 {
		text := m.queued[0]
		m.queued = m.queued[1:]
		m.begin(text, now)
	}
}

// tick ends a turn whose time is over. A dialog holds it up.
func (m *model) tick(now time.Time) {
	if t := m.turn; t != nil && !t.running && !m.dialog && !now.Before(t.until) {
		m.finish(now)
		m.next(now)
	}
}

func (m *model) finish(now time.Time) {
	m.endScript()
	if m.turn.prompt != "" {
		m.note(now, Entry{Finished: m.turn.prompt})
	}
	m.turn, m.owed = nil, nil
	if m.quote != "" {
		m.show(answer, m.quote)
		m.quote = ""
	}
	m.show(answer, "All done.")
}

// drop ends a turn without an answer.
func (m *model) drop(now time.Time) {
	m.endScript()
	if m.turn.prompt != "" {
		m.note(now, Entry{Dropped: m.turn.prompt})
	}
	m.turn = nil
	m.show(output, "Interrupted")
}

func (m *model) endScript() {
	if m.turn.running {
		m.effects = append(m.effects, effect{deed: stop, turn: m.turn.id})
	}
}

// scriptPrinted takes a line of a turn's script; those of a dropped turn are lost.
func (m *model) scriptPrinted(id int, line string) {
	if m.turn != nil && m.turn.id == id {
		m.show(output, plain(line))
	}
}

// scriptEnded takes the end of a turn's script; fault is "" when it succeeded.
func (m *model) scriptEnded(id int, fault string, now time.Time) {
	if m.turn == nil || m.turn.id != id {
		return
	}
	m.turn.running = false
	if fault != "" {
		m.show(answer, "The script failed: "+fault)
	}
	m.tick(now)
}

// obey carries out an order. It is noted first, so that the record says in which
// order things happened.
func (m *model) obey(line string, now time.Time) {
	o, err := parseOrder(line)
	if err != nil {
		m.note(now, Entry{Error: err.Error()})
		return
	}
	m.note(now, Entry{Order: strings.TrimSpace(line)})
	switch o.name {
	case "limit":
		m.setLimit(o.text, now)
	case "nolimit":
		m.limit = ""
	case "fatal":
		m.fatal = true
		if m.turn != nil {
			m.drop(now)
		}
	case "busy":
		m.beBusy(o.d, now)
	case "idle":
		if m.turn != nil {
			m.finish(now)
			m.next(now)
		}
	case "exit":
		m.quit(now, o.n, "exit "+strconv.Itoa(o.n))
	default:
		m.arrange(o)
	}
}

// arrange carries out the orders that set one thing.
func (m *model) arrange(o order) {
	switch o.name {
	case "swallow":
		m.swallow = o.n
	case "fold":
		m.folding = true
	case "dialog", "nodialog":
		m.dialog = o.name == "dialog"
	case "type":
		m.composer.insert(o.text)
	case "quote":
		m.quote = o.text
	case "hang", "unhang":
		m.hung = o.name == "hang"
	case "slow":
		m.slow = o.d
	case "paint":
		m.show(noise, "░▒▓ ⠋⠙⠹ ◐◓◑ 42% ──── ╭╮╰╯ \u00b7\u00b7\u00b7 0x1b ▓▒░")
	}
}

func (m *model) setLimit(text string, now time.Time) {
	m.limit = text
	if m.turn != nil {
		m.owed = append(m.owed, m.turn.prompt)
		m.drop(now)
	}
	m.show(fault, text)
	m.next(now)
}

// beBusy makes the turn end d from now; without one, it begins one of no prompt.
func (m *model) beBusy(d time.Duration, now time.Time) {
	if m.turn == nil {
		m.turns++
		m.turn = &turn{id: m.turns, since: now}
	}
	m.turn.until = now.Add(d)
}
