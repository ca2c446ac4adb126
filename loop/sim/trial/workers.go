package trial

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"pawl/loop/launcher/proc"
	"pawl/loop/sim/actor"
)

// Spawned is a worker that a builder is to be told the end of.
type Spawned struct {
	Name, Parent string
	At           time.Time // when `pawl spawn` had said that it is there
}

const (
	// workerEvery is the mean time between two workers of a loop.
	workerEvery = 4 * time.Second
	// workerTakes is how long the turn of one may take.
	workerTakes = 3 * time.Second
	// spawnPause is between two attempts to have a worker.
	spawnPause = 300 * time.Millisecond
)

// Workers is how many are spawned in each loop.
func (o Options) Workers() int { return max(int(o.Duration/workerEvery), 2) }

// workers are drawn after everything else, so that the rest of a plan is what it was.
func workers(o Options, random *rand.Rand) []Push {
	var out []Push
	count := map[int]int{}
	for range o.Workers() {
		pair := 1 + random.IntN(o.pairs())
		count[pair]++
		out = append(out, Push{
			At: time.Duration(random.Int64N(int64(o.Duration))), Kind: actor.Worker, Pair: pair, Number: count[pair],
			Takes: time.Duration(random.Int64N(int64(workerTakes))),
		})
	}
	slices.SortStableFunc(out, func(a, b Push) int { return int(a.At - b.At) })
	return out
}

func workerName(push Push) string { return fmt.Sprintf("p%d-w%d", push.Pair, push.Number) }

// spawnAll has workers at the moments of the plan, each until it is there.
func (p *play) spawnAll() error {
	for _, push := range p.plan.Workers {
		if err := p.reach(push.At); err != nil {
			return err
		}
		if err := p.spawn(push); err != nil {
			return fmt.Errorf("origin by %s: worker %s: %w", p.kind, workerName(push), err)
		}
	}
	return nil
}

func (p *play) spawn(push Push) error {
	name, parent := workerName(push), builder(push.Pair)
	dir := filepath.Join(p.dir, "workers", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for {
		there, err := p.spawnOnce(name, parent, dir, push.Takes)
		if there {
			p.mu.Lock()
			p.spawned = append(p.spawned, Spawned{Name: name, Parent: parent, At: time.Now()})
			p.mu.Unlock()
			return nil
		}
		if paused := proc.Pause(p.ctx, spawnPause); paused != nil {
			return errors.Join(err, paused)
		}
	}
}

// spawnOnce asks once while a coordinator is there: without one `pawl spawn` would start
// another one. It is there too where the command failed after it had written it down.
func (p *play) spawnOnce(name, parent, dir string, takes time.Duration) (there bool, err error) {
	if err := p.coordinator.hold(p.ctx); err != nil {
		return false, err
	}
	defer p.coordinator.release()
	if !p.coordinator.alive() {
		return false, errors.New("no coordinator runs")
	}
	if err := p.coordinator.answers(p.ctx); err != nil {
		return false, err
	}
	if _, err := p.runPawl(p.ctx, "peek", name); err == nil {
		// A pass keeps what was asked for where a damaged ledger cannot lose it. One that
		// has ended is not resumed, and needs none.
		_, _ = p.runPawl(p.ctx, "resume", name)
		return true, nil
	}
	_, err = p.runPawl(p.ctx, "spawn", "--name", name, "--parent", parent, "--dir", dir, fmt.Sprintf("take %s", takes.Round(time.Millisecond)))
	return err == nil, err
}

var workerRecord = regexp.MustCompile(`^(r[a-z0-9]{5})\.`)

// workerIDs are the workers whose program has begun.
func (p *play) workerIDs() ([]string, error) {
	files, err := os.ReadDir(p.record())
	var ids []string
	for _, f := range files {
		if m := workerRecord.FindStringSubmatch(f.Name()); m != nil && !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
	}
	return ids, err
}

// due are the workers whose end a builder must be told of, by their keys, and when they
// were there. Of one that was there when the state was deleted, and whose end was not
// told by then, nobody knows any more.
func (s Seen) due(told map[string]time.Time) map[string]Spawned {
	due := map[string]Spawned{}
	for _, w := range s.Spawned {
		key := workerKey(w.Name)
		at, ever := told[key]
		forgotten := slices.ContainsFunc(s.Deleted, func(h Happened) bool { return w.At.Before(h.End) && (!ever || at.After(h.Begin)) })
		if !forgotten {
			due[key] = w
		}
	}
	return due
}

// WorkerEnds is how many ends of workers had to be told.
func WorkerEnds(outcomes []Outcome) int {
	n := 0
	for _, o := range outcomes {
		for _, h := range o.Handoffs {
			if strings.HasPrefix(h.Key, actor.Worker+"(") && !h.Pushed.IsZero() {
				n++
			}
		}
	}
	return n
}

func workerKey(name string) string { return actor.Worker + "(" + name + ")" }
