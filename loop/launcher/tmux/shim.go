package tmux

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
)

// Steps of the helper program: the first argument after Options.Self.
const (
	stepExec   = "exec"
	stepScribe = "scribe"
	stepReap   = "reap"
)

// Main is a helper beside a session: what Options.Self runs. It returns the
// process's exit code.
func Main(ctx context.Context, args []string, stdin io.Reader, stderr io.Writer) int {
	err := fmt.Errorf("%q is none of this program's orders", args)
	switch {
	case len(args) == 2 && args[0] == stepExec:
		err = become(ctx, args[1])
	case len(args) == 2 && args[0] == stepScribe:
		err = scribe(ctx, args[1], stdin)
	case len(args) == 2 && args[0] == stepReap:
		err = reap(ctx, args[1])
	}
	if err == nil {
		return 0
	}
	if _, failed := fmt.Fprintf(stderr, "pawl: %v\n", err); failed != nil {
		return 126
	}
	return 127
}

// scribePatience is how long the shim waits for the scribe, so that nothing of
// what the agent prints is missing in its log.
const scribePatience = 2 * time.Second

// become reads the order and turns into the agent. It only returns if it cannot.
func become(ctx context.Context, file string) error {
	o, err := takeOrder(file)
	if err != nil {
		return err
	}
	if err := awaitScribe(ctx, file+readySuffix); err != nil {
		return err
	}
	if err := os.Chdir(o.Dir); err != nil {
		return err
	}
	if err := system.Become(o.Program, o.Argv, withTerm(o.Env, os.Getenv("TERM"))); err != nil {
		return fmt.Errorf("program %q: %w", o.Program, err)
	}
	return nil
}

// awaitScribe waits for the scribe's sign, and goes on without it in the end:
// an agent that runs without a log is better than none.
func awaitScribe(ctx context.Context, sign string) error {
	ctx, cancel := context.WithTimeout(ctx, scribePatience)
	defer cancel()
	for {
		err := os.Remove(sign)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if proc.Pause(ctx, 2*time.Millisecond) != nil {
			return nil
		}
	}
}

// withTerm sets the terminal's name: tmux's own, as whatever the caller's
// terminal is, this one is tmux. Its modest default has a better brother on
// most machines.
func withTerm(env []string, tmuxTerm string) []string {
	if tmuxTerm == "screen" && describedHere("tmux-256color") {
		tmuxTerm = "tmux-256color"
	}
	out := make([]string, 0, len(env)+1)
	for _, kv := range env {
		if !strings.HasPrefix(kv, "TERM=") {
			out = append(out, kv)
		}
	}
	return append(out, "TERM="+tmuxTerm)
}

// describedHere says whether terminfo(5) knows a terminal.
func describedHere(term string) bool {
	for _, dir := range []string{"/etc/terminfo/", "/lib/terminfo/", "/usr/share/terminfo/", "/usr/local/share/terminfo/", "/run/current-system/sw/share/terminfo/"} {
		for _, sub := range []string{term[:1], fmt.Sprintf("%x", term[0])} {
			if _, err := os.Stat(dir + sub + "/" + term); err == nil {
				return true
			}
		}
	}
	return false
}
