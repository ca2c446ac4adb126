package ssh

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"pawl/loop/atomicfile"
	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// terminals is the launcher of the far side's own sessions.
type terminals interface {
	launcher.Launcher
	launcher.Terminal
	launcher.Identifier
}

// far is the far side's launcher: sessions get the environment and the files that
// they have on this host. All else is that of the launcher that it was made from.
type far struct {
	terminals
	folder string   // for what is kept here, absolute
	theirs string   // the near side's folder of prompts, for which folder has one here
	env    []string // what sessions have beside their own variables
	host   string   // this machine's name, see hostName
}

func newFar(l terminals, folder, theirs string, env []string) *far {
	return &far{terminals: l, folder: folder, theirs: theirs, env: env}
}

// Host implements launcher.Hosted.
func (f *far) Host() string { return f.host }

// Folder is where the far side keeps what belongs to a project, by the XDG base
// directory specification: below XDG_STATE_HOME, or ~/.local/state. An id has
// letters, digits, - and _ only.
func Folder(id string) (string, error) {
	if !idPattern.MatchString(id) {
		return "", fmt.Errorf("%.80q is no project's id; write letters and digits", id)
	}
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "pawl", id), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "pawl", id), err
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// LogFile is a session's log in the folder of a far side.
func LogFile(folder, agent string) string {
	return filepath.Join(folder, "logs", filepath.Base(agent+".log"))
}

// ofConnection are the variables that tell of the connection, or of the shell
// that it began with: sessions outlive both.
var ofConnection = []string{"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_ORIGINAL_COMMAND", "PWD", "OLDPWD", "SHLVL", "_"}

// withoutConnection is an environment without what belongs to the connection alone.
func withoutConnection(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(ofConnection, name)
	})
}

// Start starts a session with this host's environment, in which its own variables
// win, and writes its prompt here. Earlier prompts of its agent go.
func (f *far) Start(ctx context.Context, spec launcher.Spec) error {
	if err := proc.CheckFolder(spec.Dir); err != nil {
		return fmt.Errorf("start session %q: %w on this host; clone origin there first", spec.Session, err)
	}
	if err := f.keepPrompt(spec); err != nil {
		return fmt.Errorf("start session %q: its prompt: %w", spec.Session, err)
	}
	spec.Argv, spec.Stdin = f.hereAll(spec.Argv), f.here(spec.Stdin)
	// Of two entries of one name the later counts, and only that one stays.
	spec.Env = (&exec.Cmd{Env: slices.Concat(f.env, f.hereAll(spec.Env))}).Environ()
	spec.Log = LogFile(f.folder, spec.Agent)
	if err := f.terminals.Start(ctx, spec); err != nil {
		return err
	}
	return f.dropPrompts(func(agent, generation string) bool {
		return agent == spec.Agent && generation != spec.Generation
	})
}

// Send hands over a message, which may name the file with the prompt.
func (f *far) Send(ctx context.Context, ref launcher.Ref, m launcher.Message) error {
	m.Text = f.here(m.Text)
	return f.terminals.Send(ctx, ref, m)
}

// Forget forgets a session, and its prompt.
func (f *far) Forget(ctx context.Context, ref launcher.Ref) error {
	if err := f.terminals.Forget(ctx, ref); err != nil {
		return err
	}
	return f.dropPrompts(func(_, generation string) bool { return generation == ref.Generation })
}

func (f *far) prompts() string { return filepath.Join(f.folder, "prompts") }

// here writes this host's folder of prompts for the near side's.
func (f *far) here(text string) string {
	if f.theirs == "" {
		return text
	}
	return strings.ReplaceAll(text, f.theirs+"/", f.prompts()+"/")
}

func (f *far) hereAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = f.here(w)
	}
	return out
}

// keepPrompt writes a session's prompt where here leads.
func (f *far) keepPrompt(spec launcher.Spec) error {
	if err := os.MkdirAll(f.prompts(), 0o700); err != nil {
		return err
	}
	for _, kv := range spec.Env {
		if path, named := strings.CutPrefix(kv, "PAWL_PROMPT_FILE="); named && path != "" {
			return atomicfile.Write(filepath.Join(f.prompts(), filepath.Base(path)), []byte(spec.Prompt))
		}
	}
	return nil
}

// dropPrompts removes the prompts of some sessions. A file's name is
// AGENT-GENERATION.md; a generation is one word.
func (f *far) dropPrompts(of func(agent, generation string) bool) error {
	files, err := os.ReadDir(f.prompts())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, file := range files {
		name, isPrompt := strings.CutSuffix(file.Name(), ".md")
		i := strings.LastIndex(name, "-")
		if !isPrompt || i < 0 || !of(name[:i], name[i+1:]) {
			continue
		}
		if gone := os.Remove(filepath.Join(f.prompts(), file.Name())); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
