package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// wake is a text as long as the longest that is typed, ended by a word of its own.
func wake(id string) string {
	return id + " " + strings.Repeat("claim(parser) 1234567; ", 42) + "end-of-" + id
}

func TestPromptsArriveWholeAndOnce(t *testing.T) {
	for name, size := range map[string][2]int{"wide": {120, 40}, "narrow": {20, 64}} {
		for _, alternate := range []string{"true", "false"} {
			t.Run(name+" alternate "+alternate, func(t *testing.T) {
				t.Parallel()
				p := startPane(t, size[0], size[1], "--work", "100ms", "--alternate="+alternate)
				for _, id := range []string{"w1", "w2", "w3"} {
					p.paste(wake(id))
					p.until("the paste", func() bool {
						return strings.ReplaceAll(p.composer(), " ", "") == strings.ReplaceAll(wake(id), " ", "")
					})
					p.keys("Enter")
					if e := p.took(wake(id)); e.Agent != "builder" || e.Generation != p.generation || time.Since(e.Time) > patience {
						t.Errorf("recorded as %+v", e)
					}
					p.holds("")
				}
				p.shows("* All done.")
				if got := Prompts(p.entries()); !slices.Equal(got, []string{wake("w1"), wake("w2"), wake("w3")}) {
					t.Errorf("prompts %q", got)
				}
			})
		}
	}
}

func TestTypingAndEditing(t *testing.T) {
	t.Parallel()
	p := startPane(t, 80, 24, "--work", "1h", "--model", "opus")
	p.shows("fake agent · opus")
	p.holds("")
	p.keys("-l", "half a thoughX")
	p.holds("half a thoughX")
	p.keys("BSpace", "t")
	p.holds("half a thought")
	p.keys("C-u")
	p.holds("")
	p.paste("one\ntwo")
	p.holds("onetwo")
	if got := Prompts(p.entries()); len(got) > 0 {
		t.Errorf("submitted without an Enter: %q", got)
	}
	p.keys("Enter")
	p.took("one\ntwo")
	p.shows("· Working… (1s)")
	p.shows("  esc to interrupt")
	if got := p.title(); got != "◐ fake" {
		t.Errorf("title of a busy program %q", got)
	}
	p.keys("Escape")
	p.shows("Interrupted")
	p.shows("  ? for shortcuts")
	if got := p.title(); got != "✳ fake" {
		t.Errorf("title of an idle program %q", got)
	}
	p.keys("C-c")
	p.shows("Press Ctrl-C again to exit")
	p.keys("C-c")
	p.dead("0")
}

func (p *pane) title() string {
	return strings.TrimSpace(p.tmux("display-message", "-p", "-t", "=a:", "#{pane_title}"))
}

// dead waits for the end of the program. Where tmux writes login records, it
// looks away from its children while a helper does so, and may miss that one has
// ended; it notices when another child ends.
func (p *pane) dead(status string) {
	p.t.Helper()
	p.until("the end with "+status, func() bool {
		return strings.TrimSpace(p.tmux("run-shell", "-b", ":", ";", "display-message", "-p", "-t", "=a:", "#{pane_dead} #{pane_dead_status}")) == "1 "+status
	})
}

func TestBusyQueuesOrIsSteered(t *testing.T) {
	t.Parallel()
	p := startPane(t, 80, 24, "--work", "1h", "the kickoff")
	if e := p.took("the kickoff"); !e.Kickoff {
		t.Errorf("the kickoff is recorded as typed: %+v", e)
	}
	p.paste("queued words")
	p.holds("queued words")
	p.keys("Enter")
	p.took("queued words")
	p.shows("  Queued: queued words")
	p.tell("idle")
	p.shows("\n> queued words")

	steered := startPane(t, 80, 24, "--work", "1h", "--queue=false", "the kickoff")
	steered.keys("-l", "instead")
	steered.keys("Enter")
	steered.recorded("the drop", func(e Entry) bool { return e.Dropped == "the kickoff" })
	steered.shows("\n> instead")
}

func TestAnEnterRightAfterAPasteIsANewline(t *testing.T) {
	t.Parallel()
	p := startPane(t, 80, 24, "--paste-burst")
	p.tmux("set-buffer", "abc", ";", "paste-buffer", "-p", "-t", "=a:", ";", "send-keys", "-t", "=a:", "Enter")
	p.until("the newline", func() bool {
		return strings.Contains(p.screen(), "> abc\n  \n") || strings.Contains(p.screen(), "> abc\n\n──")
	})
	if got := Prompts(p.entries()); len(got) > 0 {
		t.Errorf("submitted %q", got)
	}
	p.until("a submit, later", func() bool {
		p.keys("Enter")
		return len(Prompts(p.entries())) > 0
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	p := startPane(t, 80, 24, "--work", "50ms")
	p.tell("swallow 2")
	p.paste("held")
	p.holds("held")
	p.keys("Enter", "Enter")
	p.tell("type back") // before the Enters are read or after: they submit nothing
	p.holds("heldback")
	if got := Prompts(p.entries()); len(got) > 0 {
		t.Errorf("submitted %q through swallowed Enters", got)
	}
	p.keys("Enter")
	p.took("heldback")

	p.tell("fold")
	p.paste(wake("w1"))
	p.holds("[Pasted text #1 +0 lines]")
	p.keys("Enter")
	p.took(wake("w1"))

	p.tell("dialog")
	p.shows("Do you want to proceed?\n> 1. Yes\n  2. No\n\nEsc to cancel")
	p.keys("Enter")
	p.recorded("the answer", func(e Entry) bool { return e.Dialog == "answered" })
	p.holds("")

	p.tell("limit You've hit your limit")
	p.shows("! You've hit your limit\n\n──")
	p.keys("-l", "work")
	p.keys("Enter")
	p.recorded("the refusal", func(e Entry) bool { return e.Refused == "work" })
	p.tell("nolimit")
	p.tell(`quote ! You've hit\n> 1. Yes`)
	p.keys("-l", "again")
	p.keys("Enter")
	p.shows("* ! You've hit\n  > 1. Yes")

	p.tell("paint")
	p.shows("░▒▓ ⠋⠙⠹")
	p.tell("fatal")
	p.shows("✗ Cannot go on")
	p.tell("exit 7")
	p.dead("7")
}

func TestHangLeavesTheTerminalUnread(t *testing.T) {
	t.Parallel()
	p := startPane(t, 80, 24)
	p.tell("hang")
	p.paste("later")
	p.keys("Enter")
	p.until("unread bytes", func() bool { return unreadBytes(t, p) > 0 })
	p.tell("paint") // obeyed while it hangs
	if got := p.composer(); got != "" || len(Prompts(p.entries())) > 0 {
		t.Errorf("a program that hangs has read %q", got)
	}
	p.tell("unhang")
	p.took("later")
	p.tell("slow 300ms")
	began := time.Now()
	p.keys("a")
	p.holds("a")
	p.keys("b")
	p.holds("ab")
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("two reads within %s", took)
	}
}

func TestTurnRunsAScript(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, trace := filepath.Join(dir, "turn.sh"), filepath.Join(dir, "trace")
	script := "#!/bin/sh\necho \"I see $PAWL_WAKE_TEXT\"\ncase $PAWL_WAKE_TEXT in\n*slow*) trap 'echo ended >>" + trace + "; exit 1' TERM; echo ready >>" + trace + "; sleep 60 & wait ;;\n*bad*) exit 3 ;;\nesac\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p := startPane(t, 80, 24, "--work", "1ms", "--turn", path, "kick it")
	p.recorded("the end of the kickoff's turn", func(e Entry) bool { return e.Finished == "kick it" })
	p.shows("  I see kick it")
	p.keys("-l", "bad")
	p.keys("Enter")
	p.shows("* The script failed: exit status 3")
	p.keys("-l", "slow")
	p.keys("Enter")
	wrote := func(word string) func() bool {
		return func() bool {
			data, err := os.ReadFile(trace)
			return err == nil && strings.Contains(string(data), word)
		}
	}
	p.until("the slow script", wrote("ready"))
	p.keys("Escape")
	p.recorded("the drop", func(e Entry) bool { return e.Dropped == "slow" })
	p.until("the script's end", wrote("ended"))
}

func TestResizeAndSignals(t *testing.T) {
	for _, alternate := range []string{"true", "false"} {
		t.Run("alternate "+alternate, func(t *testing.T) {
			t.Parallel()
			p := startPane(t, 80, 30, "--alternate="+alternate, "--work", "1ms", "--resume", "c9")
			p.recorded("the start", func(e Entry) bool { return e.Started == "resume c9" })
			text := strings.Repeat("0123456789", 10)
			p.keys("-l", text)
			p.holds(text)
			for _, columns := range []string{"20", "120", "33"} {
				p.tmux("resize-window", "-t", "=a:", "-x", columns, "-y", "24")
				p.shows("\n" + strings.Repeat("─", atoi(t, columns)) + "\n>")
				p.holds(text)
			}
			p.keys("Enter")
			p.took(text)
			p.shows("* All done.")
			pid := strings.TrimSpace(p.tmux("display-message", "-p", "-t", "=a:", "#{pane_pid}"))
			signalPane(t, atoi(t, pid))
			p.recorded("the signal", func(e Entry) bool { return e.Ended == "signal SIGTERM" })
			p.dead("143")
		})
	}
}

func TestMainRefuses(t *testing.T) {
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitFailed, "/dev/null is no terminal"},
		{[]string{"--order", "swalow 1"}, exitUsage, `order "swalow" is not known`},
		{[]string{"one", "two"}, exitUsage, "write one, the kickoff prompt"},
		{[]string{"--help"}, exitOK, "-paste-burst"},
	} {
		var stderr strings.Builder
		if code := Main(test.args, nil, file, &stderr); code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%q: code %d, %q; want %d and %q", test.args, code, stderr.String(), test.code, test.want)
		}
	}
}
