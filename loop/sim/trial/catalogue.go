package trial

import (
	"time"

	"pawl/loop/sim/origin"
)

// lane is what faults of one kind have in common: two of one lane never happen at
// the same time, those of different lanes may.
type lane int

const (
	coordinatorLane lane = iota
	originLane
	sessionLane
	lanes
)

// need is what a fault cannot be without.
type need string

const (
	needsTmux need = "tmux"
	needsDisk need = "a disk of its own"
	needsLine need = "an origin behind a line, by http or ssh"
)

// fault is one way to break a loop.
type fault struct {
	name  string
	words string // for the table and the story
	lane  lane
	short time.Duration // how long it lasts, at least
	long  time.Duration // … at most
	needs need
	do    func(*play, Step) error
}

// notMade says why a fault could not be made at its moment. The loop goes on, and the
// fault does not count.
type notMade string

func (n notMade) Error() string { return "not made: " + string(n) }

// catalogue has every fault, in the order of the table.
func catalogue() []fault {
	const s = time.Second
	return []fault{
		{name: "kill-coordinator", words: "coordinator killed", lane: coordinatorLane, long: 2 * s, do: (*play).killCoordinator},
		{name: "kill-session", words: "session killed", lane: sessionLane, do: (*play).killSession},
		{name: "kill-keeper", words: "session's keeper killed", lane: sessionLane, do: (*play).killKeeper},
		{name: "kill-tmux", words: "tmux server killed", lane: sessionLane, needs: needsTmux, do: (*play).killServer},
		{name: "swallow-enter", words: "Enter swallowed", lane: sessionLane, needs: needsTmux, do: (*play).swallowEnter},
		{name: "usage-limit", words: "account at its limit", lane: sessionLane, short: 2 * s, long: 4 * s, needs: needsTmux, do: (*play).limit},
		{name: "origin-away", words: "origin unreachable", lane: originLane, short: s, long: 4 * s, do: (*play).away},
		{name: "origin-slow", words: "origin slow", lane: originLane, short: s, long: 4 * s, needs: needsLine, do: (*play).slow},
		{name: "origin-hang", words: "origin hangs in a fetch", lane: originLane, short: s, long: 4 * s, needs: needsLine, do: (*play).hang},
		{name: "rebase", words: "force-push, claims rebased", lane: originLane, do: (*play).rebase},
		{name: "drop", words: "force-push, claims dropped", lane: originLane, do: (*play).drop},
		{name: "repack", words: "gc and repack", lane: originLane, do: (*play).repack},
		{name: "fill-disk", words: "disk full", lane: coordinatorLane, short: s, long: 3 * s, needs: needsDisk, do: (*play).fillDisk},
		{name: "clock-jump", words: "clock jumps and back", lane: coordinatorLane, short: s, long: 3 * s, do: (*play).jump},
		{name: "break-config", words: "configuration broken", lane: coordinatorLane, short: s, long: 3 * s, do: (*play).breakConfig},
		{name: "delete-state", words: "state deleted", lane: coordinatorLane, long: s, do: (*play).deleteState},
		{name: "two-coordinators", words: "second coordinator", lane: coordinatorLane, do: (*play).secondCoordinator},
		{name: "truncate-ledger", words: "ledger truncated", lane: coordinatorLane, do: (*play).truncateLedger},
		{name: "flip-ledger", words: "a byte of the ledger flipped", lane: coordinatorLane, do: (*play).flipLedger},
	}
}

// Faults are the names of all faults.
func Faults() []string {
	var names []string
	for _, f := range catalogue() {
		names = append(names, f.name)
	}
	return names
}

func byName(name string) fault {
	for _, f := range catalogue() {
		if f.name == name {
			return f
		}
	}
	return fault{name: name, words: name}
}

// Here is what this machine has; the empty string means that it is here, anything
// else says why it is not.
type Here struct {
	Tmux, Disk string
}

// missing says why a fault cannot be had in a loop; "" means that it can.
func (h Here) missing(f fault, kind origin.Kind) string {
	switch {
	case f.needs == needsTmux:
		return h.Tmux
	case f.needs == needsDisk:
		return h.Disk
	case f.needs == needsLine && kind == "path":
		return "it needs " + string(needsLine)
	}
	return ""
}
