package mirror

import (
	"context"
	"slices"
	"strings"

	"pawl/handoff"
)

// maxStray bounds how many lines of a message are told of as stray trailers.
const maxStray = 20

// ParseMessage reads a commit's message as git keeps it, without comments: its
// subject and trailers, and what looks like a trailer of pawl's and is none.
func ParseMessage(message string) (c handoff.Commit, stray []string) {
	message, _, _ = strings.Cut(message, "\x00")
	message = skipBlank(message)
	return handoff.Commit{Subject: valid(subject(message)), Trailers: readTrailers(message)}, strayTrailers(message)
}

// Cleanup is what git does to a message before it commits it (git-commit(1),
// --cleanup).
type Cleanup struct {
	Comment string // how comment lines begin; "" is #
	Strip   bool   // whether they go
}

// MessageCleanup is what git will do to the message that it has a commit-msg hook
// look at. edited says that an editor is used: without one git keeps comment lines
// unless it is told otherwise.
func (h *History) MessageCleanup(ctx context.Context, edited bool) (Cleanup, error) {
	mode, err := h.Setting(ctx, "commit.cleanup")
	if err != nil {
		return Cleanup{}, err
	}
	comment, err := h.Setting(ctx, "core.commentString") // git 2.45 and later
	if err == nil && comment == "" {
		comment, err = h.Setting(ctx, "core.commentChar")
	}
	if comment == "auto" {
		comment = "" // git chooses, and begins with #
	}
	return Cleanup{comment, mode == "strip" || edited && (mode == "" || mode == "default")}, err
}

// Clean is what git keeps of a message file: nothing below the line under which it
// shows a diff, and no comments where those go.
func (c Cleanup) Clean(text string) string {
	comment := c.Comment
	if comment == "" {
		comment = string(commentLine)
	}
	cut := comment + strings.TrimPrefix(scissors, string(commentLine))
	var kept strings.Builder
	for text != "" {
		var line string
		line, text = nextLine(text)
		if strings.TrimRight(line, "\r\n")+"\n" == cut {
			break
		}
		if !c.Strip || !strings.HasPrefix(line, comment) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// strayTrailers are the lines below a message's first that are written as
// trailers of pawl's and do not count, because they do not stand in the last
// paragraph or because git does not take that for trailers. One whose key does
// count further down is none: it is a quote, unless it is overruled.
func strayTrailers(message string) []string {
	_, body := nextLine(message)
	var found []string
	for body != "" && len(found) < maxStray {
		var line string
		line, body = nextLine(body)
		if at := separator(line); at >= 1 && isOurs(line[:at]) {
			found = append(found, valid(strings.TrimSpace(line[:at])+": "+strings.TrimSpace(line[at+1:])))
		}
	}
	if len(found) == 0 {
		return nil
	}
	counted := map[string]string{}
	for key, value := range trailers(message) {
		counted[strings.ToLower(key)] = value
	}
	var stray []string
	for _, line := range found {
		key, _, _ := strings.Cut(line, ":")
		if _, counts := counted[strings.ToLower(key)]; !counts {
			stray = append(stray, line)
		}
	}
	return append(stray, overruled(message, counted)...)
}

// overruled are the trailers of pawl's beside the ones that count, which are the
// last of their keys, that say something else than those; and such a verdict in a
// paragraph above that holds nothing but trailers.
func overruled(message string, counted map[string]string) []string {
	var out []string
	look := func(key, value string) {
		last, there := counted[strings.ToLower(key)]
		if line := valid(key + ": " + value); there && isOurs(key) && !strings.EqualFold(value, last) && len(out) < maxStray && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	for key, value := range trailers(message) {
		look(key, value)
	}
	if _, judged := counted["verdict"]; !judged {
		return out
	}
	for paragraph := range strings.SplitSeq(message, "\n\n") {
		for key, value := range trailers("subject\n\n" + paragraph) {
			if strings.EqualFold(key, "verdict") {
				look(key, value)
			}
		}
	}
	return out
}

// isOurs says that readTrailers reads trailers of this key.
func isOurs(key string) bool {
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "pawl-id", "verdict", "reviewed", "gate", "pawl-agent":
		return true
	}
	return false
}
