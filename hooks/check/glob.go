package check

import (
	"path"
	"strings"
)

// Match says that a pattern matches a path of the repository, both slash-separated
// and with case: ** alone between slashes matches any number of folders, none
// among them, and everything else matches within one, as path.Match has it.
func Match(pattern, name string) bool {
	patterns, names := strings.Split(pattern, "/"), strings.Split(name, "/")
	// ends[i] says that the patterns so far match the first i names.
	ends := make([]bool, len(names)+1)
	ends[0] = true
	for _, p := range patterns {
		next := make([]bool, len(names)+1)
		for i := range next {
			if p == "**" {
				next[i] = ends[i] || i > 0 && next[i-1]
				continue
			}
			next[i] = i > 0 && ends[i-1] && matchPart(p, names[i-1])
		}
		ends = next
	}
	return ends[len(names)]
}

// Place is the file or folder that all which a pattern matches is or lies in; "" is
// the top of the repository.
func Place(pattern string) string {
	var plain []string
	for part := range strings.SplitSeq(pattern, "/") {
		if strings.ContainsAny(part, `*?[\`) {
			break
		}
		plain = append(plain, part)
	}
	return strings.Join(plain, "/")
}

// matchPart matches one part of a path. A pattern that means nothing, which the
// configuration refuses, matches nothing.
func matchPart(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
