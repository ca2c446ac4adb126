//go:build linux || darwin

package process

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/conformance"
)

// The test binary is its own pump: run as "pawl" it does what the command does.
func TestMain(m *testing.M) {
	if os.Args[0] == "pawl" {
		os.Exit(PumpMain(os.Args[2:], os.Stdout, os.Stderr))
	}
	// Cases mostly wait for processes, and those of a -race binary each sleep for
	// a second before they exit.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	code := m.Run()
	if left := leftovers(); left != "" {
		fmt.Fprintf(os.Stderr, "processes were left behind:\n%s", left)
		code = 1
	}
	os.Exit(code)
}

// leftovers waits for the pumps of this run, which end right after their
// sessions, and returns what ps shows of them after a while.
func leftovers() string {
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := exec.Command("ps", "-A", "-ww", "-o", "pid,stat,args").Output()
		if err != nil {
			return err.Error()
		}
		var left strings.Builder
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, runtimePrefix()) {
				left.WriteString(line)
			}
		}
		if left.Len() == 0 || time.Now().After(limit) {
			return left.String()
		}
	}
}

func runtimePrefix() string { return fmt.Sprintf("pawl-test-%d-", os.Getpid()) }

// testOptions have a runtime folder with a path that is short enough for sockets.
func testOptions(t testing.TB) Options {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", runtimePrefix())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Runtime: dir, Self: []string{"pawl", "pump"}, Program: self, Attach: []string{"pawl", "attach"}}
}

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Harness {
		opts := testOptions(t)
		return conformance.Harness{
			Open: func() launcher.Launcher { return New(opts) },
			Keeper: func(ref launcher.Ref) (int, error) {
				s, err := loadState(layout(opts.Runtime).folder(ref.Session))
				if err != nil || s == nil {
					return 0, fmt.Errorf("no state of %q: %w", ref.Session, err)
				}
				return s.Keeper.PID, nil
			},
		}
	})
}

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}
