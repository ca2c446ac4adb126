//go:build linux || darwin

package realcli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter/realcli/model"
)

// typist tells a running program one line. When it returns, the program is
// believed to have it.
type typist interface {
	tell(t *testing.T, line string)
}

// TestTenMessagesArriveWhole starts each program, types ten messages, and
// compares what the model was told with what was typed.
func TestTenMessagesArriveWhole(t *testing.T) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			Install(t, p.name)
			t.Parallel()
			s := startSession(t, p)
			var by typist = s
			told, busy := 0, 0
			for n, script := range scripts(p) {
				if script.busy && p.busy(s.look()) {
					busy++
				}
				if !script.busy {
					s.until("idle before message "+fmt.Sprint(n), 30*time.Second, func(l look) bool { return p.empty(l) && !p.busy(l) })
				}
				by.tell(t, message(n, script))
				told++
			}
			s.check(t, scripts(p))
			if p.queues && busy < 4 {
				t.Errorf("only %d of %d messages were typed while the program worked: that shows nothing about a busy one", busy, told)
			}
			t.Logf("%s: %d messages, %d of them while busy, %d submits pressed again", p.name, told, busy, s.again)
		})
	}
}

// script is one message of the test.
type script struct {
	size   int // bytes
	answer string
	busy   bool // typed without waiting for the answer to the one before
}

// scripts are ten messages: of all sizes up to the longest that is ever typed,
// around the length at which programs fold what is pasted, and with characters
// of several bytes.
func scripts(p program) []script {
	const quick = "[[say: noted]]"
	if !p.queues {
		return []script{
			{size: 60, answer: quick}, {size: 119, answer: quick}, {size: 120, answer: "[[run: echo hello]] [[say: ran]]"},
			{size: 400, answer: quick}, {size: 799, answer: quick}, {size: 800, answer: "[[slow: 1]]"}, {size: 801, answer: quick},
			{size: 999, answer: quick}, {size: 1000, answer: quick}, {size: 1000, answer: quick},
		}
	}
	return []script{
		{size: 60, answer: quick}, {size: 1000, answer: "[[run: echo hello]] [[say: ran]]"}, {size: 800, answer: "[[run: perl -e 'select undef,undef,undef,5']] [[say: ran]]"},
		{size: 400, answer: quick, busy: true}, {size: 801, answer: quick, busy: true}, {size: 119, answer: quick, busy: true},
		{size: 999, answer: quick}, {size: 120, answer: "[[slow: 4]]"},
		{size: 1000, answer: quick, busy: true}, {size: 60, answer: quick, busy: true},
	}
}

// message makes a line of exactly the size that a script wants.
func message(n int, s script) string {
	line := fmt.Sprintf("pawl:wake%02d %s claim(parser) – größer, ", n, s.answer)
	for k := 0; len(line) < s.size; k++ {
		line += fmt.Sprintf("word%d ", k)
	}
	return line[:s.size-1] + "."
}

// session is a program in its pane, with the model that it talks to.
type session struct {
	*pane
	program program
	model   *model.Server
	again   int // submit keys that had to be pressed again
}

func startSession(t *testing.T, p program) *session {
	t.Helper()
	server := startModel(t)
	repo := repository(t)
	env, args := Home(t, p.name, repo, server.BaseURL("worker"), Unattended)
	s := &session{pane: openPane(t, repo, env, append([]string{p.name}, args...)), program: p, model: server}
	s.until("start of "+p.name, time.Minute, p.empty)
	return s
}

// settle is the pause between a paste and its submit key.
const settle = 200 * time.Millisecond

// tell pastes, pauses and submits, and presses the key again where that had no
// effect although the program has read all its input.
func (s *session) tell(t *testing.T, line string) {
	t.Helper()
	s.until("an empty input line", 30*time.Second, func(l look) bool { return s.program.empty(l) && l.unread == 0 })
	pasted := time.Now()
	s.paste(line)
	s.until("the paste in the input line", 10*time.Second, func(l look) bool {
		return !s.program.empty(l) && l.unread == 0 && time.Since(pasted) >= settle
	})
	pressed := time.Now()
	s.press("Enter")
	s.until("an effect of the submit key", 30*time.Second, func(l look) bool {
		if l.unread == 0 && s.program.empty(l) {
			return true
		}
		if l.unread == 0 && time.Since(pressed) > 2*time.Second {
			s.again++
			text, _ := s.program.input(l)
			t.Logf("pressed again after %v: title %q, input line %q", time.Since(pressed), l.title, text)
			pressed = time.Now()
			s.press("Enter")
		}
		return false
	})
}

// check compares the model's record with what was typed.
func (s *session) check(t *testing.T, scripts []script) {
	t.Helper()
	s.until("an answer to each message", 60*time.Second, func(l look) bool {
		return len(s.model.Received()) >= len(scripts) && !s.program.busy(l)
	})
	got := s.model.Received()
	for n, script := range scripts {
		if want := message(n, script); n >= len(got) || got[n].Text != want {
			t.Errorf("message %d is not what the model was told next:\ntyped %q", n, want)
		}
	}
	if t.Failed() || len(got) != len(scripts) {
		var all []string
		for _, m := range got {
			all = append(all, fmt.Sprintf("%q", m.Text))
		}
		t.Errorf("the model was told %d texts for %d messages:\n%s", len(got), len(scripts), strings.Join(all, "\n"))
	}
}
