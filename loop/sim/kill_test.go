package sim

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"pawl/handoff/system"
)

func TestASessionThatIsKilledIsReplacedAndToldAgain(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	old := r.session("adversary")
	r.signal(old.PID, syscall.SIGKILL)
	r.until("there is another generation", func() bool {
		return r.session("adversary").Generation != old.Generation && r.listening("adversary")
	})
	r.hears("adversary", first)
	r.settled()
}

func TestAKeeperThatIsKilledTakesItsSessionAlong(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	old := r.session("adversary")
	r.signal(r.keeper("adversary"), syscall.SIGKILL)
	r.until("there is another generation", func() bool {
		return r.session("adversary").Generation != old.Generation && r.listening("adversary")
	})
	r.hears("adversary", first, r.claim("b"))
	r.until("the old process is gone", func() bool { return system.Signal(old.PID, 0) != nil })
	r.settled()
}

// The moments of the kills follow from the seed; a wake is under way at most of them.
func TestTheCoordinatorIsKilledAroundEachClaim(t *testing.T) {
	r := newRig(t, "")
	r.up()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var claims []string
	w := r.watch()
	for i := range 12 {
		claims = append(claims, r.claim(fmt.Sprint("g", i)))
		time.Sleep(time.Duration(random.Int64N(int64(160 * time.Millisecond))))
		w.kill()
		w = r.watch()
	}
	r.hears("adversary", claims...)
	r.settled()
}

func TestAClaimPushedWhileNoCoordinatorRuns(t *testing.T) {
	r := newRig(t, "")
	r.up()
	first := r.claim("a")
	w := r.watch()
	r.hears("adversary", first)
	w.kill()
	second := r.claim("b")
	r.watch()
	r.hears("adversary", first, second)
	r.settled()
}

func TestTheTargetIsStoppedWhenTheClaimComes(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	pid := r.session("adversary").PID
	r.signal(pid, system.SIGSTOP)
	first, second := r.claim("a"), r.claim("b")
	r.until("the first wake is in its input", func() bool { return len(r.loaded().Wakes) > 0 })
	r.passes(3)
	r.signal(pid, system.SIGCONT)
	r.hears("adversary", first, second)
	if r.session("adversary").PID != pid {
		t.Error("a session that was stopped for a moment was replaced")
	}
	r.settled()
}

// A keeper that does not answer holds up its own agent and nobody else.
func TestAKeeperThatIsStoppedHoldsUpNobodyElse(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	keeper := r.keeper("adversary")
	r.signal(keeper, system.SIGSTOP)
	claim := r.claim("a")
	r.until("the wake is on record", func() bool { return len(r.loaded().Wakes) > 0 })
	for i := range 3 {
		begin := time.Now()
		review := r.commit(fmt.Sprintf("review(g%d): it holds", i))
		r.push()
		r.hears("builder", review)
		// The first pass waits for its orders a little, the later ones not at all.
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("the builder heard of review %d after %s", i, took)
		}
	}
	r.signal(keeper, system.SIGCONT)
	r.hears("adversary", claim)
	r.settled()
}

func TestTheTargetIsNotStartedYet(t *testing.T) {
	r := newRig(t, "")
	r.up("builder")
	r.watch()
	first := r.claim("a")
	r.passes(3)
	if n := r.events("handoff.sent"); n != 0 {
		t.Errorf("%d handoffs sent to an agent that was never started", n)
	}
	r.pawl("up", "--no-watch", "adversary")
	r.hears("adversary", first)
	r.settled()
}

func TestTheTargetIsPaused(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	r.passes(1)
	r.pawl("pause", "adversary")
	first := r.claim("a")
	r.until("the claim is known", func() bool { return len(r.loaded().Handoffs) == 1 })
	r.passes(3)
	if n := r.times("adversary", first); n != 0 {
		t.Errorf("a paused agent was told %d times", n)
	}
	r.pawl("resume", "adversary")
	r.hears("adversary", first)
	r.settled()
}

func TestDownByNameIsNotHealedBack(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	r.passes(1)
	r.pawl("down", "adversary")
	first := r.claim("a")
	r.passes(3)
	w.kill()
	r.watch()
	r.passes(3)
	if row, there := r.loaded().Sessions["adversary"]; there {
		t.Errorf("it was started again: %+v", row)
	}
	r.pawl("up", "--no-watch", "adversary")
	r.hears("adversary", first)
	r.settled()
}
