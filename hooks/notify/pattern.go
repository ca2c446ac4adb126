package notify

import "strings"

// Match says whether one of the patterns is about a kind of event: the kind
// itself, "agent.*" for all that begin with "agent.", or "*" for all.
func Match(patterns []string, kind string) bool {
	for _, p := range patterns {
		group, all := strings.CutSuffix(p, "*")
		if p == kind || all && (group == "" || strings.HasSuffix(group, ".")) && strings.HasPrefix(kind, group) {
			return true
		}
	}
	return false
}
