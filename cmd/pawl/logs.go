package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff/system"
	"pawl/loop"
	"pawl/loop/launcher"
	"pawl/loop/launcher/logfile"
	"pawl/loop/launcher/plain"
)

func (a *app) logsCommand() *cobra.Command {
	var (
		follow, raw bool
		n           int
	)
	c := &cobra.Command{
		Use: "logs NAME|ID|coordinator", Short: "print a session's output, or the coordinator's log", Args: cobra.ExactArgs(1),
		Long: "logs prints the last lines of a log as plain text: colours, titles and whatever else a program printed for a terminal\n" +
			"to obey are left out, and what a carriage return would overwrite has a line of its own. --raw prints it as it is.",
		RunE: func(c *cobra.Command, args []string) error {
			if n < 0 {
				return &usageError{fmt.Errorf("-n %d is negative; write how many lines, 0 or more", n)}
			}
			var out io.Writer = plain.NewWriter(a.out)
			if raw {
				out = a.out
			}
			return a.use(c.Context(), func(p *project) error {
				path := coordinatorLog(p.cfg)
				if args[0] != "coordinator" {
					name, err := p.member(c.Context(), args[0])
					if err != nil {
						return err
					}
					if argv := p.farLog(c.Context(), name, n, follow); argv != nil {
						return p.show(c.Context(), out, argv)
					}
					path = loop.LogPath(p.cfg, name)
				}
				return tail(c.Context(), out, path, n, follow)
			})
		},
	}
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on as it grows")
	c.Flags().IntVarP(&n, "lines", "n", 100, "the last `N` lines")
	c.Flags().BoolVar(&raw, "raw", false, "print what the program printed, byte for byte")
	return c
}

// tail writes the last n lines of a log to out, and what is added to it if follow
// is set. A log that is not there yet is empty.
func tail(ctx context.Context, out io.Writer, path string, n int, follow bool) (err error) {
	f, err := logfile.Follow(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Tail(out, n); err != nil || !follow {
		return err
	}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := f.More(out); err != nil {
			return err
		}
	}
}

func (a *app) attachCommand() *cobra.Command {
	var show bool
	c := &cobra.Command{
		Use: "attach NAME|ID", Short: "look at a session, and type into it", Args: cobra.ExactArgs(1),
		Long: "attach shows a session. On launcher process it follows the log and sends each line that is typed to the program.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				name, err := p.member(c.Context(), args[0])
				if err != nil {
					return err
				}
				return p.attach(c.Context(), name, show)
			})
		},
	}
	c.Flags().BoolVar(&show, "print", false, "print the command that attaches instead")
	return c
}

func (p *project) attach(ctx context.Context, name string, show bool) error {
	_, d, err := p.preview(ctx)
	if err != nil {
		return err
	}
	row, ok := d.After.Sessions[name]
	if !ok || row.LiveAt.IsZero() {
		hint := "pawl up " + name
		if p.known(name) != nil {
			hint = "pawl show " + name
		}
		return &hinted{&missingError{name + " has no session"}, hint}
	}
	e, err := p.engine(p.app.logger(p.app.err))
	if err != nil {
		return err
	}
	ref := launcher.Ref{Session: row.Name, Generation: row.Generation}
	l, err := e.LauncherOf(row)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", name, err), e.Close())
	}
	if show {
		fmt.Fprintln(p.app.out, shellJoin(l.Attach(ref)))
		return e.Close()
	}
	if argv := l.Attach(ref); !p.leadsHere(argv) {
		if err := e.Close(); err != nil {
			return err
		}
		return p.become(argv)
	}
	return errors.Join(p.followTyping(ctx, l, ref, name), e.Close())
}

// followTyping shows a session's log as it grows, and sends it what a person
// types, until the input ends.
func (p *project) followTyping(ctx context.Context, l launcher.Launcher, ref launcher.Ref, name string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	typed := make(chan error, 1)
	go func() {
		defer cancel()
		typed <- p.typeLines(ctx, l, ref)
	}()
	if err := tail(ctx, plain.NewWriter(p.app.out), loop.LogPath(p.cfg, name), 20, true); err != nil {
		return err
	}
	select {
	case err := <-typed:
		return err
	default:
		return nil // interrupted: the reader of standard input ends with the process
	}
}

// leadsHere says that the way to a session without a terminal is this very command.
func (p *project) leadsHere(argv []string) bool {
	here := p.attachArgv()
	return len(argv) == 0 || len(argv) >= len(here) && slices.Equal(argv[:len(here)], here)
}

// become turns into another program, which gets this one's terminal.
func (p *project) become(argv []string) error {
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	if err := p.close(); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", shellJoin(argv), system.Become(program, argv, os.Environ()))
}

// typeLines sends what a person types, a line each, until the end of the input.
func (p *project) typeLines(ctx context.Context, l launcher.Launcher, ref launcher.Ref) error {
	in := bufio.NewScanner(p.app.in)
	for n := 0; in.Scan(); n++ {
		if err := l.Send(ctx, ref, launcher.Message{ID: "typed-" + token(), Text: in.Text()}); err != nil {
			return err
		}
	}
	return in.Err()
}

// shellJoin quotes an argv for a POSIX shell.
func shellJoin(argv []string) string {
	var parts []string
	for _, arg := range argv {
		if arg == "" || strings.ContainsAny(arg, " \t\n'\"\\$`*?[]{}()<>|&;#~!=") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		parts = append(parts, arg)
	}
	return strings.Join(parts, " ")
}
