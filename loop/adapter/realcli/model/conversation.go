package model

import (
	"encoding/json"
	"regexp"
	"strings"
)

// role is who said something.
type role int

const (
	user role = iota
	assistant
	result // of a tool
)

// part is one part of a conversation.
type part struct {
	role role
	text string
}

// conversation is what a request tells the model, whatever its dialect.
type conversation struct {
	parts  []part
	tools  []string // names of the tools that are offered
	stream bool
	model  string
}

// noise is what programs add to the user's words.
var noise = regexp.MustCompile(`(?s)<system-reminder>.*?</system-reminder>|<environment_context>.*?</environment_context>|<session_context>.*?</session_context>`)

// wrapped is how Claude Code marks what was pasted.
var wrapped = regexp.MustCompile(`(?s)<pasted_content[^>]*>\n?(.*?)\n?</pasted_content[^>]*>`)

// midTurn is how Claude Code hands over what was typed while a tool ran.
var midTurn = regexp.MustCompile(`(?s)^The user sent a new message while you were working:\n(.*?)(\n\nThis is how Claude Code surfaces .*)?$`)

// add appends a part, without noise. An empty text says nothing; an empty
// result is one.
func (c *conversation) add(who role, text string) {
	text = strings.TrimSpace(noise.ReplaceAllString(text, ""))
	text = strings.TrimSpace(wrapped.ReplaceAllString(midTurn.ReplaceAllString(text, "$1"), "$1"))
	if text != "" || who == result {
		c.parts = append(c.parts, part{role: who, text: text})
	}
}

// said is all that the user said, in order.
func (c conversation) said() []string {
	var texts []string
	for _, p := range c.parts {
		if p.role == user {
			texts = append(texts, p.text)
		}
	}
	return texts
}

// last is what the user said last, and how many tools have answered since.
func (c conversation) last() (text string, results int) {
	for n := len(c.parts) - 1; n >= 0; n-- {
		switch c.parts[n].role {
		case user:
			return c.parts[n].text, results
		case result:
			results++
		}
	}
	return "", results
}

// texts is content as the dialects write it: a string, or a list of strings and
// of objects that hold a text.
type texts []string

// UnmarshalJSON reads either form; anything else in the list is left out.
func (t *texts) UnmarshalJSON(data []byte) error {
	*t = nil
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	var many []json.RawMessage
	if err := json.Unmarshal(data, &many); err != nil {
		return nil
	}
	for _, raw := range many {
		var block struct{ Text string }
		switch {
		case json.Unmarshal(raw, &one) == nil:
			*t = append(*t, one)
		case json.Unmarshal(raw, &block) == nil && block.Text != "":
			*t = append(*t, block.Text)
		}
	}
	return nil
}

func (t texts) String() string { return strings.Join(t, "\n") }
