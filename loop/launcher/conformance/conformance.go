// Package conformance is the suite that every launcher passes. It runs real
// programs, shell scripts, and looks at them from outside: it has to run on the
// machine on which the sessions do.
package conformance

import (
	"context"

	"pawl/loop/launcher"
)

// T is what a case needs of a test: *testing.T is one. A command that runs the
// suite has another, as package testing would put its own flags beside the
// command's.
type T interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Skip(args ...any)
	Failed() bool
	Cleanup(f func())
	TempDir() string
	Context() context.Context
}

// Harness is a launcher under test, and in what it may differ from others.
type Harness struct {
	// Open makes a launcher object on the sessions of this harness; each call
	// makes another, as a coordinator that was restarted does. Required.
	Open func() launcher.Launcher
	// Keeper returns the pid of the process that keeps one session, and whose
	// death loses that session only. Nil where there is no such process.
	Keeper func(ref launcher.Ref) (pid int, err error)
	// Crash kills all processes that the launcher objects have for themselves, as
	// a crash would. Nil where they have none.
	Crash func() error
	// Typed says that messages are typed into a terminal: the program's output
	// shows them as well, and when they were read is not known.
	Typed bool
	// Screen says that the log is a history of the screen and not exactly the
	// bytes that the program printed.
	Screen bool
	// LateErrors says that Start succeeds with a program that cannot be run, and
	// the session then ends with a code that is not 0.
	LateErrors bool
}

// Case is one case of the suite.
type Case struct {
	Name string
	Rule string // what the contract says
	run  func(*rig)
}

// Run runs the case. Whatever comes of it, the sessions that it started are
// ended before the functions that h registered for cleanup are run.
func (c Case) Run(t T, h Harness) { c.run(newRig(t, h)) }

// Tester is *testing.T as a suite needs it.
type Tester[S any] interface {
	T
	Parallel()
	Run(name string, f func(S)) bool
}

// Run runs the suite. open is called once for each case, with nothing running,
// and registers with t.Cleanup what it has to undo.
func Run[S Tester[S]](t S, open func(t S) Harness) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t S) {
			t.Parallel()
			c.Run(t, open(t))
		})
	}
}
