package doctor

import "fmt"

// GitFacts are about the git program.
type GitFacts struct {
	Path    string // "" where it is not on PATH
	Says    string // what git version prints
	Trouble string // why it said nothing
}

const needGit = "install git 2.31 or newer"

// Git judges the git program. What pawl asks of it that is young came with 2.31:
// rev-parse --path-format, with which repositories are found, and GIT_CONFIG_COUNT, in
// which credentials are handed over; an older git takes no notice of that.
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
	case v.before(2, 31):
		return fail(check, fmt.Sprintf("git %s at %s is too old: rev-parse --path-format and GIT_CONFIG_COUNT, which pawl needs, came with 2.31", v, f.Path), needGit)
	}
	return okay(check, fmt.Sprintf("%s at %s", v, f.Path))
}
