package model

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// step is one directive.
type step struct{ name, value string }

var directive = regexp.MustCompile(`(?s)\[\[(run|ask|slow|hang|say|limit|429|fail)(?::\s*(.*?))?\s*\]\]`)

// steps are the directives of a text, in order.
func steps(text string) []step {
	var all []step
	for _, m := range directive.FindAllStringSubmatch(text, -1) {
		all = append(all, step{name: m[1], value: m[2]})
	}
	return all
}

// longest bounds what a script may ask for.
const longest = 24 * time.Hour

// duration is a step's number of seconds; without a sensible one it is otherwise.
func (s step) duration(otherwise time.Duration) time.Duration {
	n, err := strconv.ParseFloat(s.value, 64)
	if err != nil || !(n >= 0 && n <= longest.Seconds()) {
		return otherwise
	}
	return time.Duration(n * float64(time.Second))
}

// number is a step's whole number; without one it is otherwise.
func (s step) number(otherwise int) int {
	n, err := strconv.Atoi(s.value)
	if err != nil {
		return otherwise
	}
	return n
}

// suggestion begins a request for what the user might type next.
const suggestion = "[SUGGESTION MODE"

// decide works out what a request is answered with. The caller holds the lock.
func (s *Server) decide(c call, now time.Time) (Request, reply) {
	text, results := c.talk.last()
	r := Request{Instance: c.instance, Path: c.path, Agent: len(c.talk.tools) > 0 && !strings.HasPrefix(text, suggestion), At: now}
	if !r.Agent {
		r.Step = "aside"
		return r, reply{text: []string{aside(text)}}
	}
	i := s.of(c.instance)
	if now.Before(i.reset) {
		r.Step = "limit"
		return r, reply{refuse: &refusal{status: http.StatusTooManyRequests, reset: i.reset}}
	}
	script := text
	if i.script != nil {
		script += "\n" + i.script(text)
	}
	for _, next := range steps(script) {
		if next.name == "run" || next.name == "ask" {
			if results > 0 {
				results--
				continue
			}
			if c.talk.shell() == "" {
				continue
			}
		}
		if out, obeyed := i.obey(next, text, c.talk.shell(), now); obeyed {
			r.Step = next.name
			return r, out
		}
	}
	r.Step = "done"
	return r, reply{text: []string{"All done. (ok: " + head(text) + ")"}}
}

// aside answers what is no turn of the agent: a title, or a suggestion of which
// there is none.
func aside(text string) string {
	if strings.HasPrefix(text, suggestion) {
		return ""
	}
	return "Scripted title"
}

// head is how a plain text begins, without its directives.
func head(text string) string {
	words := strings.Fields(directive.ReplaceAllString(text, ""))
	return strings.Join(words[:min(len(words), 8)], " ")
}

// obey is the answer that a step asks for. A refusal that is over is passed by.
func (i *instance) obey(s step, text, shell string, now time.Time) (reply, bool) {
	switch s.name {
	case "run", "ask":
		return reply{text: []string{"Running the scripted command."}, tool: toolCall(shell, s.value, s.name == "ask")}, true
	case "slow":
		return slow(s.duration(time.Second)), true
	case "hang":
		return reply{wait: s.duration(time.Second), text: []string{"Done after a pause."}}, true
	case "limit":
		if i.limits[text] {
			return reply{}, false
		}
		i.limits[text] = true
		i.reset = now.Add(s.duration(time.Hour))
		return reply{refuse: &refusal{status: http.StatusTooManyRequests, reset: i.reset}}, true
	case "429":
		if i.refusals[text] >= s.number(1) {
			return reply{}, false
		}
		i.refusals[text]++
		return reply{refuse: &refusal{status: http.StatusTooManyRequests}}, true
	case "fail":
		return reply{refuse: &refusal{status: s.number(http.StatusInternalServerError)}}, true
	}
	return reply{text: []string{s.value}}, true
}

// slow streams two words a second.
func slow(d time.Duration) reply {
	const gap = 500 * time.Millisecond
	r := reply{gap: gap}
	for n := range int(d / gap) {
		r.text = append(r.text, "word"+strconv.Itoa(n)+" ")
	}
	r.text = append(r.text, "end of the slow answer.")
	return r
}
