package loop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pawl/handoff/mirror"
	"pawl/hooks/check"
	"pawl/internal/need"
	"pawl/loop/config"
)

// checked is a repository whose commits are judged.
type checked struct {
	t   *testing.T
	dir string
	env []string
	cfg *config.Config
}

const checkedYAML = `version: 1
agents: {builder: {kind: loop}, adversary: {kind: loop}, lead: {role: coordinator}}
phases:
  gate: verdict
  sequence:
    - {id: core, plan: core.md, status: STATUS-core.md}
    - {id: cli, plan: cli.md, status: STATUS-cli.md}
`

func newChecked(t *testing.T, yaml string) checked {
	t.Helper()
	home := t.TempDir()
	cfg, err := config.Parse(filepath.Join(home, config.Name), []byte(checkedYAML+yaml))
	if err != nil {
		t.Fatal(err)
	}
	r := checked{t, filepath.Join(home, "repo"), []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=builder", "GIT_AUTHOR_EMAIL=builder@p.invalid", "GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c@x.org",
	}, cfg}
	r.in(home, "init", "-q", "--template=", "-b", "main", r.dir)
	return r
}

func (r checked) in(dir string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir, cmd.Env = dir, r.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r checked) git(args ...string) string {
	r.t.Helper()
	return r.in(r.dir, args...)
}

// commit writes files, of which "" removes one, and commits them.
func (r checked) commit(message string, files ...string) string {
	r.t.Helper()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(r.dir, files[i])
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(files[i+1]), 0o644)
		}
		if err == nil && files[i+1] == "" {
			err = os.Remove(path)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", message)
	return r.git("rev-parse", "HEAD")
}

func (r checked) review(gate, commit string) {
	r.t.Helper()
	r.commit("review(" + gate + "): fine\n\nVerdict: pass\nReviewed: " + commit)
}

// expect wants each finding of a range to begin with a line of want: the rule, and
// what is said.
func (r checked) expect(text string, want ...string) {
	r.t.Helper()
	ctx := r.t.Context()
	h, err := mirror.FindHistory(ctx, r.dir, "", r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	revs, _, err := h.Revisions(ctx, text)
	if err != nil {
		r.t.Fatal(err)
	}
	hashes, _, err := h.Range(ctx, 1000, revs...)
	if err != nil {
		r.t.Fatal(err)
	}
	in, err := CheckFacts(ctx, h, r.cfg, hashes)
	if err != nil {
		r.t.Fatal(err)
	}
	var got []string
	for _, f := range check.Commits(in) {
		got = append(got, f.Rule+": "+f.What)
	}
	same := len(got) == len(want)
	for i := range got {
		same = same && strings.HasPrefix(got[i], want[i])
	}
	if !same {
		r.t.Errorf("the findings of %s are\n%s\nand not\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const doneText = "## DONE\n"

func TestCheckedProof(t *testing.T) {
	r := newChecked(t, "")
	r.commit("start", "a.go", "1")
	claim := r.commit("claim(a): it works", "a.go", "2")
	early := r.commit("done", "machine-docs/STATUS-core.md", doneText)
	r.expect(early, "done: phase core is declared done without proof: gate \"a\" is claimed by")
	r.review("a", claim)
	r.expect("HEAD")

	// The next phase's proof begins where this one was done.
	r.commit("cli is done too", "machine-docs/STATUS-cli.md", doneText)
	r.expect("HEAD^!", "done: phase cli is declared done without proof: no gate was claimed since the phase began")
	r.commit("not yet", "machine-docs/STATUS-cli.md", "")
	claim = r.commit("claim(b): that works", "b.go", "1")
	r.git("checkout", "-q", "-b", "side")
	r.commit("done on the side", "machine-docs/STATUS-cli.md", doneText)
	r.git("checkout", "-q", "main")
	r.review("b", claim)
	r.expect(claim+"..side", "done: phase cli is declared done without proof")
	r.git("merge", "-q", "-m", "merge", "side")
	r.expect(claim + "..HEAD")

	// What lies in the root is no STATUS file while there is one in docs.
	r.commit("undone", "machine-docs/STATUS-core.md", "soon")
	r.commit("in the root", "STATUS-core.md", doneText)
	r.expect("HEAD^!")
	r.commit("out of docs", "machine-docs/STATUS-core.md", "", "a.go", "3")
	r.expect("HEAD^!", "done: phase core is declared done without proof")
}

func TestCheckedOrder(t *testing.T) {
	r := newChecked(t, "")
	r.cfg.Phases.Gate = config.GateMarker
	r.commit("both at once", "STATUS-core.md", doneText, "STATUS-cli.md", doneText)
	r.expect("HEAD")
	r.commit("again", "STATUS-core.md", "## DONE WHEN\n", "STATUS-cli.md", "")
	r.expect("HEAD^!", "done: line 1 is a marker that is not obeyed")
	r.commit("the wrong one", "STATUS-cli.md", doneText)
	r.expect("HEAD^!", "phase: phase cli is declared done before core")
}

func TestCheckedGrowth(t *testing.T) {
	r := newChecked(t, "protect: {LOG.md: {append_only: true}, \"*.link\": {append_only: true}}\n")
	r.commit("start", "LOG.md", "a\n", "x.link", "a\n")
	r.git("checkout", "-q", "-b", "side")
	r.commit("side", "LOG.md", "a\nside\n")
	r.git("checkout", "-q", "main")
	r.commit("main", "LOG.md", "a\nmain\n")
	r.expect("main")
	r.expect("side")
	merge := func(text string) {
		r.git("merge", "-q", "-s", "ours", "--no-commit", "side")
		r.commit("merge", "LOG.md", text)
	}
	merge("a\nmain\nside\n")
	r.expect("main")
	r.git("reset", "-q", "--hard", "HEAD^")
	merge("a\nboth\n")
	r.expect("main", "protect: \"LOG.md\" may only grow")
	r.git("reset", "-q", "--hard", "HEAD^")

	r.git("mv", "LOG.md", "OLD.md")
	r.commit("renamed")
	r.expect("HEAD^!", "protect: \"LOG.md\" may only grow (\"LOG.md\"), and is deleted or renamed")
	if err := os.Remove(filepath.Join(r.dir, "x.link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a\nb", filepath.Join(r.dir, "x.link")); err != nil {
		t.Fatal(err)
	}
	r.commit("a link now")
	r.expect("HEAD^!", "protect: \"x.link\" may only grow")
	r.git("revert", "--no-edit", "HEAD~1")
	if err := os.Chmod(filepath.Join(r.dir, "LOG.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.commit("it can be run")
	r.expect("HEAD~1..")
}

func TestCheckedSignatures(t *testing.T) {
	need.Program(t, "ssh-keygen")
	r := newChecked(t, "protect: {API.md: {only: [coordinator]}}\nsigners: signers\n")
	home := filepath.Dir(r.dir)
	signers := ""
	for _, name := range []string{"lead", "builder"} {
		cmd := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(home, name))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
		key, err := os.ReadFile(filepath.Join(home, name+".pub"))
		if err != nil {
			t.Fatal(err)
		}
		signers += fmt.Sprintf("%s@p.invalid namespaces=\"git\" %s", name, key)
	}
	if err := os.WriteFile(r.cfg.Signers, []byte(signers), 0o600); err != nil {
		t.Fatal(err)
	}
	r.git("config", "gpg.format", "ssh")
	change := func(key string) {
		r.git("config", "commit.gpgSign", fmt.Sprint(key != ""))
		r.git("config", "user.signingKey", filepath.Join(home, key))
		r.commit("the contract\n\nPawl-Agent: lead", "API.md", r.git("rev-list", "--count", "--all"))
	}
	change("lead")
	r.expect("HEAD")
	change("builder")
	r.expect("HEAD^!", "protect: agent builder changes \"API.md\"")
	change("")
	r.expect("HEAD^!", "signer: the commit changes \"API.md\", which is protected, and it is not signed")
	r.commit("a path of nobody's", "b.md", "x")
	r.expect("HEAD^!")
}

// A DONE that is taken back on the way locks nobody in, nor does it for one that is
// set again with its proof.
func TestCheckedTakenBack(t *testing.T) {
	r := newChecked(t, "")
	start := r.commit("start", "a.go", "1")
	r.commit("claim(a): it works", "a.go", "2")
	early := r.commit("done too early", "STATUS-core.md", doneText)
	r.expect(start+".."+early, "done: phase core is declared done without proof: gate \"a\" is claimed by")
	r.commit("not yet", "STATUS-core.md", "soon\n")
	r.expect(start + "..HEAD")
	r.expect(early+"^!", "done: phase core is declared done without proof")
	r.commit("better", "a.go", "3")
	r.commit("the wrong one", "STATUS-cli.md", doneText)
	r.expect(start+"..HEAD", "done: phase cli", "phase: phase cli is declared done before core")
	r.commit("not that", "STATUS-cli.md", "")
	claim := r.commit("claim(a): it works better")
	r.review("a", claim)
	r.commit("done", "STATUS-core.md", doneText)
	r.expect(start + "..HEAD")
}

// A repository within the repository is seen whatever its configuration says.
func TestCheckedSubmodules(t *testing.T) {
	r := newChecked(t, "protect: {lib: {only: [lead]}}\n")
	head := r.commit("start", "a.go", "1")
	add := func(hash string) {
		r.git("update-index", "--add", "--cacheinfo", "160000,"+hash+",lib")
		r.git("commit", "-q", "-m", "lib")
	}
	add(head)
	add(r.git("rev-parse", "HEAD"))
	r.git("config", "diff.ignoreSubmodules", "all")
	r.expect("HEAD~1^!", "protect: agent builder changes \"lib\"")
	r.expect("HEAD^!", "protect: agent builder changes \"lib\"")
}

// A shallow clone says nothing about what it lacks.
func TestCheckedShallow(t *testing.T) {
	r := newChecked(t, "protect: {API.md: {only: [lead]}}\n")
	r.git("config", "user.name", "lead")
	claim := r.commit("claim(a): it works", "API.md", "1")
	r.commit("more")
	r.review("a", claim)
	r.commit("done", "STATUS-core.md", doneText)
	clone := r
	clone.dir = filepath.Join(filepath.Dir(r.dir), "clone")
	r.git("clone", "-q", "--depth=2", "file://"+r.dir, clone.dir)
	clone.expect("HEAD")
}
