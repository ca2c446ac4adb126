package loop

import (
	"testing"
)

const mergeProtect = `protect:
  API.md: {only: [coordinator]}
  LOG.md: {append_only: true}
  "src/**": {not: [adversary]}
`

// parted is a repository where main and the branch mine grew apart: the coordinator
// changed API.md on main, and both sides added to LOG.md.
func parted(t *testing.T) checked {
	t.Helper()
	r := newChecked(t, mergeProtect)
	r.commit("start\n\nPawl-Agent: lead", "API.md", "1\n", "LOG.md", "start\n", "src/a.go", "1\n")
	r.git("checkout", "-q", "-b", "mine")
	r.commit("my line", "LOG.md", "start\nmine\n")
	r.git("checkout", "-q", "main")
	r.commit("their line", "LOG.md", "start\ntheirs\n")
	r.commit("the contract\n\nPawl-Agent: lead", "API.md", "2\n")
	r.commit("the source", "src/a.go", "2\n")
	r.git("checkout", "-q", "mine")
	return r
}

func TestMergesThatDrop(t *testing.T) {
	const (
		log = `protect: "LOG.md" may only grow ("LOG.md"), and the merge drops what `
		api = `protect: the merge by agent builder drops what `
	)
	r := parted(t)
	start := r.git("rev-parse", "HEAD")
	again := func() {
		r.git("reset", "-q", "--hard", start)
	}

	r.git("merge", "-q", "-X", "ours", "-m", "merge", "main")
	r.expect("main..HEAD", log)
	again()
	r.git("merge", "-q", "-s", "ours", "-m", "merge", "main")
	r.expect("main..HEAD", api, log)
	r.expect("HEAD^!", api, log)
	again()

	// Who may change a path may choose what is kept of it.
	r.git("merge", "-q", "-s", "ours", "-m", "merge\n\nPawl-Agent: lead", "main")
	r.expect("main..HEAD", log)
	again()
	r.git("merge", "-q", "-s", "ours", "-m", "merge\n\nPawl-Agent: adversary", "main")
	r.expect("main..HEAD", "protect: the merge by agent adversary drops", log, "protect: the merge by agent adversary drops")
	again()

	// The log of one side, and of the other; then what is right.
	merge := func(text string) {
		r.git("merge", "-q", "-s", "ours", "--no-commit", "main")
		r.git("checkout", "-q", "main", "--", "API.md", "src")
		r.commit("merge", "LOG.md", text)
	}
	merge("start\ntheirs\n")
	r.expect("main..HEAD", log)
	again()
	merge("start\ntheirs\nmine\n")
	r.expect("main..HEAD")
	again()
	merge("start\nmine\nmore\ntheirs\n")
	r.expect("main..HEAD")

	// What was merged well is not held against those that come after it.
	r.git("checkout", "-q", "main")
	r.git("merge", "-q", "--no-ff", "-m", "merge mine", "mine")
	r.expect("mine..HEAD")
	r.expect("HEAD")
}

func TestMergesThatKeep(t *testing.T) {
	r := parted(t)
	// The lines of both, as git joins them.
	r.commit("attributes", ".gitattributes", "LOG.md merge=union\n")
	r.git("merge", "-q", "-m", "merge", "main")
	r.expect("main..HEAD")

	// Undoing in a merge what one may not do is no fault of the merge.
	r.git("checkout", "-q", "-b", "odd")
	bad := r.commit("not mine", "API.md", "odd\n")
	r.git("checkout", "-q", "main")
	r.commit("more contract\n\nPawl-Agent: lead", "API.md", "3\n")
	r.git("checkout", "-q", "odd")
	r.git("merge", "-q", "-X", "theirs", "-m", "merge", "main")
	r.expect(bad + "..HEAD")

	// A copy of a change from which the other side went on is not dropped.
	r.git("checkout", "-q", "-b", "copy", "main~1")
	r.git("cherry-pick", "main")
	r.git("checkout", "-q", "main")
	r.commit("and more\n\nPawl-Agent: lead", "API.md", "4\n")
	r.git("checkout", "-q", "copy")
	r.commit("elsewhere", "b.md", "x")
	r.git("merge", "-q", "-X", "theirs", "-m", "merge", "main")
	r.expect("HEAD^!")

	// A file that the other side made goes with it, and one that it removed does too.
	r.git("checkout", "-q", "-b", "new", "main")
	r.commit("a new source", "src/new.go", "1")
	r.git("checkout", "-q", "-b", "gone", "main")
	r.commit("no source", "src/a.go", "")
	r.git("merge", "-q", "-m", "merge\n\nPawl-Agent: adversary", "new")
	r.expect("HEAD^!")
	r.git("reset", "-q", "--hard", "HEAD^")
	r.git("merge", "-q", "-s", "ours", "-m", "merge\n\nPawl-Agent: adversary", "new")
	r.expect("HEAD^!", `protect: the merge by agent adversary drops what `)
}

func TestJoined(t *testing.T) {
	grew := func(before, content string) side { return side{[]byte(before), []byte(content)} }
	for name, c := range map[string]struct {
		now   string
		sides []side
		want  bool
	}{
		"both":                        {"a\nx\ny\n", []side{grew("a\n", "a\nx\n"), grew("a\n", "a\ny\n")}, true},
		"the other one first":         {"a\ny\nx\n", []side{grew("a\n", "a\nx\n"), grew("a\n", "a\ny\n")}, true},
		"one alone":                   {"a\nx\n", []side{grew("a\n", "a\nx\n"), grew("a\n", "a\ny\n")}, false},
		"the same line once":          {"a\nx\n", []side{grew("a\n", "a\nx\n"), grew("a\n", "a\nx\n")}, true},
		"a line twice, once kept":     {"a\nx\ny\n", []side{grew("a\n", "a\nx\nx\n"), grew("a\n", "a\ny\n")}, false},
		"another order":               {"a\ny\nx\nz\n", []side{grew("a\n", "a\nx\ny\n"), grew("a\n", "a\nz\n")}, false},
		"the beginning is gone":       {"x\ny\n", []side{grew("a\n", "a\nx\n"), grew("a\n", "a\ny\n")}, false},
		"a line of the old is no new": {"x\ny\n", []side{grew("x\n", "x\nx\n"), grew("x\n", "x\ny\n")}, false},
		"rewritten before":            {"b\ny\n", []side{grew("a\n", "b\n"), grew("a\n", "a\ny\n")}, true},
		"rewritten on both sides":     {"d\n", []side{grew("a\n", "b\n"), grew("a\n", "c\n")}, false},
		"no newline at the end":       {"a\nx\ny", []side{grew("a", "a\nx"), grew("a", "a\ny")}, true},
		"made on both sides":          {"x\ny\n", []side{grew("", "x\n"), grew("", "y\n")}, true},
		"nothing but links":           {"x\n", nil, false},
	} {
		if got := joined([]byte(c.now), c.sides); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
