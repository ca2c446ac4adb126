package conformance

import (
	"strconv"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher"
)

func (r *rig) stop(ref launcher.Ref, deadline time.Duration) {
	r.Helper()
	begin := time.Now()
	if err := r.l.Stop(r.ctx(), ref, deadline); err != nil {
		r.Fatalf("Stop: %v", err)
	}
	if took := time.Since(begin); took > patience/2 {
		r.Errorf("Stop took %v; it returns at once", took)
	}
}

func stopPolitely(r *rig) {
	spec := r.run("acme-polite", "trap 'echo bye; exit 7' TERM\necho up >up\nwhile :; do sleep 0.02; done\n")
	r.awaitFile("up", line("up"))
	r.stop(spec.Ref, patience)
	if exit := r.awaitExit(spec.Ref); exit.Code != 7 || exit.Signal != "" {
		r.Errorf("exit %+v, want code 7", exit)
	}
	if !r.captured(spec.Ref, "bye") {
		r.Error("what it said on TERM is not in the log")
	}
}

const stubborn = "trap '' TERM\necho up >up\nwhile :; do sleep 0.02; done\n"

func stopKills(r *rig) {
	spec := r.run("acme-stubborn", stubborn)
	r.awaitFile("up", line("up"))
	begin := time.Now()
	r.stop(spec.Ref, 300*time.Millisecond)
	if o, _ := r.observe(spec.Session); !o.Alive && time.Since(begin) < 200*time.Millisecond {
		r.Errorf("ended before its deadline: %+v", o.Exit)
	}
	if exit := r.awaitExit(spec.Ref); exit.Signal != "SIGKILL" || exit.Code != -1 {
		r.Errorf("exit %+v, want SIGKILL and code -1", exit)
	}
}

func stopHastened(r *rig) {
	spec := r.run("acme-stubborn", stubborn)
	r.awaitFile("up", line("up"))
	r.stop(spec.Ref, time.Hour)
	r.stop(spec.Ref, 2*time.Hour)
	if o, _ := r.observe(spec.Session); !o.Alive {
		r.Fatalf("ended long before its deadline: %+v", o.Exit)
	}
	r.wantError("Send to what is being stopped", r.l.Send(r.ctx(), spec.Ref, launcher.Message{ID: "w", Text: "x"}), launcher.ErrGone)
	r.stop(spec.Ref, 10*time.Millisecond)
	if exit := r.awaitExit(spec.Ref); exit.Signal != "SIGKILL" {
		r.Errorf("exit %+v, want SIGKILL", exit)
	}
}

func stopHalted(r *rig) {
	spec := r.run("acme-halted", sleeper)
	o := r.await(spec.Ref, "output", func(launcher.Observation) bool { return r.captured(spec.Ref, "ready") })
	if err := system.SignalGroup(o.PID, system.SIGSTOP); err != nil {
		r.Fatal(err)
	}
	r.stop(spec.Ref, time.Hour)
	if exit := r.awaitExit(spec.Ref); exit.Signal != "SIGTERM" {
		r.Errorf("exit %+v, want SIGTERM", exit)
	}
}

// brood leaves three grandchildren behind: one that ends by itself on TERM, one
// that ignores it, and one that has left group and terminal.
const brood = `sleep 1001 &
(trap '' TERM; while :; do sleep 0.02; done) &
if command -v setsid >/dev/null; then setsid sh -c 'trap "" TERM; echo x >escaped; while :; do sleep 0.02; done' & else echo x >escaped; fi
while [ ! -s escaped ]; do sleep 0.01; done
echo up >up
`

func grandchildrenStop(r *rig) {
	spec := r.run("acme-brood", brood+"exec sleep 1000\n")
	r.awaitFile("up", line("up"))
	r.stop(spec.Ref, 100*time.Millisecond)
	r.awaitExit(spec.Ref)
	r.wantNothingLeft(spec.Ref)
}

func grandchildrenExit(r *rig) {
	spec := r.run("acme-brood", brood+"exit 5\n")
	if exit := r.awaitExit(spec.Ref); exit.Code != 5 {
		r.Errorf("exit %+v, want code 5: a session ends with its leader", exit)
	}
	r.wantNothingLeft(spec.Ref)
}

// wantNothingLeft waits for the processes of a session to end without any
// further order.
func (r *rig) wantNothingLeft(ref launcher.Ref) {
	r.Helper()
	r.poll("what the session left behind to end", func() bool { return len(processes(r, ref.Generation)) == 0 })
}

func leaderKilled(r *rig) {
	spec := r.run("acme-victim", "sleep 1001 &\necho up >up\nexec sleep 1000\n")
	r.awaitFile("up", line("up"))
	o := r.await(spec.Ref, "life", func(o launcher.Observation) bool { return o.Alive })
	r.kill(o.PID)
	if exit := r.awaitExit(spec.Ref); exit.Signal != "SIGKILL" || exit.Code != -1 || exit.Lost {
		r.Errorf("exit %+v, want SIGKILL, not lost", exit)
	}
	r.wantNothingLeft(spec.Ref)
}

func zombieChild(r *rig) {
	// A child that exec's into a program which waits for nobody leaves a zombie.
	spec := r.run("acme-undead", "sh -c 'echo $$ >child' &\nexec sleep 1000\n")
	pid, err := strconv.Atoi(strings.TrimSpace(r.awaitFile("child", func(s string) bool { return strings.HasSuffix(s, "\n") })))
	if err != nil {
		r.Fatal(err)
	}
	r.poll("the child to be a zombie", func() bool {
		return system.Signal(pid, 0) == nil && !alive(r, spec.Generation, pid)
	})
	if o, _ := r.observe(spec.Session); !o.Alive {
		r.Fatalf("a zombie child ended the session: %+v", o)
	}
	r.stop(spec.Ref, patience)
	if exit := r.awaitExit(spec.Ref); exit.Signal != "SIGTERM" {
		r.Errorf("exit %+v, want SIGTERM", exit)
	}
}

// alive says whether a process of a generation is there and no zombie.
func alive(r *rig, generation string, pid int) bool {
	r.Helper()
	for _, p := range processes(r, generation) {
		if strings.HasPrefix(p, strconv.Itoa(pid)+" ") {
			return true
		}
	}
	return false
}

// loseKeeper kills the keeper of a session that left grandchildren.
func (r *rig) loseKeeper(session string) launcher.Spec {
	r.Helper()
	if r.h.Keeper == nil {
		r.Skip("this launcher has no keeper for each session")
	}
	spec := r.run(session, brood+"exec sleep 1000\n")
	r.awaitFile("up", line("up"))
	pid, err := r.h.Keeper(spec.Ref)
	if err != nil {
		r.Fatal(err)
	}
	r.kill(pid)
	exit := r.awaitExit(spec.Ref)
	if !exit.Lost || exit.Code != -1 || exit.At.IsZero() {
		r.Errorf("exit %+v, want lost with code -1", exit)
	}
	if again := r.awaitExit(spec.Ref); again != exit {
		r.Errorf("exit %+v, and at the next look %+v", exit, again)
	}
	r.wantError("Send to a lost session", r.l.Send(r.ctx(), spec.Ref, launcher.Message{ID: "w", Text: "x"}), launcher.ErrGone)
	return spec
}

func keeperKilled(r *rig) {
	lost := r.loseKeeper("acme-orphan")
	r.wantError("Start of the lost generation", r.l.Start(r.ctx(), lost), launcher.ErrGone)
	next := r.run(lost.Session, sleeper)
	if left := processes(r, lost.Generation); len(left) > 0 {
		r.Errorf("the successor runs beside %q", left)
	}
	r.await(next.Ref, "the successor", func(o launcher.Observation) bool { return o.Alive })
}

func keeperKilledStop(r *rig) {
	lost := r.loseKeeper("acme-orphan")
	r.stop(lost.Ref, time.Hour)
	if left := processes(r, lost.Generation); len(left) > 0 {
		r.Errorf("left after Stop: %q", left)
	}
	if err := r.l.Forget(r.ctx(), lost.Ref); err != nil {
		r.Errorf("Forget: %v", err)
	}
	if _, there := r.observe(lost.Session); there {
		r.Error("still observed after Forget")
	}
}
