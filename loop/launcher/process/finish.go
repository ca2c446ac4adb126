package process

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"pawl/handoff/system"
)

// How long what an agent leaves behind may go on: until TERM, until KILL, and
// until it is given up (a process that hangs in the kernel cannot be ended).
const (
	leftoverGrace = 250 * time.Millisecond
	leftoverTerm  = time.Second
	leftoverKill  = 5 * time.Second
)

// ending is how waiting for the agent ended.
type ending struct {
	status *os.ProcessState
	err    error
	at     time.Time
}

func (e ending) exit() *exit {
	x := &exit{Code: -1, At: e.at}
	if e.err != nil {
		return x
	}
	x.Code = e.status.ExitCode()
	if sig := system.EndedBy(e.status.Sys()); sig != 0 {
		x.Code, x.Signal = -1, system.SignalName(sig)
	}
	return x
}

// finish writes down how the agent ended, once its last words are in the log,
// and then sees to what it left behind.
func (k *keeper) finish(e ending) error {
	k.kill.Stop()
	k.lookAtInput()
	k.look.Stop()
	k.out.settle()
	k.state.Exit = e.exit()
	k.save()
	if err := k.out.resume(); err != nil {
		k.told.Warn("later output is lost", "error", err)
	}
	k.tidy()
	err := errors.Join(e.err, k.out.close(), k.server.close(), k.in.close(), k.live.failure())
	if gone := os.Remove(k.socket); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// tidy ends what is left of the session: after a stop at once, else after a
// short grace.
func (k *keeper) tidy() {
	begin := time.Now()
	term, kill := begin.Add(leftoverGrace), begin.Add(leftoverGrace+leftoverTerm)
	if k.state.Stop != nil {
		term, kill = begin, begin.Add(min(leftoverTerm, time.Until(k.state.Stop.Kill)))
	}
	termed := false
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		now, sig := time.Now(), syscall.Signal(0)
		switch {
		case !now.Before(kill):
			sig = syscall.SIGKILL
		case !now.Before(term) && !termed:
			sig, termed = syscall.SIGTERM, true
		}
		left, err := k.kin.Signal(sig)
		if err != nil {
			k.told.Warn("what the agent left behind could not be ended", "error", err)
		}
		if left == 0 && err == nil {
			return
		}
		if now.Sub(begin) > leftoverKill {
			k.told.Error("processes of the session do not end", "count", left)
			return
		}
		k.answerFor(wait)
	}
}

// answerFor answers requests for a while. Signals say nothing new now.
func (k *keeper) answerFor(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-k.signals:
		case c := <-k.server.calls:
			c.answer <- k.answer(c.request)
		}
	}
}
