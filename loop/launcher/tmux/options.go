// Package tmux is the launcher with terminals: each session is a pane of a
// private tmux server, in which the agent's program runs directly, so that a
// person can look at it, and type, at any time.
//
// What is known about a session is kept by tmux itself, as options of the pane:
//
//	@pawl      what it was started as: generation, owner, agent, phase, session
//	@pawl_gen  the generation alone, for guards
//	@pawl_told the pane's journal: what was pasted, submitted and seen to be taken
//	@pawl_text what was pasted last, until it was seen to be taken
//	@pawl_stop the keys that end the program politely
//	@pawl_log  where its log is, for another scribe should this one be killed
//
// Whatever is done to a pane is one call to tmux that checks the generation,
// does it and writes it into the journal, so that no crash comes in between and
// two coordinators cannot do it twice. A pane that died keeps its exit status
// and last words until it is forgotten or its name is used again.
//
// Two small helpers of pawl's own run beside the agent. The shim is what tmux
// starts: it reads the agent's argv, environment and folder from a 0600 file,
// removes that, and becomes the agent. The scribe reads all that the pane
// prints: it writes the logs, and when the agent has ended it ends what that
// left behind. A stop adds a third for its deadline, so that it is kept
// whatever becomes of the coordinator.
package tmux

import "log/slog"

// Options are what a Launcher is made from.
type Options struct {
	// Socket is the server: a name as for tmux -L, or an absolute path.
	Socket string
	// Tmux is the program; "tmux" if it is empty.
	Tmux string
	// Runtime is a private folder, 0700 and ours, for the files that sessions are
	// started from. It is made if it is absent.
	Runtime string
	// Self is the argv that runs the helpers: [pawl pane]. Self[0] is an
	// absolute path.
	Self []string
	// Log is where trouble is told; slog.Default() if it is nil.
	Log *slog.Logger
}
