package doctor

import (
	"fmt"
	"strings"
	"time"
)

// HookFacts are about pawl's hooks in one repository.
type HookFacts struct {
	Of      string // whose repository it is: agents' names, or origin
	Dir     string
	Origin  bool     // it is origin: all pushes go there
	Trouble string   // why nothing is known
	Missing []string // hooks that are not installed
	There   bool     // at least one is
	Faults  []string // what is wrong with those that are, each with its name
	NotRun  []string // hooks of the user's that run no more, by path
	Config  string   // another pawl.yaml that they name; "" where it is ours

	Probed  bool          // the hook of a push was called, as git does after one
	Refused string        // why it was not
	Arrived bool          // the coordinator was told by it
	Took    time.Duration // until it was
}

// Hooks judges the hooks of all repositories. Without any, origin is polled,
// which works.
func Hooks(list []HookFacts, poll time.Duration) []Finding {
	any, origin := false, false
	for _, f := range list {
		any = any || f.There || f.Trouble != ""
		origin = origin || f.Origin && f.There
	}
	if !any {
		return []Finding{okay("hooks/git", fmt.Sprintf("none: origin is looked at every %s; pawl hooks install --all has pushes told of at once", poll))}
	}
	var out []Finding
	for _, f := range list {
		out = append(out, hooks(f, origin))
	}
	return out
}

// hooks judges those of one repository; origin says that origin has some.
func hooks(f HookFacts, origin bool) Finding {
	check := "hooks/" + f.Of
	again := "pawl hooks install " + f.Dir
	switch {
	case f.Trouble != "":
		return warn(check, f.Dir+": "+f.Trouble, "run pawl hooks status")
	case !f.There && f.Origin:
		return okay(check, "none; what is pushed from a clone with hooks is told of there")
	case !f.There && origin:
		return okay(check, "none; a push is told of by origin's, and nothing is checked before")
	case !f.There:
		return warn(check, f.Dir+" has no hooks of pawl's: what is pushed from there is seen when origin is polled", again)
	case len(f.Faults) > 0:
		return warn(check, strings.Join(f.Faults, "; "), again)
	case f.Config != "":
		return warn(check, "they tell the coordinator of "+f.Config, again+", if it belongs to this one")
	case len(f.Missing) > 0:
		return warn(check, "not there: "+strings.Join(f.Missing, ", "), again)
	case len(f.NotRun) > 0:
		return warn(check, "not run any more, for pawl's do not call them: "+strings.Join(f.NotRun, ", "), again)
	case f.Refused != "":
		return warn(check, f.Refused, again)
	case f.Probed && !f.Arrived:
		return warn(check, "the hook was called as git does after a push, and the coordinator was not told within a second", "see that pawl is on the PATH that git has, then "+again)
	case f.Probed:
		return okay(check, fmt.Sprintf("installed; a probe was told of in %d ms", f.Took.Milliseconds()))
	}
	return okay(check, "installed; not probed, as no coordinator runs")
}
