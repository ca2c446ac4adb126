package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// play drives a model by words: a key's name, "keys TEXT" (10 ms apart), "fast
// TEXT" (1 ms apart), "paste TEXT", "wait D", or an order. It returns what was
// recorded, in words.
func play(t *testing.T, m *model, steps ...string) []string {
	t.Helper()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var record []string
	for _, step := range steps {
		word, rest, _ := strings.Cut(step, " ")
		switch word {
		case "keys", "fast":
			for _, r := range rest {
				if now = now.Add(time.Millisecond); word == "keys" {
					now = now.Add(9 * time.Millisecond)
				}
				m.key(key{character, string(r)}, now)
			}
		case "paste":
			m.key(key{pasted, rest}, now)
		case "wait":
			d, err := time.ParseDuration(rest)
			if err != nil {
				t.Fatal(err)
			}
			now = now.Add(d)
			m.tick(now)
		case "enter", "escape", "backspace", "clear", "interrupt":
			m.key(key{kind: kind(word)}, now)
		case "kickoff":
			m.kickoff(rest, now)
		case "script":
			m.scriptEnded(m.turns, rest, now)
		default:
			m.obey(step, now)
		}
		for _, e := range m.drain() {
			if words := inWords(e); words != "" {
				record = append(record, words)
			}
		}
	}
	return record
}

func inWords(e effect) string {
	n := e.entry
	switch {
	case e.deed == start:
		return "start " + e.prompt
	case e.deed == stop:
		return "stop"
	case e.deed == quit:
		return fmt.Sprintf("quit %d", e.code)
	case n.Kickoff:
		return "kickoff " + n.Text
	case n.Text != "":
		return "text " + n.Text
	case n.Finished != "":
		return "finished " + n.Finished
	case n.Dropped != "":
		return "dropped " + n.Dropped
	case n.Refused != "":
		return "refused " + n.Refused
	case n.Dialog != "":
		return "dialog " + n.Dialog
	case n.Error != "":
		return "error"
	}
	return "" // an order, or the words before a quit
}

func TestModel(t *testing.T) {
	queues := behaviour{queue: true, work: time.Second}
	steers := behaviour{work: time.Second}
	bursts := behaviour{queue: true, work: time.Second, pasteBurst: true}
	scripts := behaviour{queue: true, work: time.Second, script: true}
	long := strings.Repeat("x", longPaste+1)
	for _, test := range []struct {
		name     string
		b        behaviour
		steps    []string
		record   []string
		composer string
	}{
		{"a prompt is worked on", queues, []string{"keys hi", "enter", "wait 1s"}, []string{"text hi", "finished hi"}, ""},
		{"it takes its time", queues, []string{"keys hi", "enter", "wait 999ms"}, []string{"text hi"}, ""},
		{"a blank line is no prompt", queues, []string{"keys   ", "enter"}, nil, "  "},
		{"backspace and C-u", queues, []string{"keys abc", "clear", "keys de", "backspace"}, nil, "d"},
		{"the kickoff is a turn", queues, []string{"kickoff go", "wait 1s"}, []string{"kickoff go", "finished go"}, ""},
		{"a newline in a paste does not submit", queues, []string{"paste a\nb", "enter"}, []string{"text a\nb"}, ""},

		{"a busy program queues", queues, []string{"keys a", "enter", "keys b", "enter", "keys c", "enter", "wait 1s", "wait 1s"},
			[]string{"text a", "text b", "text c", "finished a", "finished b"}, ""},
		{"a busy program is steered", steers, []string{"keys a", "enter", "keys b", "enter", "wait 1s"}, []string{"text a", "text b", "dropped a", "finished b"}, ""},
		{"escape interrupts", queues, []string{"keys a", "enter", "escape", "wait 1s"}, []string{"text a", "dropped a"}, ""},
		{"escape leaves what is typed", queues, []string{"keys a", "escape"}, nil, "a"},
		{"C-c empties, then interrupts", queues, []string{"keys a", "enter", "keys b", "interrupt", "wait 3s"}, []string{"text a", "finished a"}, ""},
		{"C-c interrupts", queues, []string{"keys a", "enter", "interrupt"}, []string{"text a", "dropped a"}, ""},
		{"C-c twice ends", queues, []string{"interrupt", "wait 2s", "interrupt"}, []string{"quit 0"}, ""},
		{"C-c twice slowly does not", queues, []string{"interrupt", "wait 2001ms", "interrupt"}, nil, ""},

		{"an Enter right after a paste is a newline", bursts, []string{"paste a", "wait 120ms", "enter"}, nil, "a\n"},
		{"a later one submits", bursts, []string{"paste a", "wait 121ms", "enter"}, []string{"text a"}, ""},
		{"an Enter right after fast typing is a newline", bursts, []string{"fast ab", "enter"}, nil, "ab\n"},
		{"slow typing is typing", bursts, []string{"keys ab", "enter"}, []string{"text ab"}, ""},
		{"one character is not fast", bursts, []string{"fast a", "enter"}, []string{"text a"}, ""},
		{"without the option it submits", queues, []string{"paste a", "enter"}, []string{"text a"}, ""},

		{"Enters are swallowed", queues, []string{"swallow 2", "paste a", "enter", "enter", "enter"}, []string{"text a"}, ""},
		{"a long paste is folded, and submitted whole", queues, []string{"fold", "paste " + long, "enter"}, []string{"text " + long}, ""},
		{"a short one is not", queues, []string{"fold", "paste ab", "backspace"}, nil, "a"},
		{"a folded paste is deleted at once", queues, []string{"fold", "keys a", "paste " + long, "backspace"}, nil, "a"},
		{"somebody has typed", queues, []string{"type half", "keys X", "enter"}, []string{"text halfX"}, ""},

		{"any Enter answers a dialog", queues, []string{"keys a", "dialog", "paste lost", "enter"}, []string{"dialog answered"}, "a"},
		{"escape cancels it", queues, []string{"dialog", "escape"}, []string{"dialog cancelled"}, ""},
		{"C-c cancels it", queues, []string{"dialog", "interrupt"}, []string{"dialog cancelled"}, ""},
		{"it goes away by itself", queues, []string{"dialog", "nodialog", "keys a", "enter"}, []string{"text a"}, ""},
		{"it holds up a turn", queues, []string{"keys a", "enter", "dialog", "wait 5s", "enter", "wait 1ms"}, []string{"text a", "dialog answered", "finished a"}, ""},

		{"a limit refuses", queues, []string{"limit no more", "keys a", "enter", "nolimit", "keys b", "enter", "wait 1s"},
			[]string{"text a", "refused a", "text b", "finished b"}, ""},
		{"a limit ends the turn and refuses what is queued", queues, []string{"keys a", "enter", "keys b", "enter", "limit no more", "wait 1s"},
			[]string{"text a", "text b", "dropped a", "refused b"}, ""},
		{"a fatal program does nothing more", queues, []string{"keys a", "enter", "fatal", "keys b", "enter", "wait 1s"}, []string{"text a", "dropped a"}, ""},
		{"a fatal program still ends", queues, []string{"fatal", "interrupt", "interrupt"}, []string{"quit 0"}, ""},

		{"busy queues too", queues, []string{"busy 5s", "keys a", "enter", "wait 4s", "wait 1s", "wait 1s"}, []string{"text a", "finished a"}, ""},
		{"busy makes a turn longer", queues, []string{"keys a", "enter", "busy 5s", "wait 4s", "wait 1s"}, []string{"text a", "finished a"}, ""},
		{"idle ends it", queues, []string{"keys a", "enter", "idle"}, []string{"text a", "finished a"}, ""},
		{"exit", queues, []string{"exit 3"}, []string{"quit 3"}, ""},
		{"a wrong order", queues, []string{"exot 3"}, []string{"error"}, ""},

		{"a turn lasts as long as its script", scripts, []string{"keys a", "enter", "wait 5s", "script"}, []string{"text a", "start a", "finished a"}, ""},
		{"and at least its time", scripts, []string{"keys a", "enter", "script", "wait 1s"}, []string{"text a", "start a", "finished a"}, ""},
		{"an interrupted script is stopped", scripts, []string{"keys a", "enter", "escape", "script"}, []string{"text a", "start a", "stop", "dropped a"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newModel(test.b)
			if got := play(t, m, test.steps...); !slices.Equal(got, test.record) {
				t.Errorf("recorded %q, want %q", got, test.record)
			}
			if got := m.composer.text(); got != test.composer {
				t.Errorf("the input line holds %q, want %q", got, test.composer)
			}
		})
	}
}

func TestHistoryIsBounded(t *testing.T) {
	m := newModel(behaviour{})
	for range 3 * mostHistory {
		m.show(answer, "x")
	}
	if len(m.history) != mostHistory || m.gone != 2*mostHistory {
		t.Errorf("%d blocks kept, %d gone", len(m.history), m.gone)
	}
}
