package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"pawl/internal/need"
)

// racedCommands are those that make passes, or serve. Under `go test -race` they alone
// run with the race detector, whoever starts them: it makes a start four times as
// expensive, and most of the scripts' thousands of processes live for milliseconds.
// What else does several things at a time, doctor for one, has tests in this process.
// PAWL_TEST_RACED=all runs every command with it.
var racedCommands = []string{"watch", "tick", "up", "launcher"}

// programs puts the scripts' pawl on PATH, and runs the tests.
type programs struct{ m *testing.M }

// Run is called by testscript, which has put a copy of the test binary on PATH.
func (p programs) Run() int {
	path, err := exec.LookPath("pawl")
	if err == nil {
		err = need.Python(filepath.Dir(path))
	}
	if err == nil && raced && os.Getenv("PAWL_TEST_RACED") != "all" {
		err = putPlain(path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return p.m.Run()
}

// putPlain moves the raced pawl at path aside, and builds one without the race
// detector in its place.
func putPlain(path string) error {
	aside := racedProgram(path)
	if err := os.Mkdir(filepath.Dir(aside), 0o755); err != nil {
		return err
	}
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	if out, err := exec.Command("go", "test", "-c", "-race=false", "-ldflags=-s -w", "-o", path, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return nil
}

// racedProgram is where the raced pawl lies, seen from the plain one.
func racedProgram(plain string) string {
	return filepath.Join(filepath.Dir(filepath.Dir(plain)), "raced", "pawl")
}

// plainProgram is where the plain pawl lies, seen from the raced one.
func plainProgram(aside string) string {
	return filepath.Join(filepath.Dir(filepath.Dir(aside)), "bin", "pawl")
}

// program is the scripts' pawl. The plain one becomes the raced one for the commands
// that are to be raced, and that becomes the plain one for a session's keeper; the
// process stays the same.
func program() {
	self, err := os.Executable()
	if err != nil {
		self = ""
	}
	other := ""
	if raced && filepath.Base(filepath.Dir(self)) == "raced" && slices.Contains(os.Args, "pump") {
		other = plainProgram(self)
	} else if !raced && slices.ContainsFunc(racedCommands, func(name string) bool { return slices.Contains(os.Args, name) }) {
		other = racedProgram(self)
	}
	if _, err := os.Stat(other); other != "" && err == nil {
		err = syscall.Exec(other, os.Args, os.Environ())
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	main()
}
