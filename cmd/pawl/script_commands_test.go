package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long until and told wait. It is long enough for a busy
// machine; what works takes milliseconds.
const patience = time.Minute

const pollEvery = 50 * time.Millisecond

// until REGEXP COMMAND… runs a command until its output matches.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP COMMAND…")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	wait(ts, func() (bool, string) {
		out := capture(ts, args[1], args[2:]...)
		return want.MatchString(out), out
	})
}

// wait polls done until it is true, and prints its last words if it never is.
// It rests longer than it asks, as what is waited for needs the processor too, but
// not for so long that it misses what soon passes.
func wait(ts *testscript.TestScript, done func() (bool, string)) {
	deadline := time.Now().Add(patience)
	for {
		asked := time.Now()
		ok, last := done()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("not within %s; the last output was:\n%s", patience, last)
		}
		time.Sleep(min(max(pollEvery, 2*time.Since(asked)), time.Second))
	}
}

// capture runs a command of the script's environment without logging it: a
// polled command would fill the log.
func capture(ts *testscript.TestScript, name string, args ...string) string {
	out, err := command(ts, name, args...).CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		ts.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

func command(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = os.Environ()
	for _, key := range []string{"WORK", "HOME", "PATH", "PAWL_CONFIG", "GORACE"} {
		if value := ts.Getenv(key); value != "" {
			cmd.Env = append(cmd.Env, key+"="+value)
		}
	}
	cmd.Env = append(cmd.Env, gitVars...)
	return cmd
}

// exits CODE COMMAND… checks a command's exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, not %d", code, want)
	}
}

// commit SUBJECT [BODY…] commits all of dev; HEAD is then its hash.
func commit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: commit SUBJECT [BODY…]")
	}
	devGit(ts, "add", "-A")
	devGit(ts, "commit", "-q", "--allow-empty", "-m", strings.Join(args, "\n\n"))
	ts.Setenv("HEAD", strings.TrimSpace(devGit(ts, "rev-parse", "HEAD")))
}

// push [SUBJECT [BODY…]] commits if there is a subject, and pushes dev's
// branch; ! push forces it.
func push(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) > 0 {
		commit(ts, false, args)
	}
	flags := []string{"push", "-q", "origin", "HEAD"}
	if neg {
		flags = append(flags, "--force")
	}
	devGit(ts, flags...)
}

func devGit(ts *testscript.TestScript, args ...string) string {
	cmd := command(ts, "git", args...)
	cmd.Dir = filepath.Join(ts.Getenv("WORK"), "dev")
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// told AGENT REGEXP N checks that an agent wrote down exactly N lines that
// match, and waits for as many. That none comes later is for the script to
// see to, with a tick.
func told(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: told AGENT REGEXP N")
	}
	line, err := regexp.Compile("(?m)^.*" + args[1] + ".*$")
	ts.Check(err)
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	path := filepath.Join(ts.Getenv("WORK"), "told", args[0])
	wait(ts, func() (bool, string) {
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			ts.Check(err)
		}
		n := len(line.FindAll(text, -1))
		if n > want {
			ts.Fatalf("%s was told %d times, not %d:\n%s", args[0], n, want, text)
		}
		return n == want, string(text)
	})
}

// sigterm sends SIGTERM to what the script runs in the background.
func sigterm(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: sigterm")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

// shape FILE checks that the JSON on stdout has exactly the keys and types of
// FILE, whatever the values. A list's items all have the shape of FILE's first.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shape FILE")
	}
	var got, want any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &got))
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &want))
	if faults := differ("$", got, want); len(faults) > 0 {
		ts.Fatalf("%s", strings.Join(faults, "\n"))
	}
}

func differ(at string, got, want any) (faults []string) {
	if fmt.Sprintf("%T", got) != fmt.Sprintf("%T", want) {
		return []string{fmt.Sprintf("%s is %T, not %T", at, got, want)}
	}
	switch want := want.(type) {
	case map[string]any:
		have := got.(map[string]any)
		for key := range have {
			if _, ok := want[key]; !ok {
				faults = append(faults, at+"."+key+" does not belong there")
			}
		}
		for key, value := range want {
			if _, ok := have[key]; !ok {
				faults = append(faults, at+"."+key+" is missing")
				continue
			}
			faults = append(faults, differ(at+"."+key, have[key], value)...)
		}
	case []any:
		have := got.([]any)
		if len(want) > 0 && len(have) == 0 {
			return []string{at + " is empty"}
		}
		for i, item := range have {
			if len(want) > 0 {
				faults = append(faults, differ(fmt.Sprintf("%s[%d]", at, i), item, want[0])...)
			}
		}
	}
	return faults
}
