package sim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pawl/loop/daemon"
)

// edit changes the pawl.yaml under the running coordinator.
func (r *rig) edit(old, text string) {
	r.t.Helper()
	yaml, err := os.ReadFile(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	if !strings.Contains(string(yaml), old) {
		r.t.Fatalf("pawl.yaml has no %q", old)
	}
	r.write(r.stage.Config(), strings.Replace(string(yaml), old, text, 1))
}

// Who reads a signal may change while it is open: the new reader is told.
func TestAnAgentIsRenamed(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	claim := r.claim("a")
	r.hears("adversary", claim)
	r.edit("  adversary: {kind: loop, role: adversary", "  judge: {kind: loop, role: adversary")
	r.until("the old session is stopped", func() bool { _, ok := r.loaded().Sessions["adversary"]; return !ok })
	r.pawl("up", "--no-watch", "judge")
	r.hears("judge", claim)
	for generation, n := range r.record().Times("adversary", claim) {
		if n != 1 {
			t.Errorf("generation %s of the old one was told %d times", generation, n)
		}
	}
}

func TestAnAgentIsTakenOutAndPutBack(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	claim := r.claim("a")
	r.hears("adversary", claim)
	entry := "  adversary: {kind: loop, role: adversary"
	r.edit(entry, "  other: {kind: loop, role: other")
	r.until("its claim is withdrawn", func() bool { return r.events("handoff.withdrawn") == 1 })
	r.edit("  other: {kind: loop, role: other", entry)
	r.until("its claim is open again", func() bool { return r.events("handoff.open") == 2 })
	r.until("and the new session is told", func() bool { return len(r.record().Times("adversary", claim)) == 2 })
}

// The mirror is a cache: when it is gone, and something must be read from it, the
// next look builds it anew, at once.
func TestTheMirrorIsDeletedAndTheRulesChange(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	r.hears("adversary", r.claim("a"))
	if err := os.RemoveAll(filepath.Join(r.state(), "origin.git")); err != nil {
		t.Fatal(err)
	}
	r.edit("agents:\n", "handoff: {inboxes: {NOTES.md: builder}}\nagents:\n")
	r.hears("adversary", r.claim("b"))
	if n := r.loaded().Loop.Failures; n != 0 {
		t.Errorf("%d looks are said to have failed", n)
	}
}

// With the mirror gone and main rewritten meanwhile, the old tip is in nobody's
// hands any more. What the new one does not have is withdrawn all the same.
func TestMainIsRewrittenWhileTheMirrorIsLost(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	gone := r.claim("gone")
	r.hears("adversary", gone)
	w.kill()
	if err := os.RemoveAll(filepath.Join(r.state(), "origin.git")); err != nil {
		t.Fatal(err)
	}
	r.git(r.hand, "reset", "-q", "--hard", "HEAD~1")
	fresh := r.commit("claim(fresh): it works")
	r.push("--force")
	r.git(r.stage.Origin(), "reflog", "expire", "--expire=now", "--all")
	r.git(r.stage.Origin(), "gc", "-q", "--prune=now")
	r.watch()
	r.hears("adversary", fresh)
	r.until("the claim that is gone is withdrawn", func() bool { return r.events("handoff.withdrawn") == 1 })
}

// The runtime folder may be taken away, as a logout does with /run/user/UID: the
// agents run on, and no second ones start beside them.
func TestTheRuntimeFolderIsDeleted(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.hears("adversary", r.claimed("a"))
	before := r.session("adversary")
	place, err := daemon.NewPlace(r.state())
	if err != nil {
		t.Fatal(err)
	}
	away := place.Dir + ".away"
	if err := os.Rename(place.Dir, away); err != nil {
		t.Fatal(err)
	}
	r.ticks(3)
	now := r.session("adversary")
	if now.Generation != before.Generation || now.Doing != "unknown" || r.events("agent.exited") != 0 {
		t.Errorf("the session is %s and %q, and %d ended", now.Generation, now.Doing, r.events("agent.exited"))
	}
	if err := os.RemoveAll(place.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, place.Dir); err != nil {
		t.Fatal(err)
	}
	r.ticks(1)
	if doing := r.session("adversary").Doing; doing == "unknown" {
		t.Error("it is still unknown")
	}
}

// ticks runs passes where no coordinator does.
func (r *rig) ticks(n int) {
	r.t.Helper()
	for range n {
		r.pawl("tick")
	}
}

// claimed pushes a claim and has a pass look at it.
func (r *rig) claimed(gate string) string {
	r.t.Helper()
	commit := r.claim(gate)
	r.ticks(1)
	return commit
}
