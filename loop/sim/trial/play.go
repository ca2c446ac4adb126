package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"pawl/loop/launcher/proc"
	"pawl/loop/sim/actor"
	"pawl/loop/sim/disk"
	"pawl/loop/sim/origin"
)

// play is one loop under its plan.
type play struct {
	*stage
	ctx         context.Context // of the faults and pushes
	begin       time.Time
	small       *disk.Disk // that the state lies on; nil without one
	coordinator *coordinator
	tell        func(Line)

	mu         sync.Mutex
	moved      map[string]string
	dropped    map[string]string
	ended      map[string]int // how often an agent's session was ended by a fault
	happened   []Happened
	spawned    []Spawned
	violations []string
}

// Line is one line of the story.
type Line struct {
	At     time.Duration // from the beginning
	Origin string
	Words  string
}

// Outcome is what came of one loop.
type Outcome struct {
	Origin     string
	Handoffs   []Handoff
	Happened   []Happened
	Violations []string // what must not be so, beside lost handoffs and those told twice
	Starts     int      // of coordinators
}

func (p *play) violated(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if what := fmt.Sprintf(format, args...); !slices.Contains(p.violations, what) {
		p.violations = append(p.violations, what)
	}
}

func (s *stage) say(format string, args ...any) {
	s.logger.Info(fmt.Sprintf(format, args...), "origin", s.kind)
}

// open sets the loop up, starts its agents and its coordinator, and calls act;
// afterwards nothing of it is left running.
func (p *play) open(ctx context.Context, act func(context.Context) error) (err error) {
	if p.origin, err = origin.Open(ctx, p.dir, p.kind, p.logger); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.origin.Close()) }()
	if err := p.build(ctx); err != nil {
		return err
	}
	if p.here.Disk == "" {
		if p.small, err = disk.Mount(p.disk(), diskSize); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.small.Unmount()) }()
	}
	defer func() { err = errors.Join(err, p.sweep(context.WithoutCancel(ctx))) }()
	if _, err := p.runPawl(ctx, "up", "--no-watch"); err != nil {
		return err
	}
	keeping, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.coordinator.keep(keeping) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	return act(ctx)
}

// diskSize is room enough for a loop of a day, and filled within a moment.
const diskSize = 96 << 20

// perform does what the plan says, each lane and the pushes beside the others.
func (p *play) perform(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	p.ctx, p.begin = ctx, time.Now()
	parts := []func() error{p.pushAll, p.spawnAll}
	for l := range lanes {
		parts = append(parts, func() error { return p.lane(l) })
	}
	faults := make(chan error, len(parts))
	for _, part := range parts {
		go func() { faults <- part() }()
	}
	var err error
	for range parts {
		err = errors.Join(err, <-faults)
	}
	return err
}

// patience bounds the time of the plan: faults and pushes hold one another up.
func (p *play) patience() time.Duration {
	total := 2 * time.Minute
	if n := len(p.plan.Pushes); n > 0 {
		total += 2 * p.plan.Pushes[n-1].At
	}
	if n := len(p.plan.Steps); n > 0 {
		total += 2 * p.plan.Steps[n-1].At
	}
	return total
}

// reach waits for a moment of the plan.
func (p *play) reach(at time.Duration) error {
	return proc.Pause(p.ctx, time.Until(p.begin.Add(at)))
}

// lane makes the faults of one lane.
func (p *play) lane(l lane) error {
	for _, s := range p.plan.Steps {
		f := byName(s.Fault)
		if f.lane != l {
			continue
		}
		if err := p.reach(s.At); err != nil {
			return err
		}
		begin := time.Now()
		p.story(begin, f.words)
		err := f.do(p, s)
		var missed notMade
		if errors.As(err, &missed) {
			p.story(time.Now(), f.words+": "+missed.Error())
			err = nil
		}
		p.mu.Lock()
		p.happened = append(p.happened, Happened{Step: s, Begin: begin, End: time.Now(), Missed: string(missed)})
		p.mu.Unlock()
		if err != nil {
			return fmt.Errorf("origin by %s: %s at %.1f s: %w", p.kind, s.Fault, s.At.Seconds(), err)
		}
	}
	return nil
}

func (p *play) story(at time.Time, words string) {
	p.tell(Line{At: at.Sub(p.begin), Origin: string(p.kind), Words: words})
}

// pushAll pushes what the plan says, each thing until it is in origin.
func (p *play) pushAll() error {
	hand := actor.Clone{Dir: p.clone("hand"), Env: p.env(), Log: p.logger}
	for _, push := range p.plan.Pushes {
		if err := p.reach(push.At); err != nil {
			return err
		}
		if _, err := hand.Publish(p.ctx, changeOf(push)); err != nil {
			return fmt.Errorf("origin by %s: %s %d of pair %d: %w", p.kind, push.Kind, push.Number, push.Pair, err)
		}
	}
	return nil
}

func changeOf(push Push) actor.Change {
	switch push.Kind {
	case actor.Claim:
		return actor.Change{Subject: fmt.Sprintf("claim(p%d/g%d): it holds", push.Pair, push.Number)}
	case actor.Letter:
		return actor.Change{Subject: letterSubject + letterPath(push), Write: map[string]string{
			letterPath(push): fmt.Sprintf("Letter %d to builder %d.\n", push.Number, push.Pair),
		}}
	default:
		status := fmt.Sprintf("machine-docs/STATUS-%d.md", push.Number)
		return actor.Change{Subject: fmt.Sprintf("phase %d is done", push.Number), Write: map[string]string{status: "## DONE\n"}}
	}
}

// sweep ends everything that the loop started, whatever state it is in.
func (p *play) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p.ctx = ctx
	if err := p.coordinator.hold(ctx); err != nil {
		return err
	}
	err := p.coordinator.kill()
	if _, statErr := os.Stat(p.state()); statErr == nil {
		_, down := p.runPawl(ctx, "down")
		err = errors.Join(err, down)
	}
	left := p.endLeftovers(ctx)
	p.tmux("kill-server")
	return errors.Join(err, left, p.forget())
}
