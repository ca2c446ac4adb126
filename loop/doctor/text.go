package doctor

import (
	"regexp"

	"pawl/handoff"
)

// maxText bounds what a finding says, in bytes.
const maxText = 400

// Text makes what others wrote fit to be shown: one line without control
// characters and without the credentials of URLs, bounded.
func Text(s string) string {
	// Masked first: a cut could take away the sign that ends a password.
	return handoff.Clean(Mask(s), maxText)
}

var (
	login = regexp.MustCompile(`\b([A-Za-z][A-Za-z0-9+.-]*://)[^/\s'"]*@`)
	query = regexp.MustCompile(`(?i)\b(https?://[^\s?'"]*)\?[^\s'"]*`)
	plain = regexp.MustCompile(`^(?:git|[a-z_][a-z0-9_-]*)$`)
)

// Mask hides the credentials of the URLs in s. The user of an ssh URL is no
// secret; on the web even the user's name may be a token.
func Mask(s string) string {
	s = login.ReplaceAllStringFunc(s, func(m string) string {
		parts := login.FindStringSubmatch(m)
		user := m[len(parts[1]) : len(m)-1]
		if parts[1] == "ssh://" && plain.MatchString(user) {
			return m
		}
		return parts[1] + "***@"
	})
	return query.ReplaceAllString(s, "$1?***")
}
