// Package process is the launcher without a terminal. Each session has a keeper
// of its own, a small process that outlives the coordinator: it owns the agent's
// process group, its input pipe, its log and its exit status, and ends with it.
//
// What is kept about a session lies in files of the keeper's own in the runtime
// folder, so that any later coordinator can adopt it without asking anyone:
//
//	process/lock/NAME          held by flock from the start until the keeper ends
//	process/session/NAME/spec  what to start (0600), removed once it runs
//	process/session/NAME/state identity, exit status (replaced atomically)
//	process/session/NAME/journal which messages were given and read (appended)
//	process/session/NAME/live  unread input and the time of the last output
//	process/sock/HASH          where the keeper takes messages and stops
//
// A session ends when the agent's own process ends. What that leaves behind, in
// its process group or elsewhere with the session's PAWL_GENERATION in its
// environment, is given a moment, then TERM, then KILL. If the keeper itself is
// killed, the kernel ends the agent with it where it can (Linux); Observe then
// reports the session as lost and touches nothing, and Stop, Forget and the next
// Start end what is still there. Nothing is ever killed that could not be
// verified to belong to the session.
package process

import "log/slog"

// Options are what a Launcher is made from.
type Options struct {
	// Runtime is the private runtime folder: 0700, ours. It is made if it is
	// absent. Its path must be short (sockets are limited to 103 bytes).
	Runtime string
	// Self is the argv that runs the pump: [pawl pump].
	Self []string
	// Program is the file that is executed with Self as its argv; Self[0],
	// found by PATH where it has no slash, if it is empty.
	Program string
	// Attach is the argv that Launcher.Attach puts before the agent's name.
	Attach []string
	// Log is where trouble is told; slog.Default() if it is nil.
	Log *slog.Logger
}
