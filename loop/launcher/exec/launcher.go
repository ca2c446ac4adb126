package exec

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"pawl/handoff"
	"pawl/loop/launcher"
	"pawl/loop/screen"
)

var (
	_ launcher.Terminal   = (*Launcher)(nil)
	_ launcher.Drawer     = (*Launcher)(nil)
	_ launcher.Identifier = (*Launcher)(nil)
	_ launcher.Hosted     = (*Launcher)(nil)
)

// Launcher hands everything that it is asked to one program, which it starts when
// it is first needed, and again when it has ended. Its errors are those that the
// program answers with; where there is no answer, nothing is known.
type Launcher struct {
	opts  Options
	times Times
	log   *slog.Logger

	starts sync.WaitGroup // starts that are under way
	life   context.Context
	quit   context.CancelFunc // ends life

	mu       sync.Mutex
	closed   bool
	now      *conn         // the program that runs; nil: none
	starting chan struct{} // closed when the start under way is over; nil: none is
	before   []*conn       // those that are ending
	failed   int           // starts, or runs without an answer, in a row
	fault    error         // why the last one failed
	retryAt  time.Time     // when it may be started again
	welcome  Welcome       // of the last program that introduced itself
	ahead    time.Duration // likewise: what its clock is ahead of ours
}

// New makes a launcher. Nothing is started before its first use.
func New(opts Options) *Launcher {
	log := opts.Log
	if log == nil {
		log = slog.Default()
	}
	if opts.Name != "" {
		log = log.With("launcher", opts.Name)
	}
	life, quit := context.WithCancel(context.Background())
	return &Launcher{opts: opts, times: opts.Times.withDefaults(), log: log, life: life, quit: quit}
}

// Hello starts the program if it does not run, and returns how it introduced itself.
func (l *Launcher) Hello(ctx context.Context) (Welcome, error) {
	c, err := l.connect(ctx)
	if err != nil {
		return Welcome{}, err
	}
	return c.welcome, nil
}

// Start implements launcher.Launcher.
func (l *Launcher) Start(ctx context.Context, spec launcher.Spec) error {
	for _, kv := range slices.Concat(spec.Env, spec.Argv, []string{spec.Dir, spec.Log, spec.Stdin}) {
		if !utf8.ValidString(kv) {
			return fmt.Errorf("start session %q: %q is not UTF-8, which launcher %s cannot take; change it, or use launcher: tmux or process",
				spec.Session, handoff.Cut(kv, 80), l.opts.Name)
		}
	}
	return l.order(ctx, "start", spec.Ref, MethodStart, specToWire(spec))
}

// Observe implements launcher.Launcher.
func (l *Launcher) Observe(ctx context.Context) (map[string]launcher.Observation, error) {
	var got Sessions
	if err := l.call(ctx, MethodObserve, nil, &got); err != nil {
		return nil, fmt.Errorf("observe sessions: %w", err)
	}
	seen, err := got.observations()
	if err != nil {
		return nil, fmt.Errorf("observe sessions: launcher %s: %w", l.opts.Name, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return byOurClock(seen, l.ahead), nil
}

// Send implements launcher.Launcher.
func (l *Launcher) Send(ctx context.Context, ref launcher.Ref, m launcher.Message) error {
	return l.order(ctx, "send to", ref, MethodSend, Sending{Ref: Ref(ref), Message: messageToWire(m)})
}

// Capture implements launcher.Launcher. What the program answers is cleaned here,
// whatever it did about that itself.
func (l *Launcher) Capture(ctx context.Context, ref launcher.Ref, lines int) ([]string, error) {
	var got Lines
	if err := l.call(ctx, MethodCapture, Capturing{Ref: Ref(ref), Lines: lines}, &got); err != nil {
		return nil, fmt.Errorf("capture session %q: %w", ref.Session, err)
	}
	return got.clean(lines), nil
}

// Stop implements launcher.Launcher.
func (l *Launcher) Stop(ctx context.Context, ref launcher.Ref, deadline time.Duration) error {
	return l.order(ctx, "stop", ref, MethodStop, Stopping{Ref: Ref(ref), Deadline: deadline.Milliseconds()})
}

// Forget implements launcher.Launcher.
func (l *Launcher) Forget(ctx context.Context, ref launcher.Ref) error {
	return l.order(ctx, "forget", ref, MethodForget, Ref(ref))
}

// Attach is the command line that the program names, or else what the options say.
func (l *Launcher) Attach(ref launcher.Ref) []string {
	ctx, cancel := context.WithTimeout(context.Background(), l.times.Ask)
	defer cancel()
	var got Argv
	err := l.call(ctx, MethodAttach, Ref(ref), &got)
	if err == nil && len(got.Argv) > 0 {
		return got.Argv
	}
	if err != nil {
		l.log.Debug("how to attach is not known", "session", ref.Session, "error", err)
	}
	return l.opts.Attach(ref.Session)
}

// Draws implements launcher.Drawer: whether the program has announced screens.
// Before it has introduced itself, that is not known, and the answer is no.
func (l *Launcher) Draws() bool { return l.has(FeatureScreens) }

// Host implements launcher.Hosted: what the program that runs has said.
func (l *Launcher) Host() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return handoff.Clean(l.welcome.Host, maxName)
}

func (l *Launcher) has(feature string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Contains(l.welcome.Features, feature)
}

// Screens implements launcher.Terminal.
func (l *Launcher) Screens(ctx context.Context, refs []launcher.Ref) (map[string]screen.Screen, error) {
	if _, err := l.Hello(ctx); err != nil {
		return nil, fmt.Errorf("screens: %w", err)
	}
	if !l.Draws() {
		return nil, fmt.Errorf("screens: launcher %s has not announced any: %w", l.opts.Name, launcher.ErrTerminal)
	}
	var got Screens
	if err := l.call(ctx, MethodScreens, refsToWire(refs), &got); err != nil {
		return nil, fmt.Errorf("screens: %w", err)
	}
	return got.screens(refs), nil
}

// Running implements launcher.Identifier. A program that has not announced that
// it can tell knows of no process but those that Observe tells of.
func (l *Launcher) Running(pid int, started string) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), l.times.Ask)
	defer cancel()
	if _, err := l.Hello(ctx); err != nil {
		return false, err
	}
	if !l.has(FeatureRunning) {
		return false, nil
	}
	var got Running
	if err := l.call(ctx, MethodRunning, Process{PID: pid, Started: started}, &got); err != nil {
		return false, fmt.Errorf("process %d: %w", pid, err)
	}
	return got.Running, nil
}

// order is a call that answers nothing but that it was done.
func (l *Launcher) order(ctx context.Context, what string, ref launcher.Ref, method string, params any) error {
	if err := l.call(ctx, method, params, nil); err != nil {
		return fmt.Errorf("%s session %q: %w", what, ref.Session, err)
	}
	return nil
}
