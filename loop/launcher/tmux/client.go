package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/plain"
)

// errNoServer says that no server runs: there are no sessions.
var errNoServer = errors.New("no tmux server runs")

// client runs the tmux program against one server.
type client struct {
	program string
	socket  []string // -L NAME or -S PATH
}

// callTimeout bounds one call: a server that hangs must not hang us.
const callTimeout = 4 * time.Second

// run calls tmux once. args may hold several commands with ";" between them.
func (c client) run(ctx context.Context, stdin []byte, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, append(c.base(), args...)...)
	cmd.Env = clientEnv(os.Environ())
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(stdin)
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = time.Second
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("tmux %s: no answer: %w", args[0], ctx.Err())
	}
	if err == nil {
		return out.String(), nil
	}
	return out.String(), failure(args[0], plain.Line(strings.TrimSpace(complaint.String())), err)
}

func (c client) base() []string {
	return append([]string{"-u", "-f", "/dev/null"}, c.socket...)
}

// complaints of tmux about a command that it refused.
type refused string

func (r refused) Error() string { return string(r) }

func failure(command, complaint string, err error) error {
	switch {
	case strings.HasPrefix(complaint, "no server running on "), complaint == "server exited unexpectedly", complaint == "lost server",
		strings.HasPrefix(complaint, "error connecting to ") && (strings.Contains(complaint, "No such file") || strings.Contains(complaint, "Connection refused")):
		return errNoServer
	case complaint == "no current target", complaint == "no sessions":
		return errNoServer // it has just begun, or is about to end
	case complaint != "":
		return fmt.Errorf("tmux %s: %w", command, refused(complaint))
	}
	return fmt.Errorf("tmux %s: %w", command, err)
}

// clientEnv is what tmux needs of the caller's environment. The first client
// starts the server, which keeps it for life: nothing of ours may stay in it,
// and no variable may lead to another server.
func clientEnv(env []string) []string {
	var out []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case name == "PATH", name == "HOME", name == "USER", name == "LOGNAME", name == "SHELL", name == "LANG", name == "TZ",
			strings.HasPrefix(name, "LC_"), name == "TERM", name == "XDG_RUNTIME_DIR":
			out = append(out, kv)
		}
	}
	return out
}

// quoted makes a word of tmux's command language: single quotes keep all as it is.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

func quotedAll(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = quoted(w)
	}
	return strings.Join(out, " ")
}
