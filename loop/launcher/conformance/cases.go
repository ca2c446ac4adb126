//go:build linux || darwin

package conformance

// Cases are the suite, in the order in which a launcher best learns them.
func Cases() []Case {
	return []Case{
		{"starts and is seen", "when Start returns nil the session is observed, alive, with what its spec says of it; attach names a command", startsAndIsSeen},
		{"prints nothing", "output is the session's start until it prints something", printsNothing},
		{"dies at once and its last words are kept", "a session that ended is observed with its exit code, and can be captured, until it is forgotten", diesAtOnce},
		{"program is not found", "Start of a program that is not there is an error that names it, and leaves nothing behind", programNotFound},
		{"working folder is not there", "Start in a folder that is not there is an error that names it, and leaves nothing behind", folderNotThere},
		{"environment is exactly the given one", "env is the program's whole environment, byte for byte", exactEnvironment},
		{"start twice and at once is one session", "starting a generation that runs already is no error and starts nothing, also from two launchers at once", startTwice},
		{"a generation that ended is not started again", "Start of a generation that has ended is gone; its name is free for the next generation", endedStaysEnded},
		{"a session name begins like another's", "an order reaches the session of exactly that name, and no other", namesAlike},
		{"orders for another generation are refused", "send, stop, forget, capture and start for another generation, or by another owner, answer other and change nothing", otherGeneration},
		{"nothing there is gone", "send, stop and capture of what is not there answer gone, and so do send and stop of what has ended; forgetting what is not there is no error", nothingThere},
		{"environment and prompt are in no command line", "argv, env and stdin of a spec are in no command line but the program's own", secretsStayInside},
		{"stop ends politely", "stop sends TERM to the session's process group and returns at once; the program's own exit code is kept", stopPolitely},
		{"stop kills what ignores TERM", "what does not end is killed at the deadline, not before; its exit is SIGKILL and code -1", stopKills},
		{"a shorter stop replaces a longer one", "stopping again is no error; the earlier deadline holds; what is being stopped takes no message", stopHastened},
		{"stop reaches a halted program", "a program that was halted by SIGSTOP is continued, so that it gets its TERM", stopHalted},
		{"grandchildren do not survive a stop", "a stop ends all that the session started, also what left its process group", grandchildrenStop},
		{"grandchildren do not survive an exit", "a session ends with its leader; what that left behind is ended without an order", grandchildrenExit},
		{"the leader is killed", "a leader that is killed from outside is an exit by SIGKILL with code -1, not a lost session", leaderKilled},
		{"a zombie child is no trouble", "a zombie counts neither as alive nor as an end", zombieChild},
		{"a restarted coordinator adopts", "another launcher object sees the sessions as they are, with all marks, and sends no message twice", adopts},
		{"the launcher's own program is killed", "sessions outlive the launcher's program; an id that was seen is not written again, and one whose send failed is written by the next", crashes},
		{"the keeper is killed", "a session whose keeper died is observed as lost with code -1, and its name is free", keeperKilled},
		{"the keeper is killed and its session stopped", "stopping a lost session kills what it left behind", keeperKilledStop},
		{"a message is read and marked", "marks are in order, with when they were written and when the program had read them; pending is what it has not read", messageDrained},
		{"odd text arrives as it is", "a message arrives as it is, and a newline", oddText},
		{"a message is one line", "control characters in a message become blanks", oneLineOnly},
		{"the same message is written once", "a message whose id was seen is not written again, and sending it is no error", writtenOnce},
		{"input that is never read", "a full input refuses a message with an error, soon, and does not mark it", neverRead},
		{"an exit with unread input is no reading", "a message that was written and never read has no time of reading, also after the end", exitUnread},
		{"the prompt comes before all messages", "stdin is written first, with a newline after it; until the program has room for it, messages are refused", promptFirst},
		{"a megabyte without a newline", "any amount of output is taken, into the log whole, and captured in bounded lines", flood},
		{"capture shows the last lines, cleaned", "capture has the last lines, oldest first, as valid UTF-8", captureClean},
		{"a deleted log is opened again", "a log that was removed, or renamed, is made again with its folder", logDeleted},
		{"a log that cannot be written holds nobody up", "a session goes on when its log cannot be written", logUnwritable},
	}
}
