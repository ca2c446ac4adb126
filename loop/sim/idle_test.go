package sim

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/loop/ledger"
)

// maxResident is what an idle coordinator may hold in memory, in KiB.
const maxResident = 40 << 10

// An idle coordinator starts no process for an origin on this machine, also
// when it looks at it, and is small.
func TestAnIdleCoordinatorStartsNothingAndIsSmall(t *testing.T) {
	r := newRig(t, "")
	calls := r.countGit()
	r.up()
	w := r.watch()
	r.hears("adversary", r.claim("a"))
	r.settled()
	// The programs count as working until they have printed nothing for a while.
	r.until("the agents are idle", func() bool {
		s := r.loaded()
		return s.Sessions["builder"].Doing == "idle" && s.Sessions["adversary"].Doing == "idle"
	})
	gits, faults := calls(), w.childFaults()
	if gits == 0 || faults == 0 {
		t.Fatalf("%d git processes counted and %d page faults of children: they are not counted", gits, faults)
	}
	r.passes(10)
	if n := calls() - gits; n != 0 {
		t.Errorf("%d git processes in 10 looks at an origin that does not change", n)
	}
	if n := w.childFaults() - faults; n != 0 {
		t.Errorf("children of an idle coordinator had %d page faults", n)
	}
	if kib := w.resident(); kib > maxResident {
		t.Errorf("an idle coordinator holds %d KiB, want at most %d", kib, maxResident)
	}
	t.Logf("an idle coordinator holds %d KiB", w.resident())
}

// countGit puts a git before the real one that writes down each call.
func (r *rig) countGit() func() int {
	r.t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		r.t.Fatal(err)
	}
	bin, log := r.t.TempDir(), filepath.Join(r.t.TempDir(), "calls")
	script := fmt.Sprintf("#!/bin/sh\necho x >>'%s'\nexec '%s' \"$@\"\n", log, real)
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o755); err != nil {
		r.t.Fatal(err)
	}
	own := r.env
	r.env = append(own[:len(own):len(own)], "PATH="+bin+":"+os.Getenv("PATH"))
	return func() int {
		data, err := os.ReadFile(log)
		if err != nil && !os.IsNotExist(err) {
			r.t.Fatal(err)
		}
		return strings.Count(string(data), "x")
	}
}

// childFaults counts page faults of processes that the coordinator started and
// reaped: each of them has some.
func (w *watch) childFaults() int {
	w.r.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.cmd.Process.Pid))
	if err != nil {
		w.r.t.Fatal(err)
	}
	const cminflt = 11 - 3 // counted from the state, the third field
	n, err := strconv.Atoi(strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))[cminflt])
	if err != nil {
		w.r.t.Fatal(err)
	}
	return n
}

// resident is the coordinator's resident memory in KiB.
func (w *watch) resident() int {
	w.r.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		w.r.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				w.r.t.Fatal(err)
			}
			return n
		}
	}
	w.r.t.Fatal("no VmRSS")
	return 0
}

// BenchmarkStatus is `pawl status`, from the start of the process to its end.
func BenchmarkStatus(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("%d events", n), func(b *testing.B) {
			r := newRig(b, "")
			r.up()
			many := make([]ledger.Event, n)
			for i := range many {
				many[i] = ledger.Event{Time: time.Unix(1_700_000_000+int64(i), 0), Kind: "origin.moved", Data: map[string]any{"to": i}}
			}
			r.ledger(func(l *ledger.Ledger) error {
				return l.Edit(b.Context(), func(s *ledger.State) error {
					s.Events = many
					return nil
				})
			})
			for b.Loop() {
				r.pawl("status")
			}
		})
	}
}
