package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/loop/daemon"
	"pawl/loop/ledger"
)

func TestOriginIsAwayAndComesBack(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	away := r.stage.Origin() + ".away"
	if err := os.Rename(r.stage.Origin(), away); err != nil {
		t.Fatal(err)
	}
	r.until("it is told that origin is away", func() bool { return r.events("origin.unreachable") == 1 })
	old := r.session("adversary")
	r.signal(old.PID, syscall.SIGKILL)
	r.until("healing goes on", func() bool { return r.session("adversary").Generation != old.Generation && r.listening("adversary") })
	r.hears("adversary", first)
	if err := os.Rename(away, r.stage.Origin()); err != nil {
		t.Fatal(err)
	}
	r.hears("adversary", r.claim("b"))
	r.until("it is told that origin is back", func() bool { return r.events("origin.reachable") == 1 })
	r.settled()
}

// slowSSH stands in for ssh: it waits while the file $SLOW is there.
const slowSSH = `#!/bin/sh
for command; do :; done
while [ -e "$SLOW" ]; do sleep 0.05; done
eval "$command"
`

// newFarRig is a rig whose origin is come by through ssh, and hangs while the
// file slow is there.
func newFarRig(t *testing.T) (r *rig, slow string) {
	t.Helper()
	r = newRig(t, "origin: {url: 'ssh://far.invalid/x', poll: 100ms}\n")
	slow = filepath.Join(r.stage.Dir, "slow")
	ssh := filepath.Join(r.stage.Dir, "agents", "ssh.sh")
	r.write(ssh, slowSSH)
	r.env = append(r.env, "SLOW="+slow, "GIT_SSH_VARIANT=simple", "GIT_SSH_COMMAND=sh '"+strings.ReplaceAll(ssh, "'", `'\''`)+"'")
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		t.Fatal(err)
	}
	r.write(r.stage.Config(), strings.ReplaceAll(string(text), "'ssh://far.invalid/x'", fmt.Sprintf("%q", "ssh://far.invalid"+r.stage.Origin())))
	return r, slow
}

// A tick that waits for origin has the lock, and stops what is to stop.
func TestDownBesideATickThatHangs(t *testing.T) {
	r, slow := newFarRig(t)
	r.up()
	r.write(slow, "")
	tick := r.command(t.Context(), "tick")
	if err := tick.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- tick.Wait() }()
	place, err := daemon.NewPlace(r.state())
	if err != nil {
		t.Fatal(err)
	}
	r.until("the tick has the lock", func() bool {
		who, err := os.ReadFile(filepath.Join(place.Dir, "lock"))
		return err == nil && strings.Contains(string(who), fmt.Sprintf(`"pid":%d,`, tick.Process.Pid))
	})
	r.pawl("down")
	if n := len(r.loaded().Sessions); n != 0 {
		t.Errorf("%d sessions run on", n)
	}
	if err := os.Remove(slow); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the tick: %v", err)
	}
}

func TestAFetchThatHangsHoldsUpNobody(t *testing.T) {
	r, slow := newFarRig(t)
	r.up()
	r.watch()
	first := r.claim("a")
	r.hears("adversary", first)

	r.write(slow, "")
	second := r.claim("b")
	old := r.session("adversary")
	r.signal(old.PID, syscall.SIGKILL)
	r.until("healing goes on beside a fetch that hangs", func() bool {
		return r.session("adversary").Generation != old.Generation && r.listening("adversary")
	})
	r.hears("adversary", first)
	begin := time.Now()
	if r.pawl("tick"); !strings.Contains(r.said, "origin has not answered yet") {
		t.Errorf("a tick beside a fetch that hangs said %q", r.said)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("a tick beside a fetch that hangs took %s", took)
	}
	if err := os.Remove(slow); err != nil {
		t.Fatal(err)
	}
	r.hears("adversary", second)
	r.settled()
}

func (r *rig) prune() {
	r.t.Helper()
	for _, dir := range []string{r.stage.Origin(), filepath.Join(r.state(), "origin.git")} {
		r.git(dir, "reflog", "expire", "--expire=now", "--all")
		r.git(dir, "gc", "-q", "--prune=now")
	}
}

func TestMainIsRewrittenAndPruned(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	kept := r.claim("kept")
	gone := r.claim("gone")
	r.hears("adversary", kept, gone)
	// The first is kept under another hash, the second is taken back.
	base := r.git(r.hand, "rev-parse", "HEAD~2")
	date := r.git(r.hand, "show", "-s", "--format=%ad", "--date=raw", kept)
	r.git(r.hand, "reset", "-q", "--hard", base)
	r.commit("something else")
	r.git(r.hand, "commit", "-q", "--allow-empty", "-m", "claim(kept): it works", "--date", date)
	again := r.git(r.hand, "rev-parse", "HEAD")
	fresh := r.commit("claim(fresh): it works")
	r.push("--force")
	r.prune()
	r.hears("adversary", fresh)
	r.prune()
	w.kill()
	r.watch()
	r.passes(2)
	if n := r.events("origin.rewritten"); n != 1 {
		t.Errorf("origin.rewritten was told %d times", n)
	}
	if n := r.times("adversary", again); n != 0 {
		t.Errorf("a claim that was only rebased was told %d times more", n)
	}
	r.ledger(func(l *ledger.Ledger) error {
		all, err := l.Handoffs(t.Context(), true, 100)
		for _, h := range all {
			if h.Gate == "gone" && h.State != handoff.Withdrawn {
				t.Errorf("the claim that was taken back is %s", h.State)
			}
		}
		return err
	})
}

// A claim that another one replaced before anybody looked.
func TestAClaimIsForcedAwayWithinATick(t *testing.T) {
	r := newRig(t, "")
	r.up()
	old := r.claim("old")
	r.git(r.hand, "commit", "-q", "--amend", "--allow-empty", "-m", "claim(new): it works")
	fresh := r.git(r.hand, "rev-parse", "HEAD")
	r.push("--force")
	r.watch()
	r.hears("adversary", fresh)
	if n := r.times("adversary", old); n != 0 {
		t.Errorf("a claim that is not in origin was told %d times", n)
	}
	r.settled()
}

func TestTheBranchIsNotCalledMain(t *testing.T) {
	r := newRig(t, "")
	r.git(r.stage.Origin(), "branch", "-m", "main", "trunk/2")
	r.git(r.stage.Origin(), "symbolic-ref", "HEAD", "refs/heads/trunk/2")
	r.up()
	r.watch()
	claim := r.commit("claim(a): it works")
	r.git(r.hand, "push", "-q", "origin", "HEAD:trunk/2")
	r.hears("adversary", claim)
}

func TestFortyClaimsInOnePush(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	var claims []string
	for i := range 40 {
		claims = append(claims, r.commit(fmt.Sprintf("claim(gate-%d): it works", i)))
	}
	r.push()
	r.hears("adversary", claims...)
	r.settled()
	if lines := len(r.record().Told); lines < 4 || lines > 8 {
		t.Errorf("40 claims came as %d lines, want ten in each", lines)
	}
	for _, told := range r.record().Told {
		if len(told.Line) > 1000 {
			t.Errorf("a line of %d bytes", len(told.Line))
		}
	}
}

func TestALetterIsToldOnceAcrossRestarts(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	if err := os.Mkdir(filepath.Join(r.hand, "machine-docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.write(filepath.Join(r.hand, "machine-docs", "ADVERSARY-INBOX.md"), "look at this\n")
	r.commit("a letter")
	r.push()
	letters := func() (n int) {
		for _, told := range r.record().Told {
			n += strings.Count(told.Line, "ADVERSARY-INBOX.md")
		}
		return n
	}
	r.until("the letter is told", func() bool { return letters() > 0 })
	for range 3 {
		w.kill()
		w = r.watch()
		r.passes(2)
	}
	if n := letters(); n != 1 {
		t.Errorf("one letter was told %d times", n)
	}
}
