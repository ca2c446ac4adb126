package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"pawl/loop"
	"pawl/loop/ledger"
)

// Opened is a loop ready to run, and how to let go of it.
type Opened struct {
	Engine *loop.Engine
	Close  func() error // the ledger and the runtime folder
}

// Demo is a whole loop on throwaway repositories.
type Demo struct {
	Phases int
	Keep   bool
	Out    io.Writer
	Paint  func(style, text string) string
	Fit    func(text string, indent int) string // cuts a line that begins so many columns in
	// Open puts the loop of a pawl.yaml together, as `pawl watch` does.
	Open func(ctx context.Context, config string, log *slog.Logger) (Opened, error)
}

// demoPatience bounds a demo: each phase takes a second or two.
const demoPatience = 60 * time.Second

// Run runs the demo until its sequence is complete. It leaves no process, and
// without Keep no file.
func (d Demo) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, demoPatience+time.Duration(d.Phases)*10*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp("", "pawl-demo-")
	if err != nil {
		return err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	if d.Keep {
		fmt.Fprintf(d.Out, "everything is kept in %s\n\n", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	stage, err := NewStage(ctx, dir, d.Phases)
	if err != nil {
		return err
	}
	return d.play(ctx, stage)
}

func (d Demo) play(ctx context.Context, stage *Stage) (err error) {
	log, err := os.OpenFile(filepath.Join(stage.Dir, "coordinator.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	o, err := d.Open(ctx, stage.Config(), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	story := &Story{out: d.Out, paint: d.Paint, fit: d.Fit, begin: time.Now()}
	done := make(chan struct{})
	var once sync.Once
	o.Engine.Event = func(e ledger.Event) {
		story.Tell(e)
		if e.Kind == "sequence.complete" {
			once.Do(func() { close(done) })
		}
	}
	if err := want(ctx, o.Engine.Ledger, ledger.Up); err != nil {
		return err
	}
	if err := runUntil(ctx, o.Engine, done); err != nil {
		return errors.Join(err, fmt.Errorf("the sequence did not complete; see the log in %s with --keep", stage.Dir))
	}
	return Summarise(ctx, d.Out, o.Engine.Ledger, stage, time.Since(story.begin))
}

// runUntil runs the coordinator until done, then until all sessions have ended.
func runUntil(ctx context.Context, e *loop.Engine, done <-chan struct{}) error {
	c := loop.NewCoordinator(e, "demo")
	running := make(chan error, 1)
	go func() { running <- c.Run(ctx) }()
	var failed error
	select {
	case <-done:
	case <-ctx.Done():
		failed = ctx.Err()
	}
	c.Stop()
	failed = errors.Join(failed, <-running)
	// Even when interrupted, nothing is left running.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := want(ending, e.Ledger, ledger.Off); err != nil {
		return errors.Join(failed, err)
	}
	rep, err := e.Local(ending, 15*time.Second)
	if err == nil && rep.Settling {
		err = errors.New("sessions did not end")
	}
	return errors.Join(failed, err)
}

func want(ctx context.Context, l *ledger.Ledger, w ledger.Want) error {
	return l.Edit(ctx, func(s *ledger.State) error {
		for _, name := range []string{"builder", "adversary"} {
			row := s.Agent(name)
			row.Wanted = w
			s.Agents[name] = row
		}
		return nil
	})
}
