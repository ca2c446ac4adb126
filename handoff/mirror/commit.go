package mirror

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
)

// commit is a commit and what the mirror itself needs of it.
type commit struct {
	handoff.Commit
	tree      string
	committed time.Time
	stray     []string // see strayTrailers
}

// parseCommit reads the content of a commit object.
func parseCommit(hash string, raw []byte) (commit, error) {
	c := commit{Commit: handoff.Commit{Hash: hash}}
	head, message, _ := strings.Cut(string(raw), "\n\n")
	author, encoding := "", ""
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			c.tree = value
		case "parent":
			if !isObjectName(value) {
				return commit{}, fmt.Errorf("it has a parent %q", handoff.Head(value, maxLine))
			}
			c.Parents = append(c.Parents, value)
		case "author":
			author = value
		case "committer":
			_, c.committed = signature(value)
		case "encoding":
			encoding = value
		}
	}
	if !isObjectName(c.tree) {
		return commit{}, errors.New("it has no tree")
	}
	// Git reads a message as far as the first NUL.
	message, _, _ = strings.Cut(message, "\x00")
	message = skipBlank(decode(message, encoding))
	c.Subject = valid(subject(message))
	c.Trailers, c.stray = readTrailers(message), strayTrailers(message)
	c.Author, c.AuthorDate = signature(decode(author, encoding))
	return c, nil
}

// signature splits "name <email> seconds zone".
func signature(s string) (string, time.Time) {
	who, when := s, ""
	if i := strings.LastIndexByte(s, '>'); i >= 0 {
		who, when = s[:i+1], s[i+1:]
	}
	return valid(strings.TrimSpace(who)), date(when)
}

// date reads git's "seconds zone"; what cannot be one is the zero time.
func date(s string) time.Time {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}
	}
	at := time.Unix(seconds, 0).UTC()
	if len(fields) < 2 {
		return at
	}
	zone, err := strconv.Atoi(fields[1])
	if err != nil || zone < -2400 || zone > 2400 {
		return at
	}
	return at.In(time.FixedZone("", zone/100*3600+zone%100*60))
}

// decode makes UTF-8 of a commit that says it is written in Latin 1, the one
// other encoding that still occurs. Any other is taken as it is.
func decode(s, encoding string) string {
	switch strings.ToLower(encoding) {
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1":
	default:
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// isSpace is what git calls white space.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// nextLine splits off the first line, with its newline.
func nextLine(s string) (line, rest string) {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i+1], s[i+1:]
	}
	return s, ""
}

// trimEnd removes git's white space from the end.
func trimEnd(s string) string { return strings.TrimRight(s, " \t\r\n") }

// skipBlank removes leading lines of white space.
func skipBlank(message string) string {
	for message != "" {
		line, rest := nextLine(message)
		if trimEnd(line) != "" {
			break
		}
		message = rest
	}
	return message
}

// subject is git's %s: the lines up to the first one of only white space,
// without white space at their ends, joined with spaces.
func subject(message string) string {
	var b strings.Builder
	for message = skipBlank(message); message != "" && b.Len() <= maxText; {
		line, rest := nextLine(message)
		line = trimEnd(line)
		if line == "" {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line)
		message = rest
	}
	return b.String()
}
