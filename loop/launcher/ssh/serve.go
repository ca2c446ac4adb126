package ssh

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"pawl/loop/launcher/exec"
	"pawl/loop/launcher/proc"
	"pawl/loop/launcher/tmux"
)

// ErrNoTmux says that the far side has no terminals to give.
var ErrNoTmux = errors.New("tmux is not on the PATH of a login on this host; install tmux here")

// ServeOptions are what the far side is told by the near one, and what it is.
type ServeOptions struct {
	ID      string   // of the near side's project
	Prompts string   // the near side's folder of prompts
	Socket  string   // the tmux server, as for tmux.Options
	Self    []string // the argv that runs tmux's helpers, as for tmux.Options
	Env     []string // of sessions, beside their own variables
	Log     *slog.Logger
}

// Serve is the far side: it answers requests on in until that ends.
func Serve(ctx context.Context, o ServeOptions, in io.Reader, out io.Writer) error {
	folder, err := Folder(o.ID)
	if err != nil {
		return err
	}
	env := withoutConnection(o.Env)
	program, err := proc.FindTool("tmux", "/", env)
	if err != nil {
		return ErrNoTmux
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	local := tmux.New(tmux.Options{Socket: o.Socket, Tmux: program, Runtime: filepath.Join(folder, "t"), Self: o.Self, Log: o.Log})
	f := newFar(local, folder, o.Prompts, env)
	if f.host, err = hostName(folder, machineID); err != nil {
		return err
	}
	return exec.Serve(ctx, f, in, out)
}
