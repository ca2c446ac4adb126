//go:build linux || darwin

package tmux

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/conformance"
	"pawl/loop/sim/tui"
)

// The test binary is its own helper beside the sessions.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "pane" {
		os.Exit(Main(context.Background(), os.Args[2:], os.Stdin, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == "fake" {
		os.Exit(tui.Main(os.Args[2:], os.Environ(), os.Stdin, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == "teller" {
		os.Exit(tell(os.Args[2:]))
	}
	// Cases mostly wait, for programs and for terminals.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// quick runs our own program without the second that one built with -race sleeps
// before it exits.
func quick(self string, args ...string) []string {
	return append([]string{"/usr/bin/env", "GORACE=atexit_sleep_ms=0", self}, args...)
}

// testOptions are those of a private server in a folder of its own, which is
// ended with the test.
func testOptions(t testing.TB) Options {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pawl-tmux-")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{Socket: filepath.Join(dir, "s"), Runtime: filepath.Join(dir, "run"), Self: quick(self, "pane")}
	t.Cleanup(func() {
		out, err := exec.Command("tmux", "-S", opts.Socket, "kill-server").CombinedOutput()
		if text := string(out); err != nil && !strings.Contains(text, "no server running") && !strings.Contains(text, "error connecting") && !strings.Contains(text, "server exited") {
			t.Errorf("kill-server: %s", text)
		}
		waitFor(t, "helpers to end", func() bool { return helpers(t, opts.Socket) == "" })
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return opts
}

// helpers are the processes that have a server's socket in their command line.
func helpers(t testing.TB, socket string) string {
	out, err := exec.Command("ps", "-A", "-ww", "-o", "pid,stat,args").Output()
	if err != nil {
		t.Error(err)
	}
	var left strings.Builder
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, socket) {
			left.WriteString(line)
		}
	}
	return left.String()
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(15 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Errorf("waited in vain for %s", what)
			return
		}
	}
}

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Harness {
		opts := testOptions(t)
		return conformance.Harness{Open: func() launcher.Launcher { return New(opts) }, Typed: true, Screen: true}
	})
}

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
