package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter/realcli"
	"pawl/loop/adapter/realcli/model"
	"pawl/loop/launcher/proc"
	"pawl/loop/ledger"
)

// Real agent CLIs on a scripted model take ten wakes each, idle and busy, whole
// and once, from the real coordinator on real tmux.
func TestRealCLIsTakeTenWakes(t *testing.T) {
	t.Parallel() // they mostly wait
	for _, c := range []struct {
		name    string
		command []string // instead of the built-in one, which root may not use
		model   string
	}{
		{name: realcli.Codex},
		{name: realcli.Claude, command: []string{"claude", "--permission-mode", "acceptEdits", "--allowedTools", "Bash", "--"}},
		{name: realcli.OpenCode},
		{name: realcli.Gemini, model: "gemini-2.5-pro"},
	} {
		t.Run(c.name, func(t *testing.T) {
			realcli.Install(t, c.name)
			t.Parallel()
			keys := "launcher: tmux"
			if c.model != "" {
				keys += ", model: " + c.model
			}
			r := realRig(t, c.name, commandKeys(c.command), keys)
			r.onServer()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the screen:\n%s", r.screen())
				}
			})
			r.tenWakes(c.name)
		})
	}
}

// real is a rig with one real agent.
type real struct {
	*rig
	model *model.Server
	dir   string // the agent's clone
	home  string // of its user
}

// installOften installs a program that is one of those that each run of the tests can
// afford; PAWL_NIGHTLY runs all of them.
func installOften(t *testing.T, name string, often ...string) {
	t.Helper()
	if !slices.Contains(often, name) && os.Getenv("PAWL_NIGHTLY") == "" {
		t.Skip("others do the same in less time: PAWL_NIGHTLY=1 runs it")
	}
	realcli.Install(t, name)
}

// commandKeys are the adapter's keys for another command; "" for the built-in one.
func commandKeys(command []string) string {
	if command == nil {
		return ""
	}
	return fmt.Sprintf("command: [\"%s\"]", strings.Join(command, `", "`))
}

// realRig has one agent, worker, whose program is a real one. What its adapter and the
// agent have beside that are keys of YAML.
func realRig(t *testing.T, name, adapterKeys, agentKeys string, mode ...realcli.Mode) *real {
	t.Helper()
	r, server := modelRig(t)
	dir, env := r.realHome(name, server.BaseURL("worker"), append(mode, realcli.Unattended)[0])
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: rig\norigin: {url: %q, poll: 200ms}\nsupervise: {interval: 500ms}\n", r.stage.Origin())
	b.WriteString("adapters:\n")
	fmt.Fprintf(&b, "  %s: {%s}\n  unused: {command: [sh]}\n", name, adapterKeys)
	fmt.Fprintf(&b, "defaults: {adapter: %s, %s}\n", name, agentKeys)
	fmt.Fprintf(&b, "agents:\n  worker:\n    kind: persistent\n    dir: %q\n    prompt: \"[[say: ready]] begin\"\n", dir)
	fmt.Fprintf(&b, "    env: {%[1]s}\nworkers: {env: {%[1]s}}\n", env)
	if err := os.MkdirAll(filepath.Dir(r.stage.Config()), 0o755); err != nil {
		t.Fatal(err)
	}
	r.write(r.stage.Config(), b.String())
	_, home, _ := strings.Cut(env, "HOME: \"")
	home, _, _ = strings.Cut(home, "\"")
	return &real{rig: r, model: server, dir: dir, home: home}
}

// modelRig has an origin and a scripted model, and no agents yet.
func modelRig(t *testing.T) (*rig, *model.Server) {
	t.Helper()
	r := emptyRig(t)
	r.stage.Phases = []string{"one"}
	if err := r.stage.makeOrigin(t.Context()); err != nil {
		t.Fatal(err)
	}
	server, err := model.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, server
}

// realHome is a clone for an agent, and the variables with which its program knows the
// model, as keys of YAML.
func (r *rig) realHome(name, url string, mode realcli.Mode) (dir, env string) {
	r.t.Helper()
	dir = filepath.Join(r.t.TempDir(), "clone") // not all programs can work in the folder of a rig
	r.git(r.stage.Dir, "clone", "-q", r.stage.Origin(), dir)
	r.git(dir, "config", "user.name", name) // a machine's own name may be none that git takes
	r.git(dir, "config", "user.email", name+"@rig.invalid")
	list, _ := realcli.Home(r.t, name, dir, url, mode)
	var vars []string
	for _, kv := range list {
		k, v, _ := strings.Cut(kv, "=")
		vars = append(vars, fmt.Sprintf("%s: %q", k, v))
	}
	return dir, strings.Join(vars, ", ")
}

// tenWakes tells the agent ten things, some while it works.
func (r *real) tenWakes(name string) {
	r.t.Helper()
	r.pawl("up", "--no-watch")
	r.watch()
	r.untilWithin(3*time.Minute, "the kickoff arrives", func() bool { return len(r.model.Received()) == 1 })
	var want []string
	busy := 0
	for n := range 10 {
		text := fmt.Sprintf("[[say: noted]] wake number %d of ten, größer, $HOME #{pane_id} ;", n)
		switch n % 5 {
		case 4:
			text = fmt.Sprintf("[[run: git commit -q --allow-empty -m 'claim(w%[1]d): by %[2]s'; git push -q origin HEAD:main]] wake number %[1]d pushes", n, name)
		case 1:
			text = fmt.Sprintf("[[slow: 3]] wake number %d takes its time", n)
		case 3:
			text += strings.Repeat(" and it is long", 46)
		}
		if n%5 != 2 { // the one after the slow one comes while it works
			r.untilWithin(time.Minute, "the agent is idle", func() bool { return r.doing() == "idle" })
		} else {
			r.untilWithin(time.Minute, "the agent works", func() bool { return r.doing() == "active" })
			busy++
		}
		r.pawl("wake", "worker", "-m", text)
		want = append(want, text)
		r.untilWithin(time.Minute, fmt.Sprintf("wake %d is taken", n), r.told)
	}
	r.untilWithin(time.Minute, "all of them arrive", func() bool { return len(r.model.Received()) >= 11 && r.doing() == "idle" })
	got := r.model.Received()
	if len(got) != 11 {
		r.t.Errorf("%s: the model was told %d things, want 11", name, len(got))
	}
	for n, text := range want {
		times := 0
		for _, m := range got {
			if _, told, _ := strings.Cut(m.Text, " "); strings.HasPrefix(m.Text, "w") && told == text {
				times++
			}
		}
		if times != 1 {
			r.t.Errorf("%s: wake %d arrived whole %d times, want once", name, n, times)
		}
	}
	if r.t.Failed() {
		for _, m := range got {
			r.t.Logf("received %q", m.Text)
		}
	}
	for _, n := range []int{4, 9} {
		pushed := fmt.Sprintf("claim(w%d): by %s", n, name)
		r.untilWithin(time.Minute, pushed+" is at origin", func() bool {
			return strings.Contains(r.git(r.stage.Origin(), "log", "--format=%s", "main"), pushed)
		})
	}
	generation := r.loaded().Sessions["worker"].Generation
	begin := time.Now()
	r.pawl("down")
	left := proc.Kin{Generation: generation}
	r.until("nothing of the session runs any more", func() bool {
		n, err := left.Signal(0)
		return n == 0 && err == nil
	})
	r.t.Logf("%s: ten wakes, %d of them while it worked; down after %s: %v", name, busy, time.Since(begin).Round(time.Millisecond), r.how("agent.exited"))
}

// how is what the last event of a kind says.
func (r *real) how(kind string) (how any) {
	r.t.Helper()
	r.ledger(func(l *ledger.Ledger) error {
		all, err := l.Events(r.t.Context(), 0, 100_000)
		for _, e := range all {
			if e.Kind == kind {
				how = e.Data["how"]
			}
		}
		return err
	})
	return how
}

func (r *real) doing() string { return r.loaded().Sessions["worker"].Doing }

// told says that nothing waits for the agent and nothing is on its way to it.
func (r *real) told() bool {
	s := r.loaded()
	return len(s.Items) == 0 && len(s.Wakes) == 0
}
