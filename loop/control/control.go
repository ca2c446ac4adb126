// Package control is how other processes speak to a running coordinator: HTTP
// on a unix socket that only its owner can open.
package control

import (
	"context"
	"time"
)

// Backend is what a coordinator lets others ask of it.
type Backend interface {
	// Health tells that it runs, and how.
	Health() Health
	// Poke has origin looked at soon. It returns at once.
	Poke()
	// Tick runs a pass now and returns what it did. It is ErrNotRunning when
	// the coordinator has ended meanwhile.
	Tick(ctx context.Context, order Order) (Report, error)
	// Stop ends the coordinator. Sessions go on.
	Stop()
}

// Order is what a caller asks of a pass.
type Order struct {
	Settle time.Duration // how long to wait for what was begun
	Local  bool          // do not ask origin
}

// Health is what a running coordinator says about itself.
type Health struct {
	PID         int       `json:"pid"`
	Version     string    `json:"version"`
	LastPass    time.Time `json:"last_pass"`
	ConfigError string    `json:"config_error"`
	Pokes       int       `json:"pokes"`      // how often it was told to look at origin
	Goroutines  int       `json:"goroutines"` // that it has now
}

// Report is what `pawl tick --json` prints.
type Report struct {
	Tip     string   `json:"tip"`
	Moved   bool     `json:"moved"`
	Phase   Phase    `json:"phase"`
	Actions []Action `json:"actions"`
	Error   string   `json:"error,omitempty"` // why origin could not be seen
}

// Phase is where the sequence stands.
type Phase struct {
	Index    int    `json:"index"`
	ID       string `json:"id"`
	Total    int    `json:"total"`
	Done     bool   `json:"done"`
	Complete bool   `json:"complete"`
	Held     bool   `json:"held"`
}

// Action is one thing that a pass did.
type Action struct {
	Kind   string `json:"kind"`
	Agent  string `json:"agent"`
	Reason string `json:"reason"`
	Result string `json:"result"` // ok, failed or deferred
	Error  string `json:"error"`
}
