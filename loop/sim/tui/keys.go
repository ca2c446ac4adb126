package tui

import (
	"strings"
	"time"
)

// key takes one key.
func (m *model) key(k key, now time.Time) {
	switch {
	case k.kind == interrupt:
		m.interrupt(now)
	case m.fatal:
	case m.dialog:
		m.choose(k, now)
	default:
		m.edit(k, now)
	}
}

// interrupt is C-c: it cancels the dialog, or empties the input line, or ends the
// turn; and it ends the program when it is pressed again.
func (m *model) interrupt(now time.Time) {
	again := m.leaving(now)
	m.interrupted = now
	switch {
	case again:
		m.quit(now, 0, "exit 0")
	case m.dialog:
		m.choose(key{kind: escape}, now)
	case m.composer.text() != "":
		m.composer.clear()
	case m.turn != nil:
		m.drop(now)
		m.next(now)
	}
}

// leaving says that another C-c would end the program.
func (m *model) leaving(now time.Time) bool {
	return !m.interrupted.IsZero() && now.Sub(m.interrupted) <= exitWindow
}

// choose is a key in the dialog. What is typed there is lost.
func (m *model) choose(k key, now time.Time) {
	switch k.kind {
	case enter:
		m.dialog = false
		m.note(now, Entry{Dialog: "answered"})
	case escape:
		m.dialog = false
		m.note(now, Entry{Dialog: "cancelled"})
	}
}

func (m *model) edit(k key, now time.Time) {
	switch k.kind {
	case character:
		if !m.lastTyped.IsZero() && now.Sub(m.lastTyped) <= fastTyping {
			m.lastBurst = now
		}
		m.lastTyped = now
		m.composer.insert(k.text)
	case pasted:
		m.lastBurst = now
		m.paste(k.text)
	case backspace:
		m.composer.backspace()
	case clearInput:
		m.composer.clear()
	case escape:
		if m.turn != nil {
			m.drop(now)
			m.next(now)
		}
	case enter:
		m.enter(now)
	}
}

func (m *model) paste(text string) {
	switch {
	case text == "":
	case m.folding && len(text) > longPaste:
		m.composer.fold(text)
	default:
		m.composer.insert(text)
	}
}

func (m *model) enter(now time.Time) {
	switch {
	case m.swallow > 0:
		m.swallow--
	case m.pasteBurst && !m.lastBurst.IsZero() && now.Sub(m.lastBurst) <= burst:
		m.composer.insert("\n")
	case strings.TrimSpace(m.composer.text()) != "":
		text := m.composer.text()
		m.composer.clear()
		m.note(now, Entry{Text: text})
		m.take(text, now)
	}
}
