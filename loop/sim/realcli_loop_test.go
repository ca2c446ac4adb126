package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/adapter/realcli"
	"pawl/loop/ledger"
)

// gatesOfLoop is how many gates the loop of real programs has.
const gatesOfLoop = 5

// A Builder and an Adversary that are real and different programs hand each other a row
// of gates, in either mode, while the coordinator is killed, the Adversary is at its
// usage limit, and its session is killed. Each claim and each review is told once.
func TestRealCLILoop(t *testing.T) {
	for _, mode := range []string{"turns", "session"} {
		t.Run(mode, func(t *testing.T) {
			realcli.Install(t, realcli.Codex)
			realcli.Install(t, realcli.Claude)
			t.Parallel() // they mostly wait
			r := loopRig(t, mode)
			r.pawl("up", "--no-watch")
			w := r.watch()
			r.passes(2)
			w.kill() // while somebody works
			r.watch()
			r.passes(3)
			r.limited("adversary")
			r.dies("adversary")
			r.passes(gatesOfLoop)
			r.untilWithin(2*time.Minute, "the last review is told", func() bool { return r.times(fmt.Sprintf("review(g%d)", gatesOfLoop)) > 0 })
			r.toldOnce(mode)
			r.pawl("down")
		})
	}
}

// loopRig has two real programs that do as the scripts of their model say.
func loopRig(t *testing.T, mode string) *real {
	t.Helper()
	r, server := modelRig(t)
	server.Script("builder", func(text string) string {
		if !toldAnything.MatchString(text) {
			return commits("claim(g1): it works")
		}
		if n := gateIn(text, "review"); n > 0 && n < gatesOfLoop {
			return commits(fmt.Sprintf("claim(g%d): it works", n+1))
		}
		return ""
	})
	server.Script("adversary", func(text string) string {
		if n := gateIn(text, "claim"); n > 0 {
			return commits(fmt.Sprintf("review(g%d): it holds", n))
		}
		return ""
	})
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: rig\norigin: {url: %q, poll: 200ms}\nsupervise: {interval: 500ms, backoff: {initial: 500ms}}\n", r.stage.Origin())
	b.WriteString("phases: {sequence: [{id: one, plan: plans/one.md, status: STATUS-one.md}]}\n")
	safely := "claude, -p, --output-format, stream-json, --verbose, --permission-mode, acceptEdits, --allowedTools, Bash" // root may not use the built-in commands
	fmt.Fprintf(&b, "adapters: {claude: {command: [claude, --permission-mode, acceptEdits, --allowedTools, Bash, --], turns: {command: [%s]}}}\n", safely)
	fmt.Fprintf(&b, "defaults: {mode: %s, kind: loop}\nagents:\n", mode)
	for agent, program := range map[string]string{"builder": realcli.Codex, "adversary": realcli.Claude} {
		dir, env := r.realHome(program, server.BaseURL(agent), realcli.Unattended)
		fmt.Fprintf(&b, "  %s: {role: %[1]s, adapter: %s, dir: %q, env: {%s}}\n", agent, program, dir, env)
	}
	if err := os.MkdirAll(filepath.Dir(r.stage.Config()), 0o755); err != nil {
		t.Fatal(err)
	}
	r.write(r.stage.Config(), b.String())
	if mode == "session" {
		r.onServer()
	}
	return &real{rig: r, model: server}
}

var (
	toldAnything = regexp.MustCompile(`^w[0-9a-f]{12} `)
	gateNamed    = regexp.MustCompile(`\b(claim|review)\(g([0-9]+)\)`)
)

// gateIn is the number of the last gate that a wake names of that kind; 0 without one.
func gateIn(text, kind string) (n int) {
	if !toldAnything.MatchString(text) {
		return 0
	}
	for _, m := range gateNamed.FindAllStringSubmatch(text, -1) {
		if m[1] == kind {
			n, _ = strconv.Atoi(m[2])
		}
	}
	return n
}

// commits are the directives to commit and push a signal that is not at origin yet.
func commits(subject string) string {
	return "[[run: sleep 1; git pull -q --rebase origin main; git log --format=%s | grep -qF '" + subject + "' || " +
		"{ git commit -q --allow-empty -m '" + subject + "' && git push -q origin HEAD:main; }]]"
}

// passes waits until a gate has its review.
func (r *real) passes(gate int) {
	r.t.Helper()
	want := fmt.Sprintf("review(g%d): it holds", gate)
	r.untilWithin(3*time.Minute, "origin has "+want, func() bool {
		return strings.Contains(r.git(r.stage.Origin(), "log", "--format=%s", "main"), want)
	})
}

// limited has an agent at its usage limit until it is seen, and a little.
func (r *real) limited(agent string) {
	r.t.Helper()
	r.model.Limit(agent, time.Now().Add(time.Hour))
	r.untilWithin(2*time.Minute, "the limit is seen", func() bool { return r.events("agent.held") > 0 })
	r.model.Limit(agent, time.Time{})
	r.pawl("resume", agent)
}

// dies kills an agent's session while it is idle.
func (r *real) dies(agent string) {
	r.t.Helper()
	row := func() ledger.Session { return r.loaded().Sessions[agent] }
	r.untilWithin(2*time.Minute, "the agent is idle", func() bool { return row().Doing == "idle" })
	before := row()
	r.signal(before.PID, syscall.SIGKILL)
	r.untilWithin(2*time.Minute, "another session is there", func() bool {
		now := row()
		return now.Generation != before.Generation && now.State == ledger.Live
	})
}

// toldOnce holds what the programs were told against origin's history: each claim and
// review was told once. One that met the limit may have been told again, in turns: what
// its turn began with was never heard.
func (r *real) toldOnce(mode string) {
	r.t.Helper()
	again := 0
	for n := 1; n <= gatesOfLoop; n++ {
		for agent, signal := range map[string]string{"adversary": "claim", "builder": "review"} {
			text := fmt.Sprintf("%s(g%d)", signal, n)
			wakes := map[string]int{}
			for _, m := range r.model.Received() {
				if m.Instance == agent && toldAnything.MatchString(m.Text) && strings.Contains(m.Text, text) {
					id, _, _ := strings.Cut(m.Text, " ")
					wakes[id]++
				}
			}
			if len(wakes) == 0 {
				r.t.Errorf("%s was never told of %s", agent, text)
			}
			for id, times := range wakes {
				if times != 1 {
					r.t.Errorf("%s was told of %s %d times in one wake %s", agent, text, times, id)
				}
			}
			again += len(wakes) - 1
			if len(wakes) > 1 && (mode != "turns" || agent != "adversary") {
				r.t.Errorf("%s was told of %s in %d wakes", agent, text, len(wakes))
			}
		}
	}
	if again > 1 {
		r.t.Errorf("%d things were told again, and one of them met the limit", again)
	}
	if r.t.Failed() {
		for _, m := range r.model.Received() {
			r.t.Logf("%s received %.200q", m.Instance, m.Text)
		}
	}
}
