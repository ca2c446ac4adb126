package trial

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"pawl/handoff/system"
)

// patience bounds one command of the simulation.
const patience = 60 * time.Second

// command is a program in a process group of its own, which ends with ctx.
func (s *stage) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.dir, s.env()
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = time.Second
	return cmd
}

// run runs a program to its end and returns what it printed.
func (s *stage) run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := s.command(ctx, name, args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, text)
	}
	return text, err
}

func (s *stage) git(ctx context.Context, args ...string) error {
	_, err := s.run(ctx, "git", args...)
	return err
}

func (s *stage) runPawl(ctx context.Context, args ...string) (string, error) {
	return s.run(ctx, s.pawl, append([]string{"--config", s.config()}, args...)...)
}
