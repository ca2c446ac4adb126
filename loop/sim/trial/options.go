// Package trial plays a whole loop on real repositories with scripted agents,
// breaks what it stands on at random moments, and then holds what the agents
// wrote down of what they were told against git's history.
//
// A trial follows from its seed: which fault comes when, to whom and for how long,
// and when what is pushed. The machine's own timing does not.
package trial

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pawl/loop/sim/origin"
)

// Options say what is played.
type Options struct {
	Seed     uint64
	Duration time.Duration // of the faults; what is still open afterwards is waited for
	Faults   []string      // by name; empty: all
	Agents   int           // in each loop: pairs of a builder and an adversary, and an auditor
	Claims   int           // in each loop
	Origins  []origin.Kind // one loop for each, side by side
}

// Bounds of the options.
const (
	MinDuration, MaxDuration = 5 * time.Second, 24 * time.Hour
	MinAgents, MaxAgents     = 3, 20
	MinClaims, MaxClaims     = 1, 10_000
)

// Check says which option is out of its bounds or not known.
func (o Options) Check() error {
	switch {
	case o.Duration < MinDuration || o.Duration > MaxDuration:
		return fmt.Errorf("--duration %s is not between %s and %s", o.Duration, MinDuration, MaxDuration)
	case o.Agents < MinAgents || o.Agents > MaxAgents:
		return fmt.Errorf("--agents %d is not between %d and %d", o.Agents, MinAgents, MaxAgents)
	case o.Claims < MinClaims || o.Claims > MaxClaims:
		return fmt.Errorf("--claims %d is not between %d and %d", o.Claims, MinClaims, MaxClaims)
	case len(o.Origins) == 0:
		return fmt.Errorf("--origin names none; there are path, http and ssh")
	}
	for _, name := range o.Faults {
		if !slices.Contains(Faults(), name) {
			return fmt.Errorf("--faults has %q; there are %s", name, strings.Join(Faults(), ", "))
		}
	}
	for _, kind := range o.Origins {
		if !slices.Contains(Kinds, kind) {
			return fmt.Errorf("--origin has %q; there are path, http and ssh", kind)
		}
	}
	return nil
}

// Possible says which fault that was asked for none of the loops can have here: a
// simulation without it would show nothing.
func (o Options) Possible(here Here) error {
	for _, name := range o.Faults {
		why := ""
		for _, kind := range o.Origins {
			if why = here.missing(byName(name), kind); why == "" {
				break
			}
		}
		if why != "" {
			return fmt.Errorf("--faults has %q, which cannot be made here: %s", name, why)
		}
	}
	return nil
}

// Kinds are the ways in which origin is reached.
var Kinds = []origin.Kind{origin.Path, origin.HTTP, origin.SSH}

// pairs is how many pairs of agents a loop has.
func (o Options) pairs() int { return max((o.Agents-1)/2, 1) }

// Played is how many agents a loop has: pairs, and the auditor.
func (o Options) Played() int { return 2*o.pairs() + 1 }
