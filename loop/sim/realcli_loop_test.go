package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
// of gates until their phase is done, in either mode, while the coordinator is killed,
// either of them meets its usage limit, and a session is killed. Each claim and each
// review is told once, and nobody has to help.
func TestRealCLILoop(t *testing.T) {
	t.Parallel() // they mostly wait
	for _, mode := range []string{"turns", "session"} {
		t.Run(mode, func(t *testing.T) {
			realcli.Install(t, realcli.Codex)
			realcli.Install(t, realcli.Claude)
			t.Parallel()
			r := loopRig(t, mode)
			r.pawl("up", "--no-watch")
			w := r.watch()
			r.passes(2)
			w.kill() // while somebody works
			r.watch()
			r.limited("adversary", 1)
			r.passes(3)
			r.limited("builder", 2)
			r.dies("adversary")
			r.passes(gatesOfLoop)
			r.untilWithin(2*time.Minute, "the sequence is complete, and nobody runs", func() bool {
				st := r.loaded()
				return st.Loop.Phase.Complete && len(st.Sessions) == 0
			})
			r.toldOnce(mode)
			r.pawl("down")
		})
	}
}

// loopRig has two real programs that do as the scripts of their model say.
func loopRig(t *testing.T, mode string) *real {
	t.Helper()
	r, server := modelRig(t)
	scripts := t.TempDir()
	for agent, turn := range map[string]string{"builder": builderTurn, "adversary": adversaryTurn} {
		path := filepath.Join(scripts, agent+".sh")
		r.write(path, turn)
		server.Script(agent, func(text string) string {
			if agent == "adversary" && !toldAnything.MatchString(text) {
				return "" // it waits until it is told of the first claim
			}
			return "[[run: sh " + path + "]]"
		})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: rig\norigin: {url: %q, poll: 200ms}\nsupervise: {interval: 500ms, backoff: {initial: 500ms}, limit: {probe: 10s, slack: 1s}}\n", r.stage.Origin())
	b.WriteString("phases: {gate: verdict, sequence: [{id: one, plan: plans/one.md, status: STATUS-one.md}]}\n")
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

var toldAnything = regexp.MustCompile(`^w[0-9a-f]{12} `)

// builderTurn and adversaryTurn are what the agents do whenever they are told anything:
// they look what stands at origin, as real ones would, and do what is next.
const (
	builderTurn = `set -e
sleep 1
git pull -q --rebase origin main
n=$(git log --format=%s | sed -n 's/^review(g\([0-9]*\)).*/\1/p' | head -n 1)
if [ "$n" = 5 ]; then
	mkdir -p machine-docs
	echo '## DONE' >machine-docs/STATUS-one.md
	git add machine-docs
	git commit -q -m 'status: done' || exit 0
else
	subject="claim(g$((n + 1))): it works"
	if git log --format=%s | grep -qF "$subject"; then exit 0; fi
	git commit -q --allow-empty -m "$subject"
fi
git push -q origin HEAD:main
`
	adversaryTurn = `set -e
sleep 1
git pull -q --rebase origin main
claim=$(git log --format='%H %s' | grep -m 1 ' claim(g[0-9]*):') || exit 0
gate=$(echo "$claim" | sed 's/.* claim(\(g[0-9]*\)):.*/\1/')
if git log --format=%s | grep -qF "review($gate)"; then exit 0; fi
git commit -q --allow-empty -m "review($gate): it holds" -m "Verdict: pass
Reviewed: ${claim%% *}"
git push -q origin HEAD:main
`
)

// passes waits until a gate has its review.
func (r *real) passes(gate int) {
	r.t.Helper()
	want := fmt.Sprintf("review(g%d): it holds", gate)
	r.untilWithin(3*time.Minute, "origin has "+want, func() bool {
		return strings.Contains(r.git(r.stage.Origin(), "log", "--format=%s", "main"), want)
	})
}

// limited has an agent at its usage limit for a while, as the n-th of the loop's limits,
// and waits until it is over: its end is read where it is shown, or asked for.
func (r *real) limited(agent string, n int) {
	r.t.Helper()
	r.model.Limit(agent, time.Now().Add(30*time.Second))
	r.untilWithin(2*time.Minute, "the limit is seen", func() bool { return r.events("agent.held") >= n })
	r.untilWithin(4*time.Minute, "the limit is over", func() bool { return r.events("agent.released") >= n })
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
// review was told once. A turn that the limit refused heard nothing, so that in turns it
// is told again, as often as is asked whether the limit stands.
func (r *real) toldOnce(mode string) {
	r.t.Helper()
	const asked = 4 // within a limit of 30 s, every 10 s
	for n := 1; n <= gatesOfLoop; n++ {
		for agent, signal := range map[string]string{"adversary": "claim", "builder": "review"} {
			text := fmt.Sprintf("%s(g%d)", signal, n)
			told, refused := r.tellings(agent, text)
			if mode != "turns" {
				told, refused = told+refused, 0 // what was refused stands in the conversation
			}
			if told != 1 || refused > asked {
				r.t.Errorf("%s was told of %s %d times, and %d more times in turns that were refused", agent, text, told, refused)
			}
		}
	}
	if r.t.Failed() {
		for _, m := range r.model.Received() {
			r.t.Logf("%s received %.200q (refused: %v)", m.Instance, m.Text, m.Refused)
		}
	}
}

// tellings counts how often the model of an agent was told of something in a wake.
func (r *real) tellings(agent, text string) (told, refused int) {
	for _, m := range r.model.Received() {
		switch {
		case m.Instance != agent || !toldAnything.MatchString(m.Text) || !strings.Contains(m.Text, text):
		case m.Refused:
			refused++
		default:
			told++
		}
	}
	return told, refused
}
