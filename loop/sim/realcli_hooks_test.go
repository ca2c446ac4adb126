package sim

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter/realcli"
	"pawl/loop/daemon"
	"pawl/loop/ledger"
	"pawl/loop/witness"
)

// asking are commands with which the programs ask before they run anything.
var asking = map[string]string{
	realcli.Codex:    `command: [codex, --no-daemon, -a, on-request, -s, workspace-write, "--"]`,
	realcli.Claude:   `command: [claude, --permission-mode, manual, "--"]`,
	realcli.OpenCode: `command: [opencode, "{{with .Prompt}}--prompt={{.}}{{end}}"]`,
	realcli.Gemini:   `command: [gemini, --skip-trust, --approval-mode, default, "{{with .Prompt}}--prompt-interactive={{.}}{{end}}"]`,
}

// question is what is on the screens of those that ask.
var question = regexp.MustCompile(`Would you like to run|Do you want to proceed|Allow execution of|Permission required`)

// Real agent CLIs tell by their own hooks, installed for that launch alone, what they
// do; a person is told of a question, a limit is known, and the next session goes on
// with the conversation.
func TestRealCLIHooks(t *testing.T) {
	t.Parallel() // they mostly wait
	for _, name := range []string{realcli.Codex, realcli.Claude, realcli.Gemini, realcli.OpenCode} {
		t.Run(name, func(t *testing.T) {
			installOften(t, name, realcli.Codex, realcli.Claude)
			t.Parallel()
			keys := "launcher: tmux, resume: true"
			if name == realcli.Gemini {
				keys += ", model: gemini-2.5-pro"
			}
			r := realRig(t, name, asking[name], keys, realcli.Asking)
			if name == realcli.Gemini {
				r.privately()
			}
			r.onServer()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the screen:\n%s", r.screen())
				}
			})
			r.askedAndResumed(name)
		})
	}
}

// Where hooks say nothing, the programs' own records of the conversation do.
func TestRealCLITranscripts(t *testing.T) {
	t.Parallel() // they mostly wait
	for name, command := range map[string]string{
		realcli.Codex:  "",
		realcli.Claude: `command: [claude, --permission-mode, acceptEdits, --allowedTools, Bash, "--"], `,
	} {
		t.Run(name, func(t *testing.T) {
			realcli.Install(t, name)
			t.Parallel()
			r := realRig(t, name, command+"hooks: {events: []}", "launcher: tmux, resume: true")
			r.onServer()
			r.pawl("up", "--no-watch")
			r.watch()
			r.untilWithin(2*time.Minute, "its conversation is found", func() bool { return r.talk().ID != "" })
			r.pawl("wake", "worker", "-m", "[[slow: 4]] take your time")
			// Its evidence may be the screen's, which says the same.
			r.untilWithin(time.Minute, "it says that it works", func() bool { return r.doing() == "active" && r.talk().Unfinished })
			r.untilWithin(time.Minute, "it says that it is done", func() bool { return r.doing() == "idle" && r.evidence() == "it says itself: it waits for input" })
			r.model.Limit("worker", time.Now().Add(time.Hour))
			r.pawl("wake", "worker", "-m", "[[say: no]] once more")
			r.untilWithin(time.Minute, "its limit is known", func() bool { return r.events("agent.held") > 0 })
			r.pawl("down")
		})
	}
}

// askedAndResumed has the agent asked for permission, and its session killed.
func (r *real) askedAndResumed(name string) {
	r.t.Helper()
	r.pawl("up", "--no-watch")
	r.watch()
	r.untilWithin(3*time.Minute, "the kickoff is answered", func() bool { return len(r.model.Received()) == 1 && r.doing() == "idle" })
	if name != realcli.OpenCode {
		r.untilWithin(20*time.Second, "its conversation has a name", func() bool { return r.talk().ID != "" })
	}
	r.pawl("wake", "worker", "-m", "[[ask: touch asked]] may you")
	r.untilWithin(time.Minute, "it waits for a person", func() bool { return r.doing() == "waiting" })
	r.untilWithin(10*time.Second, "its hook says that it asks", func() bool { return strings.Contains(r.hookRecord(), "touch asked") })
	r.untilWithin(time.Minute, "the question is on the screen", func() bool { return question.MatchString(r.screen()) })
	if n := r.events("agent.waiting"); n != 1 {
		r.t.Errorf("%s: people were told %d times that it asks", name, n)
	}
	r.pawl("wake", "worker", "-m", "[[say: later]] not into the dialog")
	begun := time.Now()
	r.untilWithin(time.Minute, "some passes went by", func() bool { return time.Since(begun) > 2*time.Second })
	if !question.MatchString(r.screen()) || strings.Contains(r.screen(), "not into the dialog") || len(r.model.Received()) > 2 {
		r.t.Errorf("%s: something was typed into the dialog", name)
	}
	asked := time.Now()
	r.untilWithin(time.Minute, "it goes on and ends its turn", func() bool {
		if question.MatchString(r.screen()) && time.Since(asked) > time.Second { // some take no key at first
			r.press("Enter")
			asked = time.Now()
		}
		return r.doing() == "idle" && len(r.model.Received()) == 3
	})
	if file := r.mentioned(); file != "" {
		r.t.Errorf("%s: a file of the user's has pawl's hooks: %s", name, file)
	}
	talk := r.talk()
	r.t.Logf("%s: conversation %q, last evidence %q", name, talk.ID, r.evidence())
	generation := r.loaded().Sessions["worker"].Generation
	r.pawl("restart", "worker")
	r.untilWithin(time.Minute, "the next session is there", func() bool {
		s := r.loaded().Sessions["worker"]
		return s.Generation != generation && s.Doing == "idle"
	})
	r.pawl("wake", "worker", "-m", "[[say: still here]] do you remember")
	r.untilWithin(time.Minute, "it answers in the same conversation", func() bool { return len(r.model.Received()) == 4 && r.doing() == "idle" })
	if row := r.loaded().Sessions["worker"]; talk.ID == "" || !row.Resume || row.Talk.ID != talk.ID {
		r.t.Errorf("%s: it was to go on with %q, and has %q (resumed: %t)", name, talk.ID, row.Talk.ID, row.Resume)
	}
	r.pawl("down")
}

func (r *real) talk() ledger.Talk { return r.loaded().Sessions["worker"].Talk }

func (r *real) evidence() string { return r.loaded().Sessions["worker"].Evidence }

// hookRecord is what the program's hooks have told.
func (r *real) hookRecord() string {
	r.t.Helper()
	place, err := daemon.NewPlace(r.state())
	if err != nil {
		r.t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(place.Turns(), "rig-worker.hooks"))
	if err != nil {
		return ""
	}
	return string(data)
}

// mentioned is a file of the agent's user that has pawl's hooks in it; "" none.
func (r *real) mentioned() (file string) {
	r.t.Helper()
	for _, name := range []string{".claude.json", ".claude/settings.json", ".codex/config.toml", ".codex/hooks.json", ".gemini/settings.json", ".config/opencode/opencode.json"} {
		data, err := os.ReadFile(filepath.Join(r.home, name))
		if err == nil && strings.Contains(string(data), witness.Word) {
			return name
		}
	}
	return ""
}

// press presses a key as a person at the agent's terminal does.
func (r *real) press(key string) {
	r.t.Helper()
	if out, err := exec.Command("tmux", "-S", r.socket, "send-keys", "-t", "rig-worker", key).CombinedOutput(); err != nil {
		r.t.Fatalf("tmux send-keys: %v: %s", err, out)
	}
}

// privately puts the state where no other user can write: Gemini takes no settings from
// elsewhere.
func (r *real) privately() {
	r.t.Helper()
	cache, err := os.UserCacheDir()
	if err == nil {
		err = os.MkdirAll(cache, 0o700)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	dir, err := os.MkdirTemp(cache, "pawl-state-")
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			r.t.Error(err)
		}
	})
	r.away = dir
	file, err := os.ReadFile(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(r.stage.Config(), strings.Replace(string(file), "version: 1\n", fmt.Sprintf("version: 1\nstate_dir: %q\n", dir), 1))
}
