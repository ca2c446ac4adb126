package git

import "strings"

// watch is the ref whose change is worth a poke. An empty part stands for any.
type watch struct {
	remote string // "" with heads: the branch itself is watched
	branch string
	heads  bool // the repository is origin, or may be
}

// pattern is the ref as a pattern of the shell's. Names of refs have none of its
// special characters in them: git refuses those.
func (w watch) pattern() string {
	return w.ref("*", func(part string) string { return part })
}

// expression is a line of git's report of changes as a basic regular expression.
func (w watch) expression() string {
	escape := strings.NewReplacer(`.`, `\.`, `$`, `\$`).Replace
	return "^[^ ]* [^ ]* " + w.ref("[^ ]*", escape) + "$"
}

func (w watch) ref(anything string, written func(string) string) string {
	part := func(name string) string {
		if name == "" {
			return anything
		}
		return written(name)
	}
	if w.heads {
		return "refs/heads/" + part(w.branch)
	}
	return "refs/remotes/" + part(w.remote) + "/" + part(w.branch)
}
