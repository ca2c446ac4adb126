package sim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const twoPhases = `phases:
  sequence:
    - {id: core, plan: plans/core.md, status: STATUS-core.md}
    - {id: cli,  plan: plans/cli.md,  status: STATUS-cli.md}
`

// status writes a STATUS file into the test's clone.
func (r *rig) statusFile(phase, text string) {
	r.t.Helper()
	dir := filepath.Join(r.hand, "machine-docs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	r.write(filepath.Join(dir, "STATUS-"+phase+".md"), text)
}

func (r *rig) inPhase(phase string) bool {
	row := r.session("adversary")
	return row.Phase == phase && r.listening("adversary") && r.session("builder").Phase == phase && r.listening("builder")
}

func TestAClaimInTheSamePushAsADone(t *testing.T) {
	r := newRig(t, twoPhases)
	r.up()
	r.watch()
	claim := r.commit("claim(core): it works")
	r.statusFile("core", "# core\n\n## DONE\n")
	r.commit("core is done")
	r.push()
	r.until("the sessions are those of the next phase", func() bool { return r.inPhase("cli") })
	r.hears("adversary", claim)
	r.settled()
}

// The coordinator is killed all through a transition.
func TestAClaimRightAfterATransition(t *testing.T) {
	r := newRig(t, twoPhases)
	r.up()
	w := r.watch()
	r.statusFile("core", "# core\n\n## DONE\n")
	r.commit("core is done")
	r.push()
	claim := r.claim("cli")
	for range 5 {
		r.passes(1)
		w.kill()
		w = r.watch()
	}
	r.until("the sessions are those of the next phase", func() bool { return r.inPhase("cli") })
	r.hears("adversary", claim)
	r.settled()
	if n := r.events("phase.advanced"); n != 1 {
		t.Errorf("the phase advanced %d times", n)
	}
}

func TestTheSequenceBecomesShorterThanItsIndex(t *testing.T) {
	r := newRig(t, twoPhases)
	r.statusFile("core", "# core\n\n## DONE\n")
	r.commit("core is done")
	r.push()
	r.up()
	w := r.watch()
	r.until("the second phase runs", func() bool { return r.inPhase("cli") })
	r.write(r.stage.Config(), r.listeners(strings.Join(strings.SplitAfter(twoPhases, "\n")[:3], "")))
	r.until("the sequence is complete", func() bool { return r.events("sequence.complete") == 1 && len(r.loaded().Sessions) == 0 })
	r.write(r.stage.Config(), r.listeners(twoPhases))
	r.until("a phase that is appended goes on", func() bool { return r.inPhase("cli") })
	select {
	case err := <-w.done:
		t.Fatalf("the coordinator ended: %v", err)
	default:
	}
}
