//go:build linux || darwin

package tmux

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop/launcher"
)

// A program with stop keys ends by them, and not by a signal.
func TestStopKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		keys []string
		code int
	}{
		{"one key", []string{"q", "Enter"}, 7},
		{"C-c twice, as agents want it", []string{"Escape", "C-c", "C-c"}, 9},
		{"keys that do nothing are followed by TERM", []string{"x"}, 143},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			opts := testOptions(t)
			l := New(opts)
			script := filepath.Join(dir, "agent.sh")
			text := "n=0\ntrap 'n=$((n+1)); [ $n = 2 ] && exit 9' INT\ntrap 'exit 143' TERM\necho ready\nwhile :; do read -r line; [ \"$line\" = q ] && exit 7; done\n"
			if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			ref := launcher.Ref{Session: "acme-builder", Generation: "stop" + strings.Join(c.keys, "")}
			spec := launcher.Spec{
				Ref: ref, Agent: "builder", Owner: "o", Argv: []string{"bash", script}, StopKeys: c.keys,
				Env: []string{"PATH=" + os.Getenv("PATH"), "PAWL_GENERATION=" + ref.Generation}, Dir: dir, Log: filepath.Join(dir, "a.log"),
			}
			if err := l.Start(testContext(t), spec); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "the program", func() bool {
				lines, err := l.Capture(testContext(t), ref, 10)
				return err == nil && strings.Contains(strings.Join(lines, "\n"), "ready")
			})
			if err := l.Stop(testContext(t), ref, 20*time.Second); err != nil {
				t.Fatal(err)
			}
			var exit *launcher.Exit
			waitFor(t, "its end", func() bool {
				all, err := l.Observe(testContext(t))
				exit = all["acme-builder"].Exit
				return err == nil && exit != nil
			})
			if exit == nil || exit.Code != c.code {
				t.Errorf("exit %+v, want code %d", exit, c.code)
			}
		})
	}
}
