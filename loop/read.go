package loop

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"pawl/loop/launcher"
)

// Reading is what a look at a session says about its program.
type Reading struct {
	Doing    string // active, idle or exited
	Evidence string
	Since    time.Time
}

// quietAfter is how long a program without a screen must print nothing to
// count as idle.
const quietAfter = 3 * time.Second

// Read tells what a program without a terminal does: input that it has not
// read, or output a moment ago, is work.
func Read(o launcher.Observation, now time.Time) Reading {
	switch {
	case !o.Alive:
		return Reading{Doing: "exited", Evidence: "its process has ended", Since: now}
	case o.Pending > 0:
		return Reading{Doing: "active", Evidence: "it has input to read", Since: now}
	case now.Sub(o.Output).Abs() < quietAfter:
		return Reading{Doing: "active", Evidence: "it prints", Since: o.Output}
	}
	// Output from the future is from before the clock was set back.
	since := o.Output
	if since.After(now) {
		since = now
	}
	return Reading{Doing: "idle", Evidence: "it has read all input and prints nothing", Since: since}
}

// Owner names the configuration and agent that a session belongs to.
func Owner(configPath, agent string) string {
	sum := sha256.Sum256([]byte(configPath + "\x00" + agent))
	return hex.EncodeToString(sum[:8])
}

// generationID names the n-th session of an agent. The epoch keeps a new
// ledger from giving the names of a lost one again.
func generationID(epoch, agent string, n int) string {
	sum := sha256.Sum256([]byte(epoch + "\x00" + agent + "\x00" + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:6])
}
