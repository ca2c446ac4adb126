package doctor

import "fmt"

// GitFacts are about the git program.
type GitFacts struct {
	Path    string // "" where it is not on PATH
	Says    string // what git version prints
	Trouble string // why it said nothing
	Remote  bool   // origin is found by the name of its remote: origin.url is not set
}

const needGit = "install git 2.31 or newer"

// Git judges the git program. What pawl asks of it that is young: fetch
// --no-write-fetch-head and init --object-format came with 2.29, and rev-parse
// --path-format, with which a remote's URL is found, with 2.31.
func Git(f GitFacts) Finding {
	const check = "git/program"
	if f.Path == "" {
		return fail(check, "git is not on PATH", needGit)
	}
	if f.Trouble != "" {
		return fail(check, f.Path+": "+f.Trouble, needGit)
	}
	v, known := ParseVersion(f.Says)
	switch {
	case !known:
		return warn(check, fmt.Sprintf("%s says %q, which has no version in it", f.Path, Text(f.Says)), "pawl needs git 2.31 or newer")
	case v.before(2, 29):
		return fail(check, fmt.Sprintf("git %s at %s cannot fetch as pawl does: --no-write-fetch-head and --object-format came with 2.29", v, f.Path), needGit)
	case v.before(2, 31) && f.Remote:
		return fail(check, fmt.Sprintf("git %s at %s cannot tell where a remote is: rev-parse --path-format came with 2.31", v, f.Path), needGit+", or set origin.url")
	}
	return okay(check, fmt.Sprintf("%s at %s", v, f.Path))
}
