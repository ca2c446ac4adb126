package mirror

import (
	"regexp"
	"strings"
	"unicode"

	"pawl/handoff"
)

const (
	maxText = 4 << 10 // bytes of any text from a commit
	maxLine = 300     // bytes of git's own words in an error
)

// boilerplate are lines that git and ssh add to every failure.
var boilerplate = []string{
	"fatal: could not read from remote repository", "please make sure you have the correct access rights",
	"and the repository exists", "hint:", "fatal: the remote end hung up unexpectedly",
}

// lastLine is the line of git's standard error that says most: the last one
// that is no boilerplate, without control characters and credentials.
func lastLine(stderr string) string {
	best, rest := "", ""
	for _, line := range strings.FieldsFunc(stderr, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(line, "\uFFFD")))
		switch {
		case line == "":
		case hasAnyPrefix(strings.ToLower(line), boilerplate):
			if rest == "" {
				rest = line
			}
		default:
			best = line
		}
	}
	if best == "" {
		best = rest
	}
	for _, prefix := range []string{"fatal: ", "error: "} {
		best = strings.TrimPrefix(best, prefix)
	}
	return handoff.Head(mask(best), maxLine)
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

var (
	webUser  = regexp.MustCompile(`(?i)\b(https?|ftps?)://[^/\s'"]*@`)
	anyUser  = regexp.MustCompile(`\b([A-Za-z][A-Za-z0-9+.-]*://[^/\s:@'"]*):[^/\s'"]*@`)
	webQuery = regexp.MustCompile(`(?i)\b(https?://[^\s?'"]*)\?[^\s'"]*`)
)

// mask hides the credentials of the URLs in s. On the web even the user's name
// may be a token.
func mask(s string) string {
	s = webUser.ReplaceAllString(s, "$1://***@")
	s = anyUser.ReplaceAllString(s, "$1:***@")
	return webQuery.ReplaceAllString(s, "$1?***")
}

// valid makes text from git valid UTF-8 of at most maxText bytes.
func valid(s string) string {
	// Cut before mending: a message may be as large as its sender likes.
	if len(s) > 2*maxText {
		s = s[:2*maxText]
	}
	return handoff.Head(strings.ToValidUTF8(s, "\uFFFD"), maxText)
}
