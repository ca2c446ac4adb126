package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/handoff/system"
	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/witness"
)

// exitRefused is the exit code of a hook that refuses a commit or a push. The
// scripts in hooks/git know it: any other lets git go on.
const exitRefused = 65

// How long git may be held up by a hook of pawl's.
const (
	messagePatience = 10 * time.Second
	pushPatience    = time.Minute
)

func (a *app) hookCommand() *cobra.Command {
	return &cobra.Command{
		Use: "hook NAME [ARG…]", Short: "do what a hook of git or an agent is for (what installed hooks call)", Args: cobra.MinimumNArgs(1),
		Long: "hook is called by the scripts that pawl hooks install writes. reference-transaction and post-receive tell the coordinator\n" +
			"to look at origin now; commit-msg FILE and pre-push REMOTE URL judge what is committed or pushed. The exit code is\n" +
			"65 where git is to refuse; any other failure is pawl's own, and git goes on. agent-event is what agents' programs call:\n" +
			"it takes what happened as JSON from standard input, prints nothing and never fails.",
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == witness.Word {
				a.agentEvent()
				return nil
			}
			path, err := a.configPath()
			if err != nil {
				return leftOut(args[0], err)
			}
			return a.hook(c.Context(), path, args[0], args[1:])
		},
	}
}

func (a *app) hook(ctx context.Context, path, name string, args []string) error {
	switch {
	case name == "reference-transaction" || name == "post-receive":
		return a.hookPoke(ctx, path)
	case name == "commit-msg" && len(args) == 1:
		ctx, cancel := context.WithTimeout(ctx, messagePatience)
		defer cancel()
		return leftOut(name, a.commitMsg(ctx, path, args[0]))
	case name == "pre-push" && len(args) == 2:
		ctx, cancel := context.WithTimeout(ctx, pushPatience)
		defer cancel()
		return leftOut(name, a.prePush(ctx, path, args[0], args[1], a.in))
	}
	return &hinted{
		&usageError{fmt.Errorf("%s with %d arguments is no hook of pawl's", quote(handoff.Clean(name, 80)), len(args))},
		"there are reference-transaction, post-receive, commit-msg FILE, pre-push REMOTE URL and agent-event",
	}
}

// refusal is a commit or push that is refused: exit 65. What is wrong was told.
type refusal struct{}

func (refusal) Error() string { return errRefused.Error() }
func (refusal) Unwrap() error { return errSilent }

// leftOut tells a refusal from trouble of pawl's own, in whose first line stands
// that nothing was judged.
func leftOut(hook string, err error) error {
	if errors.Is(err, errRefused) {
		return refusal{}
	}
	if err != nil {
		return fmt.Errorf("the %s hook was left out: %w", hook, err)
	}
	return nil
}

// hookPoke is `pawl poke` for the hook of a push: a coordinator that runs is told
// without a look at pawl.yaml and the ledger.
func (a *app) hookPoke(ctx context.Context, path string) error {
	dir := daemon.Remembered(path)
	if dir == "" {
		dir = stateDirOf(path)
	}
	if control.NewClient(runtimePlace(dir).Socket()).Poke(ctx) == nil {
		return nil
	}
	// What git left open in its hook would be held by the tick, and by agents that
	// it starts, and the push would not end before them.
	for fd := 3; fd < mostInherited; fd++ {
		system.CloseOnExec(fd)
	}
	return a.use(ctx, func(p *project) error { return p.poke(ctx) })
}

// mostInherited bounds the file descriptors that a hook may have been left, by number.
const mostInherited = 64
