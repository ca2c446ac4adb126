//go:build !linux && !darwin

package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"pawl/loop/launcher"
)

var errUnsupported = errors.New("the process launcher is not supported on this system: use Linux or macOS")

// Launcher is the launcher without a terminal. On this system all of its
// methods return an error.
type Launcher struct{ opts Options }

// New makes a launcher that returns an error from each method.
func New(opts Options) *Launcher { return &Launcher{opts: opts} }

// Start returns an error.
func (l *Launcher) Start(context.Context, launcher.Spec) error { return errUnsupported }

// Observe returns an error.
func (l *Launcher) Observe(context.Context) (map[string]launcher.Observation, error) {
	return nil, errUnsupported
}

// Send returns an error.
func (l *Launcher) Send(context.Context, launcher.Ref, launcher.Message) error {
	return errUnsupported
}

// Capture returns an error.
func (l *Launcher) Capture(context.Context, launcher.Ref, int) ([]string, error) {
	return nil, errUnsupported
}

// Stop returns an error.
func (l *Launcher) Stop(context.Context, launcher.Ref, time.Duration) error { return errUnsupported }

// Forget returns an error.
func (l *Launcher) Forget(context.Context, launcher.Ref) error { return errUnsupported }

// Attach is the command line with which a person looks at a session.
func (l *Launcher) Attach(ref launcher.Ref) []string {
	return append(append([]string(nil), l.opts.Attach...), ref.Session)
}

// PumpMain says that there are no pumps on this system.
func PumpMain(_ []string, _, stderr io.Writer) int {
	if _, err := fmt.Fprintln(stderr, "pawl:", errUnsupported); err != nil {
		return 2
	}
	return 1
}
