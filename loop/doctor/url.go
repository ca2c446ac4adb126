package doctor

import (
	"net/url"
	"path"
	"strings"
)

// Place is where a repository's URL leads: a host and a path on it, without
// user, port and the ending .git. On this machine the host is "" and the path
// is absolute, or as relative as it was written.
func Place(raw string) (host, dir string) {
	if rest, ok := strings.CutPrefix(raw, "file://"); ok {
		if unescaped, err := url.PathUnescape(rest); err == nil {
			rest = unescaped
		}
		return "", path.Clean("/" + rest)
	}
	if i := strings.Index(raw, "://"); i > 0 {
		host, dir, _ = strings.Cut(raw[i+3:], "/")
		return hostName(host), tidy(dir)
	}
	colon, slash := strings.IndexByte(raw, ':'), strings.IndexByte(raw, '/')
	if colon > 0 && (slash < 0 || colon < slash) {
		return hostName(raw[:colon]), tidy(raw[colon+1:])
	}
	return "", path.Clean(raw)
}

func hostName(s string) string {
	s = s[strings.LastIndexByte(s, '@')+1:]
	if name, _, ok := strings.Cut(s, ":"); ok && !strings.HasPrefix(s, "[") {
		s = name
	}
	return strings.ToLower(s)
}

func tidy(dir string) string {
	return strings.TrimSuffix(strings.Trim(path.Clean("/"+dir), "/"), ".git")
}

// SamePlace says that two URLs on the network lead to one repository, whatever
// protocol and user they name. Paths on this machine are the caller's to compare.
func SamePlace(a, b string) bool {
	hostA, dirA := Place(a)
	hostB, dirB := Place(b)
	return hostA != "" && hostA == hostB && dirA == dirB
}
