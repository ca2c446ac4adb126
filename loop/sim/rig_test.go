package sim

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/daemon"
	"pawl/loop/ledger"
	"pawl/loop/sim/tui"
)

// program is the pawl that the tests run: the real one.
var program string

// atOnce is how many rigs run at the same time: they wait more than they compute.
const atOnce = "6"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "fake-agent" {
		os.Exit(tui.Main(os.Args[2:], os.Environ(), os.Stdin, os.Stderr))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		if err := f.Value.Set(atOnce); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	dir, err := os.MkdirTemp("", "pawl-sim-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	program = filepath.Join(dir, "pawl")
	code := 1
	if out, err := exec.Command("go", "build", "-o", program, "pawl/cmd/pawl").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// patience bounds every wait of these tests; the machine may be busy.
const patience = 30 * time.Second

// rig is a stage with a pawl.yaml on it, and the processes that a test runs.
type rig struct {
	t     testing.TB
	stage *Stage
	hand  string   // the clone from which the test commits
	env   []string // of every process that the test starts
	said  string   // what the last pawl wrote to stderr

	socket string // of the tmux server, where it has one
	away   string // the state directory, where it is not beside pawl.yaml

	book     *ledger.Ledger
	bookFile os.FileInfo
}

// newRig makes a stage whose agents only listen. yaml is added to its pawl.yaml.
func newRig(t testing.TB, yaml string) *rig {
	t.Helper()
	if test, ok := t.(*testing.T); ok {
		test.Parallel()
	}
	r := emptyRig(t)
	r.stage.Phases = []string{"one"}
	for _, step := range []func(context.Context) error{r.stage.writeAgents, r.stage.makeOrigin, r.stage.makeClones} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile("testdata/listener.sh")
	if err != nil {
		t.Fatal(err)
	}
	r.write(filepath.Join(r.stage.Dir, "agents", "listener.sh"), string(script))
	r.write(r.stage.Config(), r.listeners(yaml))
	r.hand = filepath.Join(r.stage.Dir, "hand")
	r.git(r.stage.Dir, "clone", "-q", r.stage.Origin(), r.hand)
	return r
}

// emptyRig makes the folder. Its name is one that a shell would misread.
func emptyRig(t testing.TB) *rig {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, `it's $(a) "loop" 100%d #{pid}`)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var env []string
	for _, kv := range gitEnv(os.Environ()) {
		if !strings.HasPrefix(kv, "PAWL_") {
			env = append(env, kv)
		}
	}
	r := &rig{t: t, stage: &Stage{Dir: dir}, env: env}
	t.Cleanup(r.end)
	return r
}

// listeners is the pawl.yaml of a rig.
func (r *rig) listeners(yaml string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: rig\n")
	if !strings.Contains(yaml, "origin:") {
		fmt.Fprintf(&b, "origin: {url: %q, poll: 100ms}\n", r.stage.Origin())
	}
	b.WriteString("supervise: {interval: 250ms, backoff: {initial: 100ms, max: 200ms}, park: {restarts: 1000, within: 30m}}\n")
	fmt.Fprintf(&b, "adapters:\n  script: {command: [sh, %q]}\n", filepath.Join(r.stage.Dir, "agents", "listener.sh"))
	fmt.Fprintf(&b, "defaults:\n  adapter: script\n  launcher: process\n  env: {DEMO_AGENTS: %q, DEMO_RECORD: %q}\n",
		filepath.Join(r.stage.Dir, "agents"), r.stage.Record())
	b.WriteString(yaml)
	b.WriteString("agents:\n")
	for _, role := range []string{"builder", "adversary"} {
		fmt.Fprintf(&b, "  %s: {kind: loop, role: %s, dir: %q}\n", role, role, filepath.Join(r.stage.Dir, role))
	}
	return b.String()
}

// end leaves no process and no runtime folder.
func (r *rig) end() {
	r.closeBook()
	// The test's own context has ended by now.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if out, err := r.command(ctx, "down").CombinedOutput(); err != nil {
		r.t.Errorf("pawl down: %v\n%s", err, out)
	}
	place, err := daemon.NewPlace(r.state())
	if err == nil {
		err = place.Remove()
	}
	if err != nil && !errors.Is(err, syscall.ENOTEMPTY) { // another rig's folder may have come meanwhile
		r.t.Error(err)
	}
	if r.t.Failed() {
		log, err := os.ReadFile(r.log())
		r.t.Logf("the coordinator's log: %v\n%s", err, tail(log, 6000))
	}
}

func tail(b []byte, n int) []byte { return b[max(len(b)-n, 0):] }

func (r *rig) state() string {
	if r.away != "" {
		return r.away
	}
	return filepath.Join(filepath.Dir(r.stage.Config()), ".pawl")
}

func (r *rig) write(path, text string) {
	r.t.Helper()
	// A half-written pawl.yaml would be another test than the one that is meant.
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, append([]string{"--config", r.stage.Config()}, args...)...)
	cmd.Dir, cmd.Env = r.stage.Dir, r.env
	cmd.WaitDelay = time.Second
	return cmd
}

// pawl runs a command that must succeed.
func (r *rig) pawl(args ...string) string {
	r.t.Helper()
	return r.pawlWithin(patience, args...)
}

func (r *rig) pawlWithin(patience time.Duration, args ...string) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	cmd := r.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		r.t.Fatalf("pawl %s: %v\n%s%s", strings.Join(args, " "), err, out.Bytes(), errs.Bytes())
	}
	r.said = errs.String()
	return out.String()
}

func (r *rig) git(dir string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(r.env[:len(r.env):len(r.env)], "GIT_AUTHOR_NAME=hand", "GIT_AUTHOR_EMAIL=hand@rig.invalid", "GIT_COMMITTER_NAME=hand", "GIT_COMMITTER_EMAIL=hand@rig.invalid")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit commits in the test's clone, without pushing.
func (r *rig) commit(message string) string {
	r.t.Helper()
	r.git(r.hand, "add", "-A")
	r.git(r.hand, "commit", "-q", "--allow-empty", "-m", message)
	return r.git(r.hand, "rev-parse", "HEAD")
}

func (r *rig) push(args ...string) {
	r.t.Helper()
	r.git(r.hand, append([]string{"push", "-q", "origin", "HEAD:main"}, args...)...)
}

// claim commits and pushes a claim.
func (r *rig) claim(gate string) string {
	r.t.Helper()
	hash := r.commit("claim(" + gate + "): it works")
	r.push()
	return hash
}

// until waits for what the test is about.
func (r *rig) until(what string, happened func() bool) {
	r.t.Helper()
	r.untilWithin(patience, what, happened)
}

func (r *rig) untilWithin(patience time.Duration, what string, happened func() bool) {
	r.t.Helper()
	wait := 5 * time.Millisecond
	for limit := time.Now().Add(patience); !happened(); time.Sleep(wait) {
		wait = min(wait*3/2, 60*time.Millisecond)
		if time.Now().After(limit) {
			r.t.Fatalf("it did not happen within %s that %s\n%s", patience, what, r.told())
		}
	}
}

// loaded is the ledger as it is now; the zero State where there is none.
func (r *rig) loaded() ledger.State {
	r.t.Helper()
	var s ledger.State
	r.ledger(func(l *ledger.Ledger) (err error) {
		s, err = l.Load(r.t.Context())
		return err
	})
	return s
}

// ledger gives f the ledger that is there now, if there is one. It is kept open:
// these tests ask often.
func (r *rig) ledger(f func(*ledger.Ledger) error) {
	r.t.Helper()
	info, err := os.Stat(filepath.Join(r.state(), ledger.File))
	if ledger.Missing(err) {
		return
	}
	if err == nil && (r.book == nil || !os.SameFile(info, r.bookFile)) {
		r.closeBook()
		r.bookFile = info
		r.book, err = ledger.OpenExisting(r.t.Context(), r.state())
	}
	if err == nil {
		err = f(r.book)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) closeBook() {
	if r.book == nil {
		return
	}
	if err := r.book.Close(); err != nil {
		r.t.Error(err)
	}
	r.book = nil
}

// events counts the events of a kind.
func (r *rig) events(kind string) int {
	r.t.Helper()
	n := 0
	r.ledger(func(l *ledger.Ledger) error {
		all, err := l.Events(r.t.Context(), 0, 100_000)
		for _, e := range all {
			if e.Kind == kind {
				n++
			}
		}
		return err
	})
	return n
}
