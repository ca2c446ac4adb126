package doctor

import (
	"fmt"
	"time"
)

// OriginFacts are about the repository that is watched.
type OriginFacts struct {
	URL     string // "" where there is none
	Missing string // why there is no URL
	Local   bool   // it lies on this machine
	Trouble string // why it cannot be read
	Branch  string // as configured, else what its HEAD names; "" when neither says
	Tip     string // "" when the branch is not there
	Wanted  bool   // the branch is named by the configuration
}

// Origin judges whether origin can be seen, and its branch.
func Origin(f OriginFacts) []Finding {
	const reach, branch = "origin/reachable", "origin/branch"
	if f.URL == "" {
		return []Finding{fail(reach, f.Missing, "set origin.url in pawl.yaml, or run git remote add in the repository around it")}
	}
	if f.Trouble != "" {
		return []Finding{fail(reach, f.URL+" cannot be read: "+f.Trouble, originHint(f))}
	}
	where := " over the network, with one ls-remote for each poll"
	if f.Local {
		where = " on this machine, by reading its files"
	}
	list := []Finding{okay(reach, f.URL+where)}
	switch {
	case f.Tip != "":
		return append(list, okay(branch, fmt.Sprintf("%s at %.7s", f.Branch, f.Tip)))
	case f.Wanted:
		return append(list, fail(branch, fmt.Sprintf("there is no branch %q", f.Branch), "push it, or set origin.branch to the one that is worked on"))
	case f.Branch != "":
		return append(list, warn(branch, fmt.Sprintf("its HEAD names %q, which has no commit yet", f.Branch), "push a first commit, or set origin.branch"))
	}
	return append(list, warn(branch, "it is empty, or its HEAD names no branch", "push a first commit, or set origin.branch"))
}

func originHint(f OriginFacts) string {
	if f.Local {
		return "see that the folder is there, is a git repository and can be read: git ls-remote " + f.URL
	}
	return "try GIT_TERMINAL_PROMPT=0 git ls-remote " + f.URL + ": it must answer without asking anything"
}

// DocsFacts are about the folder of STATUS, REVIEW and inbox files.
type DocsFacts struct {
	Folder string // "" is the root
	Known  bool   // origin's tree could be looked at
	There  bool
}

// Docs judges the docs folder of origin's branch.
func Docs(f DocsFacts) Finding {
	const check = "origin/docs"
	switch {
	case f.Folder == "" || f.Folder == ".":
		return okay(check, "the root of the repository")
	case !f.Known:
		return okay(check, f.Folder+": not known before origin was fetched")
	case !f.There:
		return warn(check, fmt.Sprintf("the branch has no folder %q; STATUS and inbox files are looked for in the root", f.Folder), "push the folder with a STATUS file in it, or set handoff.docs")
	}
	return okay(check, f.Folder)
}

// maxAhead is how far the clock of whoever committed may be ahead of ours.
const maxAhead = 5 * time.Minute

// Clock judges this machine's clock by origin's last commit, as far as that was
// fetched; the zero time is not known.
func Clock(now, commit time.Time) Finding {
	const check = "clock/time"
	ahead := commit.Sub(now)
	switch {
	case commit.IsZero():
		return okay(check, "not compared: no commit of origin was fetched yet")
	case ahead > maxAhead:
		return warn(check, fmt.Sprintf("origin's last commit lies %s in the future", ahead.Round(time.Second)), "one of the clocks is wrong: see timedatectl here, and on the machine that committed")
	}
	return okay(check, "origin's last commit is of "+commit.UTC().Format(time.RFC3339))
}
