package trial

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"pawl/loop/sim/origin"
)

// Step is one fault of a plan.
type Step struct {
	At    time.Duration // from the beginning
	Fault string
	Lasts time.Duration
	Draw  uint64 // what else is left to chance follows from this
}

// Push is something that the simulation itself pushes, or a worker that it asks for.
type Push struct {
	At     time.Duration
	Kind   string        // actor.Claim, actor.Letter, actor.Worker or phaseDone
	Pair   int           // 1 and on
	Number int           // 1 and on, of its kind and pair
	Takes  time.Duration // of a worker: its turn
}

// phaseDone is the kind of a push that marks a phase as done.
const phaseDone = "done"

// Plan is what happens in one loop.
type Plan struct {
	Kind   origin.Kind
	Pairs  int
	Phases int
	Pushes []Push
	Steps  []Step

	Workers []Push // that are spawned
}

// Mean times between the end of a fault and the next one of its lane, and
// between letters.
const (
	pauseMean    = 2500 * time.Millisecond
	letterEvery  = 6 * time.Second
	phasesAtMost = 4
)

// MakePlan draws the plan of the loop whose origin is of that kind. The same
// options on a machine that has the same give the same plan.
func MakePlan(o Options, kind origin.Kind, here Here) Plan {
	random := rand.New(rand.NewPCG(o.Seed, uint64(slices.Index(Kinds, kind)+1)))
	p := Plan{Kind: kind, Pairs: o.pairs(), Phases: min(1+int(o.Duration/(10*time.Second)), phasesAtMost)}
	p.Pushes = pushes(o, p.Phases, random)
	for l := range lanes {
		p.Steps = append(p.Steps, lineUp(possible(o, l, kind, here), o.Duration, random)...)
	}
	p.Workers = workers(o, random)
	slices.SortStableFunc(p.Steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return p
}

// possible are the faults of a lane that were asked for and can be had.
func possible(o Options, l lane, kind origin.Kind, here Here) []fault {
	var out []fault
	for _, f := range catalogue() {
		asked := len(o.Faults) == 0 || slices.Contains(o.Faults, f.name)
		if f.lane == l && asked && here.missing(f, kind) == "" {
			out = append(out, f)
		}
	}
	return out
}

// lineUp puts faults one behind the other. Each comes once before any comes again.
func lineUp(faults []fault, total time.Duration, random *rand.Rand) []Step {
	var steps []Step
	var next []fault
	for at := pause(random); len(faults) > 0 && at < total; at += pause(random) {
		if len(next) == 0 {
			next = slices.Clone(faults)
			random.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
		}
		f := next[0]
		next = next[1:]
		lasts := f.short
		if f.long > f.short {
			lasts += time.Duration(random.Int64N(int64(f.long - f.short)))
		}
		steps = append(steps, Step{At: at, Fault: f.name, Lasts: lasts, Draw: random.Uint64()})
		at += lasts
	}
	return steps
}

// pause is between a fifth of the mean and about twice as much.
func pause(random *rand.Rand) time.Duration {
	return pauseMean/5 + time.Duration(random.Int64N(int64(pauseMean*8/5)))
}

// pushes are spread over the time; the phases are done one after the other.
func pushes(o Options, phases int, random *rand.Rand) []Push {
	var out []Push
	moment := func() time.Duration { return time.Duration(random.Int64N(int64(o.Duration))) }
	count := map[string]int{}
	add := func(kind string, at time.Duration, pair int) {
		key := fmt.Sprint(kind, pair)
		count[key]++
		out = append(out, Push{At: at, Kind: kind, Pair: pair, Number: count[key]})
	}
	for i := range o.Claims {
		add("claim", moment(), i%o.pairs()+1)
	}
	for range max(int(o.Duration/letterEvery), 1) {
		add("letter", moment(), 1+random.IntN(o.pairs()))
	}
	for i := 1; i < phases; i++ {
		add(phaseDone, time.Duration(i)*o.Duration/time.Duration(phases), 0)
	}
	slices.SortStableFunc(out, func(a, b Push) int { return cmp.Compare(a.At, b.At) })
	return out
}
