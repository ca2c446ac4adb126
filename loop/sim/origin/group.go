package origin

import (
	"os/exec"

	"pawl/handoff/system"
)

// inOwnGroup gives a process a session, and so a group, of its own: it has no
// terminal to ask on, and its helpers end with it.
func inOwnGroup(cmd *exec.Cmd) {
	system.OwnSession(cmd)
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	cmd.WaitDelay = waitDelay
}
