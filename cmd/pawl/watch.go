package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
	"pawl/loop/sim"
)

func (a *app) watchCommand() *cobra.Command {
	var (
		background bool
		clock      string
	)
	c := &cobra.Command{
		Use:   "watch",
		Short: "run the coordinator in the foreground",
		Long:  "watch runs the coordinator until it is interrupted. It reconciles what `pawl up` asked for; sessions go on when it ends.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			a.mends = "watch"
			return a.use(c.Context(), func(p *project) error {
				return p.watch(c.Context(), background, clock)
			})
		},
	}
	c.Flags().BoolVar(&background, "background", false, "log to the coordinator's log only")
	c.Flags().StringVar(&clock, "clock", "", "go by a clock that is wrong by the duration in `FILE`, for simulations")
	for _, name := range []string{"background", "clock"} {
		if err := c.Flags().MarkHidden(name); err != nil {
			panic(err) // the flag is declared above
		}
	}
	return c
}

// coordinatorLog is where the coordinator writes what it does.
func coordinatorLog(cfg *config.Config) string {
	return filepath.Join(cfg.StateDir, "logs", "coordinator.log")
}

func (p *project) watch(ctx context.Context, background bool, clock string) (err error) {
	lock, err := p.lock(ctx, "watch", lockPatience/5)
	if err != nil {
		return heldHint(err)
	}
	release := sync.OnceValue(lock.Release)
	defer func() { err = errors.Join(err, release()) }()
	// Who had the lock before may have set a damaged ledger aside.
	if err := errors.Join(p.ledger.Refresh(ctx), p.noteLedger()); err != nil {
		return err
	}
	file := &rotated{File: logfile.File{Path: coordinatorLog(p.cfg)}}
	if err := file.Open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var out io.Writer = file
	switch {
	case background:
		// Standard error is the log as it was at the start: what comes after a
		// rotation would be lost there.
		p.app.err = file
	case !p.app.quiet:
		out = io.MultiWriter(file, p.app.err)
	}
	level := slog.LevelInfo
	if p.app.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
	e, err := p.engine(log)
	if err != nil {
		return err
	}
	e.Tidy, e.Replaced = p.place.Sweep, p.noteLedger
	if clock != "" {
		e.Now = sim.Clock(clock)
	}
	err = p.serve(ctx, loop.NewCoordinator(e, versionText()), log)
	err = errors.Join(err, e.Close(), release())
	farewell(ctx, e)
	return err
}

// signalled is how long whoever ended a coordinator by a signal waits for those who
// are told of its end: launchd kills it after 20 s (launchd.plist(5), ExitTimeOut).
const signalled = 15 * time.Second

// farewell tells others of the coordinator's end. Nobody waits for that where it was
// asked to end; where it got a signal, and that is ctx's end, somebody does. A second
// one ends it at once.
func farewell(ctx context.Context, e *loop.Engine) {
	rest, stop := signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		rest, cancel = context.WithTimeout(rest, signalled)
		defer cancel()
	}
	e.Notify(rest)
}

// note records what becomes of the coordinator: the report tells from that when
// nobody watched.
func (p *project) note(ctx context.Context, kind string) error {
	s, err := p.ledger.Load(ctx)
	if err != nil {
		return err
	}
	data := map[string]any{"pid": os.Getpid(), "version": versionText()}
	if last := stamp(s.Loop.LastPass); last != "" {
		data["last_pass"] = last
	}
	return p.ledger.AddEvents(ctx, ledger.Event{Time: time.Now(), Kind: kind, Data: data})
}

// serve runs the coordinator and its socket until the first of them ends, or
// a file that they need is gone.
func (p *project) serve(ctx context.Context, c *loop.Coordinator, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log.Info("coordinator starts", "pid", os.Getpid(), "config", p.path)
	// What a killed coordinator left must not be taken for this one's.
	if err := os.Remove(p.place.Socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	served := make(chan error, 1)
	go func() {
		defer cancel()
		served <- control.Serve(ctx, p.place.Socket(), c)
	}()
	lost := make(chan string, 1)
	go func() {
		file := p.lostFile(ctx)
		if file != "" {
			cancel()
		}
		lost <- file
	}()
	// One that is ended as it starts has started, and ends well.
	err := p.note(context.WithoutCancel(ctx), "coordinator.started")
	if err == nil {
		err = c.Run(ctx)
	}
	cancel()
	err = errors.Join(err, <-served)
	if file := <-lost; file != "" {
		err = errors.Join(err, &hinted{fmt.Errorf("%s was deleted or replaced; sessions go on", file), "pawl up takes over what runs"})
	}
	log.Info("coordinator ends", "pid", os.Getpid())
	if err := p.note(context.WithoutCancel(ctx), "coordinator.ended"); err != nil {
		log.Warn("its end is not on record", "error", err) // the ledger may be what was lost
	}
	return err
}

// rotated is the coordinator's log, which begins anew when it is full. It may be
// used by several goroutines.
type rotated struct {
	mu sync.Mutex
	logfile.File
}

// Write implements io.Writer.
func (l *rotated) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := l.File.Write(text)
	if err != nil {
		return n, err
	}
	return n, l.Rotate(logfile.Limit)
}
