//go:build linux || darwin

// Package conformance is the suite that every launcher passes. It runs real
// programs, shell scripts, and looks at them from outside.
package conformance

import (
	"testing"

	"pawl/loop/launcher"
)

// Harness is a launcher under test, and in what it may differ from others.
type Harness struct {
	// Open makes a launcher object on the sessions of this harness; each call
	// makes another, as a coordinator that was restarted does. Required.
	Open func() launcher.Launcher
	// Keeper returns the pid of the process that keeps one session, and whose
	// death loses that session only. Nil where there is no such process.
	Keeper func(ref launcher.Ref) (pid int, err error)
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

// Run runs the suite. open is called once for each case, with nothing running,
// and registers with t.Cleanup what it has to undo.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	cases := []struct {
		name string
		run  func(*rig)
	}{
		{"starts and is seen", startsAndIsSeen},
		{"prints nothing", printsNothing},
		{"dies at once and its last words are kept", diesAtOnce},
		{"program is not found", programNotFound},
		{"working folder is not there", folderNotThere},
		{"environment is exactly the given one", exactEnvironment},
		{"start twice and at once is one session", startTwice},
		{"a generation that ended is not started again", endedStaysEnded},
		{"a session name begins like another's", namesAlike},
		{"orders for another generation are refused", otherGeneration},
		{"nothing there is gone", nothingThere},
		{"environment and prompt are in no command line", secretsStayInside},
		{"stop ends politely", stopPolitely},
		{"stop kills what ignores TERM", stopKills},
		{"a shorter stop replaces a longer one", stopHastened},
		{"stop reaches a halted program", stopHalted},
		{"grandchildren do not survive a stop", grandchildrenStop},
		{"grandchildren do not survive an exit", grandchildrenExit},
		{"the leader is killed", leaderKilled},
		{"a zombie child is no trouble", zombieChild},
		{"a restarted coordinator adopts", adopts},
		{"the keeper is killed", keeperKilled},
		{"the keeper is killed and its session stopped", keeperKilledStop},
		{"a message is read and marked", messageDrained},
		{"odd text arrives as it is", oddText},
		{"a message is one line", oneLineOnly},
		{"the same message is written once", writtenOnce},
		{"input that is never read", neverRead},
		{"an exit with unread input is no reading", exitUnread},
		{"the prompt comes before all messages", promptFirst},
		{"a megabyte without a newline", flood},
		{"capture shows the last lines, cleaned", captureClean},
		{"a deleted log is opened again", logDeleted},
		{"a log that cannot be written holds nobody up", logUnwritable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newRig(t, open(t)))
		})
	}
}
