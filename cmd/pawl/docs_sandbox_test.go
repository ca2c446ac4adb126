package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff/system"
)

// The places that documents name. In the sandbox the first is its home, and the
// second leads to a bare repository beside it.
const (
	docsHome   = "/home/me"
	docsOrigin = "git@example.org:acme.git"
)

// docsPatience is how long a command may take to print what its document shows,
// on a machine that is busy with other tests.
const docsPatience = time.Minute

// sandbox is a home with a clone of a repository, in which one document's
// commands run.
type sandbox struct {
	t     testing.TB
	root  string
	home  string
	setup string // put before each script
	env   []string
}

// newSandbox makes one from what template built, and sees at the end that
// nothing of it runs on.
func newSandbox(t testing.TB, tmpl string) *sandbox {
	t.Helper()
	// t.TempDir's names are too long for the socket of a tmux server.
	made, err := os.MkdirTemp("", "docs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(made); err != nil {
			t.Error(err)
		}
	})
	root, err := filepath.EvalSymlinks(made)
	if err != nil {
		t.Fatal(err)
	}
	screens, err := filepath.Abs("../../loop/adapter/screens")
	if err != nil {
		t.Fatal(err)
	}
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t: t, root: root, home: filepath.Join(root, "me")}
	s.env = append(withoutGit(os.Environ()),
		"HOME="+s.home, "WORK="+root, "GORACE=atexit_sleep_ms=0", "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC", "SCREENS="+screens, "TESTDATA="+testdata)
	s.write(".gitconfig", fmt.Sprintf("[user]\nname = me\nemail = me@test.invalid\n[init]\ndefaultBranch = main\n[url %q]\ninsteadOf = %s\n",
		filepath.Join(root, "origin.git"), docsOrigin))
	s.write(".cwd", s.home+"\n")
	t.Cleanup(s.sweep)
	if err := os.CopyFS(root, os.DirFS(tmpl)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "dev"), filepath.Join(s.home, "acme")); err != nil {
		t.Fatal(err)
	}
	if out, err := s.sh("cd acme && git remote set-url origin " + docsOrigin); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return s
}

// write writes a file below the home.
func (s *sandbox) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// here is the folder in which the last script ended, relative to the home.
func (s *sandbox) here() string {
	text, err := os.ReadFile(filepath.Join(s.home, ".cwd"))
	if err != nil {
		s.t.Fatal(err)
	}
	dir, err := filepath.Rel(s.home, strings.TrimSpace(string(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	return dir
}

// sh runs a script with the real sh where the last one ended, and returns what
// it prints, with the places that documents name. A line that fails ends it.
func (s *sandbox) sh(script string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", `cd "$(cat "$HOME/.cwd")" && trap 'pwd >"$HOME/.cwd"' EXIT && set -e
`+s.setup+"\n"+script)
	cmd.Env = s.env
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = errors.Join(errors.New("it does not end"), err)
	}
	text := strings.ReplaceAll(string(out), filepath.Join(s.root, "origin.git"), docsOrigin)
	return strings.ReplaceAll(text, s.home, docsHome), err
}

// looks says whether a command changes nothing: such a one is asked until it
// prints what the document shows, or docsPatience is over.
func looks(command string) bool {
	words := strings.Fields(command)
	if len(words) < 2 || words[0] != "pawl" {
		return false
	}
	switch words[1] {
	case "status", "explain", "events", "report", "schedule", "doctor", "logs":
		return true
	case "handoffs", "phase":
		return len(words) == 2 || words[2] == "show" || strings.HasPrefix(words[2], "-") || words[2] == "|"
	}
	return false
}

// console runs one command line and compares what it prints.
func (s *sandbox) console(st docStep) error {
	deadline := time.Now().Add(docsPatience)
	for {
		out, _ := s.sh(st.command) // a command that fails has its words compared
		got := strings.Split(strings.TrimSpace(out), "\n")
		want := st.want
		if strings.HasPrefix(st.command, "pawl demo") {
			// Two agents do things at the same time.
			want, got = byText(want), byText(got)
		}
		err := compareOutput(want, got)
		if err == nil || !looks(st.command) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * pollEvery)
	}
}

// byText sorts lines by their shape.
func byText(lines []string) []string {
	return slices.SortedFunc(slices.Values(lines), func(a, b string) int { return strings.Compare(shaped(a), shaped(b)) })
}

// sweep ends what runs, and fails the test if anything is left.
func (s *sandbox) sweep() {
	loops, err := filepath.Glob(filepath.Join(s.home, "*", "pawl.yaml"))
	if err != nil {
		s.t.Error(err)
	}
	for _, path := range loops {
		if out, err := s.sh("pawl --config '" + path + "' down"); err != nil && len(leftovers(s.root)) > 0 {
			s.t.Logf("pawl down: %v\n%s", err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(s.root, "tmux")); err == nil {
		// It may have ended with its last session.
		if out, err := s.sh(`tmux -S "$WORK/tmux" kill-server 2>/dev/null || true`); err != nil {
			s.t.Errorf("%v\n%s", err, out)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); len(leftovers(s.root)) > 0; time.Sleep(pollEvery) {
		if time.Now().After(deadline) {
			end(s.t, leftovers(s.root))
			break
		}
	}
	for _, path := range loops {
		readLog(s.t, path)
		if err := removeRuntime(s.root, filepath.Join(filepath.Dir(path), ".pawl")); err != nil {
			s.t.Error(err)
		}
	}
}
