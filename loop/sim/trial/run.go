package trial

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"pawl/loop/sim/disk"
)

// Setting is where a trial is played.
type Setting struct {
	Dir     string // an empty folder with a short path
	Program string // pawl itself
	Log     *slog.Logger
	Tell    func(Line) // called by one at a time
}

// settling is how long what is still open after the last fault is waited for.
const settling = 90 * time.Second

// Run plays all loops side by side. What is wrong with the loops is in their
// outcomes; an error means that the trial itself could not be played.
func Run(ctx context.Context, o Options, here Here, where Setting) ([]Outcome, error) {
	var mu sync.Mutex
	tell := func(l Line) {
		mu.Lock()
		defer mu.Unlock()
		where.Tell(l)
	}
	outcomes, faults := make([]Outcome, len(o.Origins)), make([]error, len(o.Origins))
	var wg sync.WaitGroup
	for i, kind := range o.Origins {
		s := &stage{
			dir: filepath.Join(where.Dir, string(kind)), kind: kind, plan: MakePlan(o, kind, here), here: here,
			pawl: where.Program, logger: where.Log, settling: settling,
		}
		p := &play{stage: s, tell: tell, moved: map[string]string{}, dropped: map[string]string{}, ended: map[string]int{}}
		p.coordinator = newCoordinator(s, func(how string) { p.violated("a coordinator ended by itself: %s", how) })
		wg.Go(func() { outcomes[i], faults[i] = p.play(ctx) })
	}
	wg.Wait()
	return outcomes, errors.Join(faults...)
}

func (p *play) play(ctx context.Context) (Outcome, error) {
	out := Outcome{Origin: string(p.kind)}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return out, err
	}
	err := p.open(ctx, func(ctx context.Context) error {
		if err := p.perform(ctx); err != nil {
			return err
		}
		p.story(time.Now(), "no more faults; what is open is waited for")
		seen, err := p.settle(ctx)
		if err != nil {
			return err
		}
		out.Handoffs = Judge(seen)
		for _, what := range Breaches(seen, out.Handoffs) {
			p.violated("%s", what)
		}
		p.checkPushes(seen)
		return errors.Join(p.checkSessions(), p.checkPhase(ctx))
	})
	err = errors.Join(err, p.checkLog())
	out.Happened, out.Violations, out.Starts = p.happened, p.violations, p.coordinator.starts
	for i := range out.Happened {
		out.Happened[i].Origin = out.Origin
	}
	if err != nil {
		err = fmt.Errorf("origin by %s: %w", p.kind, err)
	}
	return out, err
}

// LookAround finds out what this machine has. It mounts nothing yet: that needs
// disk.Private first.
func LookAround() Here {
	var h Here
	if _, err := exec.LookPath("tmux"); err != nil {
		h.Tmux = "tmux is not installed"
	}
	if err := disk.Private(); err != nil {
		h.Disk = err.Error()
	}
	return h
}
