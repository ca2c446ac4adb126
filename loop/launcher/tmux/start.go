//go:build linux || darwin

package tmux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// Size of a terminal that nobody looks at, in columns and rows.
const (
	columns = 120
	rows    = 40
)

// Start starts a session: in a new tmux session of its name, or in the pane
// where its predecessor ended, so that a person who looks on need not come back.
func (l *Launcher) Start(ctx context.Context, spec launcher.Spec) error {
	if err := l.start(ctx, spec); err != nil {
		return fmt.Errorf("start session %q: %w", spec.Session, err)
	}
	return nil
}

func (l *Launcher) start(ctx context.Context, spec launcher.Spec) error {
	if err := checkRef(spec.Ref); err != nil {
		return err
	}
	if len(spec.Argv) == 0 {
		return errors.New("no program: argv is empty")
	}
	if spec.Stdin != "" {
		return errors.New("a terminal cannot be handed a prompt as input; give its adapter prompt: arg or prompt: file, or use launcher: process")
	}
	if err := proc.CheckFolder(spec.Dir); err != nil {
		return err
	}
	program, err := proc.FindProgram(spec.Argv[0], spec.Dir, spec.Env)
	if err != nil {
		return err
	}
	before, err := l.known(ctx, spec.Ref)
	switch {
	case err == nil && before.ended():
		return errGone(spec.Ref, "this generation has ended; start a new one")
	case err == nil && before.Owner != spec.Owner:
		return errOther(spec.Ref, fmt.Sprintf("owner %q", before.Owner))
	case err == nil:
		return nil
	case errors.Is(err, launcher.ErrOther) && !before.ended():
		return err
	case !errors.Is(err, launcher.ErrGone) && !errors.Is(err, launcher.ErrOther):
		return err
	}
	file, err := saveOrder(l.opts.Runtime, spec.Generation, order{Version: orderVersion, Program: program, Argv: spec.Argv, Env: spec.Env, Dir: spec.Dir})
	if err != nil {
		return err
	}
	begun, err := l.begin(ctx, spec, before, file)
	if !begun {
		err = errors.Join(err, removeIfThere(file))
	}
	if err == nil && !begun {
		return l.lostRace(ctx, spec)
	}
	return err
}

// begin starts the shim, and says false when another was faster or when tmux
// refused: then nothing uses the order.
func (l *Launcher) begin(ctx context.Context, spec launcher.Spec, before pane, file string) (bool, error) {
	m := meta{Ref: spec.Ref, Owner: spec.Owner, Agent: spec.Agent, Phase: spec.Phase}
	if before.id != "" {
		if _, err := leader(before).Sweep(ctx); err != nil {
			return false, err
		}
		return l.respawn(ctx, m, spec, before, file)
	}
	target := "=" + spec.Session + ":"
	args := append([]string{"new-session", "-d", "-s", spec.Session, "-n", title(m), "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "-c", spec.Dir}, l.shim(file)...)
	for _, c := range l.dress(m, spec, target, file) {
		args = append(append(args, ";"), c...)
	}
	_, err := l.client.run(ctx, nil, args...)
	var no refused
	if errors.As(err, &no) && strings.Contains(string(no), "duplicate session") {
		return false, nil
	}
	return err == nil || ctx.Err() != nil, err
}

// respawn uses a pane again whose program has ended, if it is still that one.
func (l *Launcher) respawn(ctx context.Context, m meta, spec launcher.Spec, before pane, file string) (bool, error) {
	commands := []string{"respawn-pane -k -t " + before.id + " -c " + quoted(spec.Dir) + " " + quotedAll(l.shim(file)), "clear-history -t " + before.id}
	for _, c := range l.dress(m, spec, before.id, file) {
		commands = append(commands, quotedAll(c))
	}
	commands = append(commands, "display-message -p "+did)
	var more []string
	if before.dead {
		more = []string{"#{pane_dead}"}
	}
	return l.perform(ctx, nil, guarded(before, more, strings.Join(commands, " ; "), "")...)
}

func title(m meta) string {
	if word.MatchString(m.Agent) {
		return m.Agent
	}
	return m.Session
}

// dress makes a pane one of ours: it outlives its program, says what it is, and
// all that it prints goes to the scribe. Options are set for this pane and
// window alone: the server may be shared with others.
func (l *Launcher) dress(m meta, spec launcher.Spec, target, file string) [][]string {
	return [][]string{
		{"set-option", "-w", "-t", target, "remain-on-exit", "on"},
		{"set-option", "-w", "-t", target, "remain-on-exit-format", ""},
		{"set-option", "-w", "-t", target, "allow-rename", "off"},
		{"set-option", "-t", target, "destroy-unattached", "off"},
		{"set-option", "-p", "-t", target, "@pawl_told", ""},
		{"set-option", "-p", "-t", target, "@pawl_stop", formatKeys(spec.StopKeys)},
		{"set-option", "-p", "-t", target, "@pawl_gen", m.Generation},
		{"set-option", "-p", "-t", target, "@pawl", m.String()},
		{"pipe-pane", "-O", "-t", target, l.scribe(m.Ref, spec.Log, file)},
	}
}

// lostRace says what another start made of the name.
func (l *Launcher) lostRace(ctx context.Context, spec launcher.Spec) error {
	p, err := l.known(ctx, spec.Ref)
	switch {
	case err == nil && p.ended():
		return errGone(spec.Ref, "it has ended already")
	case errors.Is(err, launcher.ErrGone):
		return errOther(spec.Ref, "a tmux session of this name, which pawl did not start; rename that, or set session for this agent,")
	}
	return err
}

// shim is the command that becomes the agent.
func (l *Launcher) shim(file string) []string {
	return append(append([]string(nil), l.opts.Self...), stepExec, file)
}

func removeIfThere(path string) error {
	err := os.Remove(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
