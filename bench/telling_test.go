package bench

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/bench/history"
	"pawl/handoff/system"
)

// telling is an origin to push to, and an agent that somebody tells of it.
type telling struct {
	b      *testing.B
	dir    string
	origin string
	hand   string // the clone that is pushed from
	heard  string // where the agent writes when it was told
	pushes int
	name   string // of the last commit pushed, as somebody tells it: its first digits
}

// newTelling makes the origin. Its pre-receive hook notes when a push comes.
func newTelling(b *testing.B) *telling {
	b.Helper()
	dir := scratch(b)
	t := &telling{b: b, dir: dir, origin: filepath.Join(dir, "origin.git"), hand: filepath.Join(dir, "hand"), heard: filepath.Join(dir, "heard")}
	if err := history.Make(b.Context(), t.origin, 100); err != nil {
		b.Fatal(err)
	}
	command(b, dir, "git", "clone", "-q", "--no-checkout", t.origin, t.hand)
	command(b, t.hand, "git", "read-tree", "HEAD")
	hook := filepath.Join(t.origin, "hooks", "pre-receive")
	write(b, hook, "#!/bin/sh\ndate +%s%N >"+filepath.Join(dir, "pushed")+"\n", 0o755)
	script, err := os.ReadFile(filepath.Join("testdata", "listener.sh"))
	if err != nil {
		b.Fatal(err)
	}
	write(b, t.listener(), string(script), 0o755)
	return t
}

func (t *telling) listener() string { return filepath.Join(t.dir, "listener.sh") }

// byPawl has the agent told by pawl; its session is on a launcher, and origin is
// what pawl.yaml says of it.
func (t *telling) byPawl(launcher, origin string) *project {
	t.b.Helper()
	yaml := origin + fmt.Sprintf("launchers: {tmux: {socket: %q}}\n", filepath.Join(t.dir, "s")) +
		fmt.Sprintf("adapters:\n  script: {command: [sh, %q, %q]}\n", t.listener(), t.heard) +
		fmt.Sprintf("  screen: {command: [sh, %q, %q], detect: {composer: '^> ?(.*)$'}}\n", t.listener(), t.heard) +
		fmt.Sprintf("defaults: {launcher: %s, adapter: %s}\n", launcher, map[string]string{"process": "script", "tmux": "screen"}[launcher]) +
		"agents:\n  adversary: {kind: loop, role: adversary}\n"
	p := newProject(t.b, t.dir, yaml)
	p.start()
	p.pawl("up")
	t.up(p.until)
	return p
}

// up waits for the agent.
func (t *telling) up(until func(string, func() bool)) {
	until("the agent runs", func() bool { _, err := os.Stat(t.heard + ".up"); return err == nil })
}

// push pushes one claim.
func (t *telling) push() {
	t.b.Helper()
	t.pushes++
	command(t.b, t.hand, "git", "commit", "-q", "--allow-empty", "-m", fmt.Sprintf("claim(gate): attempt %d", t.pushes))
	t.name = command(t.b, t.hand, "git", "rev-parse", "HEAD")[:7]
	command(t.b, t.hand, "git", "push", "-q", "origin", "HEAD:main")
}

// told pushes and returns how long it took from the hook until the agent had read of it.
func (t *telling) told() time.Duration {
	t.b.Helper()
	t.push()
	heard := t.wait()
	text, err := os.ReadFile(filepath.Join(t.dir, "pushed"))
	if err != nil {
		t.b.Fatal(err)
	}
	return heard.Sub(t.moment(strings.TrimSpace(string(text))))
}

// polled is told at a moment that the one who polls does not know.
func (t *telling) polled() time.Duration {
	t.b.Helper()
	time.Sleep(rand.N(pollEvery))
	return t.told()
}

// posted is told with the clock started when the forge posts.
func (t *telling) posted(url string) time.Duration {
	t.b.Helper()
	t.push()
	begin := time.Now()
	resp, err := http.Post(url, "application/json", strings.NewReader(`{"ref":"refs/heads/main"}`))
	if err != nil {
		t.b.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusAccepted {
		t.b.Fatal(resp.Status, err)
	}
	return t.wait().Sub(begin)
}

// wait waits until the agent has heard of the last push, and returns when it did.
func (t *telling) wait() time.Time {
	t.b.Helper()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(t.heard)
		if err != nil {
			text = nil // nothing was said yet
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, t.name) || strings.HasSuffix(line, fmt.Sprintf("attempt %d\n", t.pushes)) {
				nanos, _, _ := strings.Cut(line, " ")
				return t.moment(nanos)
			}
		}
		if time.Now().After(limit) {
			t.b.Fatalf("the agent was not told of %s:\n%s", t.name, text)
		}
	}
}

// moment reads nanoseconds since 1970.
func (t *telling) moment(nanos string) time.Time {
	t.b.Helper()
	n, err := strconv.ParseInt(nanos, 10, 64)
	if err != nil {
		t.b.Fatal(err)
	}
	return time.Unix(0, n)
}

// byStandIn has the agent told by the stand-in, which rests but for its turns.
func (t *telling) byStandIn(python string) func() time.Duration {
	t.b.Helper()
	socket, repository := filepath.Join(t.dir, "s"), filepath.Join(t.dir, "watched")
	command(t.b, t.dir, "git", "clone", "-q", t.origin, repository)
	command(t.b, t.dir, "tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "-s", "adversary", "sh", t.listener(), t.heard)
	t.b.Cleanup(func() { command(t.b, t.dir, "tmux", "-S", socket, "kill-server") })
	cmd := exec.Command(python, filepath.Join("testdata", "standin.py"), "watch", repository, socket, "adversary", fmt.Sprint(pollEvery.Seconds()))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.b.Fatal(err)
	}
	signal := func(sig os.Signal) {
		if err := cmd.Process.Signal(sig); err != nil {
			t.b.Error(err)
		}
	}
	t.b.Cleanup(func() {
		signal(system.SIGCONT)
		signal(os.Kill)
		if err := cmd.Wait(); err == nil {
			t.b.Error("the stand-in had ended by itself")
		}
	})
	if _, err := out.Read(make([]byte, 16)); err != nil {
		t.b.Fatal(err)
	}
	signal(system.SIGSTOP)
	return func() time.Duration {
		signal(system.SIGCONT)
		defer signal(system.SIGSTOP)
		return t.polled()
	}
}

// python is the interpreter that runs the stand-in; "" where there is none.
func python() string {
	for _, name := range []string{"python3.11", "python3"} {
		// What is on PATH may be a script that looks for the real one each time.
		if out, err := exec.Command(name, "-c", "import sys; print(sys.executable)").Output(); err == nil {
			return strings.TrimSpace(string(out))
		}
	}
	return ""
}
