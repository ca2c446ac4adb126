//go:build linux || darwin

package process

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/conformance"
)

// The test binary is its own pump: run as "pawl" it does what the command does.
func TestMain(m *testing.M) {
	if os.Args[0] == "pawl" {
		os.Exit(pump())
	}
	// Cases mostly wait for processes.
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
	if races := raceLogs(); races != "" {
		fmt.Fprintln(os.Stderr, races)
		code = 1
	}
	os.Exit(code)
}

// pump runs a pump. Its environment is empty, so it gives itself what one built with
// -race needs: it is not to sleep for a second before it exits, and a place for
// what it finds, which nobody would hear of.
func pump() int {
	if folder := os.Args[len(os.Args)-1]; os.Getenv("GORACE") == "" && strings.HasPrefix(folder, runtimeMark) {
		self, err := os.Executable()
		if err == nil {
			err = syscall.Exec(self, os.Args, append(os.Environ(), "GORACE=atexit_sleep_ms=0 log_path="+raceLog(folder)))
		}
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return PumpMain(os.Args[2:], os.Stdout, os.Stderr)
}

// raceLog is where a pump writes of data races: beside the runtime folder that its
// session's folder is in, which goes with the test.
func raceLog(folder string) string {
	top, _, _ := strings.Cut(strings.TrimPrefix(folder, "/tmp/"), "/")
	return "/tmp/" + top + raceSuffix
}

// raceLogs are what the pumps of this run wrote of data races. It removes them.
func raceLogs() string {
	logs, err := filepath.Glob("/tmp/" + runtimePrefix() + "*" + raceSuffix + ".*")
	if err != nil {
		return err.Error()
	}
	var all strings.Builder
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err = errors.Join(err, os.Remove(log)); err != nil {
			fmt.Fprintln(&all, err)
		}
		all.Write(text)
	}
	return all.String()
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

const (
	runtimeMark = "/tmp/pawl-test-"
	raceSuffix  = ".race"
)

func runtimePrefix() string {
	return fmt.Sprintf("%s%d-", strings.TrimPrefix(runtimeMark, "/tmp/"), os.Getpid())
}

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
