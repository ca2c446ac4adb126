package doctor

import (
	"fmt"
	"strings"
)

// CloneFacts are about the folder that an agent works in.
type CloneFacts struct {
	Agent  string
	Dir    string
	Slow   bool     // git did not answer in time: nothing else is known
	Absent bool     // it does not exist
	Wanted bool     // the agent is wanted up
	Runs   bool     // the agent has a session
	Own    bool     // it is pawl.yaml's own folder, the default
	Loop   bool     // the agent is of kind loop: it commits and pushes
	Top    string   // of the repository that holds it; "" when it is in none
	Says   string   // what git says where Top is ""
	Shared []string // earlier agents that have the same folder
	Remote string   // the remote's name
	Origin string   // where it leads, without credentials; "" without one
	Ours   string   // where origin is
	Alike  bool     // both are one place

	Want     string // the branch that is watched; "" when not known
	Branch   string // the branch that is checked out; "" when none is
	Fetched  bool   // it can be compared with origin's branch
	Known    bool   // that is as pawl knows it, not as it was last fetched there
	Ahead    int    // commits that it has and origin has not
	Behind   int
	Changed  int    // files that are not committed
	Unknown  string // why the last four could not be found out
	Lock     bool   // index.lock has been there for minutes
	Identity string // who its commits are by: "name <address>"; "" when git does not know
}

// Clone judges an agent's folder.
func Clone(f CloneFacts) []Finding {
	group := AgentGroup(f.Agent)
	if f.Absent {
		return []Finding{absentClone(f, group+"/clone")}
	}
	if f.Slow {
		return []Finding{warn(group+"/clone", f.Dir+": git did not answer in time", "run git status there; a folder on a network may be slow, or gone")}
	}
	place := clonePlace(f, group+"/clone")
	if f.Top == "" {
		return []Finding{place}
	}
	return []Finding{place, cloneTree(f, group+"/tree"), identity(f, group+"/identity")}
}

func clonePlace(f CloneFacts, check string) Finding {
	switch {
	case f.Top == "" && f.Loop:
		return fail(check, f.Dir+": "+f.Says, cloneHint(f))
	case f.Top == "":
		return warn(check, f.Dir+": "+f.Says, cloneHint(f))
	case f.Origin == "":
		return fail(check, fmt.Sprintf("the repository at %s has no remote %q", f.Top, f.Remote), fmt.Sprintf("run git -C %s remote add %s URL, or move it away, and pawl up clones origin", f.Top, f.Remote))
	case !f.Alike:
		return fail(check, fmt.Sprintf("the repository at %s is a clone of %s, not of %s", f.Top, f.Origin, f.Ours), "set its remote with git remote set-url, or set dir of agent "+f.Agent)
	case len(f.Shared) > 0:
		return sharedClone(f, check)
	case f.Top != f.Dir && !f.Own:
		return warn(check, fmt.Sprintf("%s is no clone of its own: git works on %s there", f.Dir, f.Top), "move it away, and pawl up clones origin into it")
	}
	return okay(check, f.Dir)
}

// absentClone judges a folder that does not exist. A session that runs works
// in what was deleted under it, whatever is cloned there later.
func absentClone(f CloneFacts, check string) Finding {
	again := "pawl up " + f.Agent
	switch {
	case f.Runs:
		return warn(check, f.Dir+" does not exist, and a session of "+f.Agent+" runs", again+" clones origin into it; then pawl restart "+f.Agent)
	case f.Wanted:
		return warn(check, f.Dir+" does not exist, and "+f.Agent+" is wanted up", again+" clones origin into it")
	case len(f.Shared) > 0:
		return sharedClone(f, check)
	}
	return okay(check, f.Dir+" does not exist; pawl up clones origin into it")
}

func sharedClone(f CloneFacts, check string) Finding {
	return warn(check, fmt.Sprintf("%s is the folder of %s as well: they work in one tree", f.Dir, strings.Join(f.Shared, ", ")), "give each agent a dir of its own")
}

func cloneHint(f CloneFacts) string {
	if f.Own {
		return "set dir of agent " + f.Agent + " to a folder that does not exist, and pawl up clones origin into it"
	}
	return "move it away, and pawl up clones origin into it; or set dir of agent " + f.Agent
}

func cloneTree(f CloneFacts, check string) Finding {
	if f.Unknown != "" {
		return warn(check, "not known: "+f.Unknown, "run git status in "+f.Dir)
	}
	on := "on " + f.Branch
	if f.Branch == "" {
		on = "on no branch"
	}
	var parts, todo []string
	if f.Want != "" && f.Branch != f.Want {
		on += ", not on " + f.Want
		todo = append(todo, "git switch "+f.Want)
	}
	switch {
	case !f.Fetched:
		parts = append(parts, "origin's branch was never fetched")
	case f.Ahead > 0 && f.Behind > 0:
		parts = append(parts, fmt.Sprintf("diverged from origin: %s of its own, %d behind", Count(f.Ahead, "commit"), f.Behind))
		todo = append(todo, "git pull --rebase, then git push")
	case f.Ahead > 0:
		parts = append(parts, Count(f.Ahead, "commit")+" not pushed")
		todo = append(todo, "git push")
	case f.Behind > 0 && f.Known:
		parts = append(parts, Count(f.Behind, "commit")+" behind origin")
	case f.Behind > 0:
		parts = append(parts, Count(f.Behind, "commit")+" behind what it fetched")
	}
	if f.Changed > 0 {
		parts = append(parts, Count(f.Changed, "file")+" changed or untracked")
		todo = append(todo, "commit or stash what is changed")
	}
	if f.Lock {
		parts = append(parts, "a git command left index.lock behind")
		todo = append(todo, "remove .git/index.lock if no git runs there")
	}
	found := strings.Join(append([]string{on}, parts...), ", ")
	if len(todo) == 0 {
		return okay(check, found)
	}
	return warn(check, found, "if the agent does not work there now, in "+f.Dir+": "+strings.Join(todo, "; "))
}

func identity(f CloneFacts, check string) Finding {
	if f.Identity == "" {
		return warn(check, "user.name or user.email is not set: git makes one up, or refuses to commit",
			fmt.Sprintf("run git -C %s config user.name %s, and the same for user.email", f.Dir, f.Agent))
	}
	return okay(check, f.Identity)
}
