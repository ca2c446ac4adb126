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
	self, err := l.self()
	if err != nil {
		return err
	}
	file, err := saveOrder(l.opts.Runtime, spec.Generation, order{Version: orderVersion, Program: program, Argv: spec.Argv, Env: spec.Env, Dir: spec.Dir})
	if err != nil {
		return err
	}
	begun, err := l.begin(ctx, spec, before, starting{self: self, file: file})
	if !begun {
		err = errors.Join(err, removeIfThere(file))
	}
	if err == nil && !begun {
		return l.lostRace(ctx, spec)
	}
	return err
}

// starting is what a start hands to tmux: the helpers' command, and the order's file.
type starting struct {
	self []string
	file string
}

// begin starts the shim, and says false when another was faster or when tmux
// refused: then nothing uses the order. A call that got no answer may yet be obeyed.
func (l *Launcher) begin(ctx context.Context, spec launcher.Spec, before pane, with starting) (bool, error) {
	m := meta{Ref: spec.Ref, Owner: spec.Owner, Agent: spec.Agent, Phase: spec.Phase}
	if before.id != "" {
		if _, err := leader(before).Sweep(ctx); err != nil {
			return false, err
		}
		if err := dropOrders(l.opts.Runtime, before.Ref); err != nil {
			return false, err
		}
		return l.respawn(ctx, m, spec, before, with)
	}
	target := "=" + spec.Session + ":"
	// The shim goes to the agent's folder by itself: tmux would expand formats in
	// its name, and run commands that it holds.
	args := []string{"new-session", "-d", "-s", spec.Session, "-n", title(m), "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), "-c", "/"}
	for _, w := range with.shim() {
		args = append(args, argument(w))
	}
	for _, c := range l.dress(m, spec, target, with) {
		args = append(args, ";")
		for _, w := range c {
			args = append(args, argument(w))
		}
	}
	_, err := l.client.run(ctx, nil, args...)
	var no refused
	switch {
	case errors.As(err, &no) && strings.Contains(string(no), "duplicate session"):
		return false, nil
	case errors.As(err, &no):
		return false, errors.Join(err, l.undo(ctx, spec.Ref))
	}
	return err == nil || errors.Is(err, context.DeadlineExceeded), err
}

// undo removes a session that was made and could not be finished.
func (l *Launcher) undo(ctx context.Context, ref launcher.Ref) error {
	target := "=" + ref.Session + ":"
	_, err := l.perform(ctx, nil, "if-shell", "-F", "-t", target, "#{==:#{@pawl_gen},"+ref.Generation+"}", "kill-session -t "+target, "")
	var no refused
	if errors.As(err, &no) {
		return nil // it was not made
	}
	return err
}

// argument keeps tmux from taking a word's last semicolon for the end of a command.
func argument(w string) string {
	if rest, ends := strings.CutSuffix(w, ";"); ends {
		return rest + `\;`
	}
	return w
}

// respawn uses a pane again whose program has ended, if it is still that one.
func (l *Launcher) respawn(ctx context.Context, m meta, spec launcher.Spec, before pane, with starting) (bool, error) {
	commands := []string{"respawn-pane -k -t " + before.id + " -c / " + quotedAll(with.shim()), "clear-history -t " + before.id}
	for _, c := range l.dress(m, spec, before.id, with) {
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

// dress makes a pane one of ours: it says what it is, outlives its program, and
// all that it prints goes to the scribe. Options are set for this pane and
// window alone: the server may be shared with others.
func (l *Launcher) dress(m meta, spec launcher.Spec, target string, with starting) [][]string {
	return [][]string{
		{"set-option", "-p", "-t", target, "@pawl_gen", m.Generation},
		{"set-option", "-p", "-t", target, "@pawl", m.String()},
		{"set-option", "-w", "-t", target, "remain-on-exit", "on"},
		{"set-option", "-w", "-t", target, "remain-on-exit-format", ""},
		{"set-option", "-w", "-t", target, "allow-rename", "off"},
		{"set-option", "-t", target, "destroy-unattached", "off"},
		{"set-option", "-p", "-t", target, "@pawl_told", ""},
		{"set-option", "-p", "-t", target, "@pawl_text", ""},
		{"set-option", "-p", "-t", target, "@pawl_log", formatKeys([]string{spec.Log})},
		{"set-option", "-p", "-t", target, "@pawl_stop", formatKeys(spec.StopKeys)},
		{"pipe-pane", "-O", "-t", target, l.scribe(with.self, m.Generation, spec.Log, with.file+readySuffix)},
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
func (s starting) shim() []string {
	return append(append([]string(nil), s.self...), stepExec, s.file)
}

func removeIfThere(path string) error {
	err := os.Remove(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
