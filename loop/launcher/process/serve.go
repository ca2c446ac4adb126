package process

import (
	"fmt"
	"pawl/handoff/system"
	"pawl/loop/launcher/plain"
	"syscall"
	"time"
)

const (
	lookFirst = 5 * time.Millisecond // after something was written
	lookLast  = 250 * time.Millisecond
	// politeness is how long an agent has when its keeper is asked to end, as
	// at the end of a login session: shorter than what systemd gives us.
	politeness = 10 * time.Second
)

// serve runs until the agent has ended and nothing of it is left.
func (k *keeper) serve() error {
	for {
		select {
		case e := <-k.ended:
			return k.finish(e)
		case c := <-k.server.calls:
			c.answer <- k.answer(c.request)
		case <-k.look.C:
			k.lookAtInput()
		case <-k.kill.C:
			k.killAll()
		case s := <-k.signals:
			// What a terminal sends is not meant for a keeper, which has none.
			if s == syscall.SIGTERM {
				k.stop(politeness)
			}
		}
	}
}

func (k *keeper) answer(req request) reply {
	status, err := k.obey(req)
	rep := reply{Version: formatVersion, Status: status}
	if err != nil {
		rep.Error = err.Error()
	}
	return rep
}

func (k *keeper) obey(req request) (status string, err error) {
	switch {
	case req.Session != k.state.Session || req.Generation != k.state.Generation:
		return statusOther, fmt.Errorf("generation %q of %q runs here", k.state.Generation, k.state.Session)
	case req.Op == opSend:
		return k.deliver(req)
	case req.Op != opStop:
		return statusRefused, fmt.Errorf("operation %q: not known to this keeper", req.Op)
	case k.state.Exit != nil:
		return statusGone, nil
	}
	k.stop(req.Deadline)
	return statusDone, nil
}

// deliver writes a message at most once: its id is on disk before its first
// byte goes out, and a keeper that dies between takes its session with it.
func (k *keeper) deliver(req request) (status string, err error) {
	line := plain.Line(req.Text) + "\n"
	switch {
	case req.ID == "":
		return statusRefused, fmt.Errorf("a message needs an id")
	case k.journal.seen(req.ID):
		return statusDone, nil
	case k.state.Exit != nil || k.state.Stop != nil:
		return statusGone, nil
	case len(line) > maxLine:
		return statusRefused, fmt.Errorf("text is %d bytes long; at most %d fit on a line", len(line)-1, maxLine-1)
	case !k.in.ready():
		return statusBusy, nil
	}
	if err := k.journal.record(entry{ID: req.ID, Items: req.Items, At: time.Now()}, true); err != nil {
		return statusFailed, err
	}
	if err := k.in.acceptMessage(req.ID, line); err != nil {
		k.told.Warn("a message was not written", "id", req.ID, "error", err)
	}
	k.watchInput()
	return statusDone, nil
}

// watchInput looks soon, and then ever less often, how far the program has read.
func (k *keeper) watchInput() {
	k.wait = lookFirst
	k.lookAtInput()
}

func (k *keeper) lookAtInput() {
	if err := k.in.flush(); err != nil {
		k.told.Debug("input", "error", err)
	}
	pending, drained, err := k.in.look()
	if err != nil {
		k.told.Warn("how much input is unread is not known", "error", err)
		return
	}
	for _, id := range drained {
		if err := k.journal.record(entry{ID: id, Drained: true, At: time.Now()}, false); err != nil {
			k.told.Warn("a message that was read was not noted", "id", id, "error", err)
		}
	}
	if pending != k.unread {
		k.wait = lookFirst
		k.unread = pending
		k.live.unread(pending)
	}
	if pending == 0 {
		k.look.Stop()
		return
	}
	k.look.Reset(k.wait)
	k.wait = min(2*k.wait, lookLast)
}

// stop begins the end, or hastens it.
func (k *keeper) stop(patience time.Duration) {
	now := time.Now()
	kill := now.Add(max(patience, 0))
	if k.state.Stop == nil {
		k.signalGroup(syscall.SIGTERM)
		// A process that was halted would keep TERM waiting for ever.
		k.signalGroup(system.SIGCONT)
		k.state.Stop = &stopOrder{Asked: now, Kill: kill}
	} else if kill.Before(k.state.Stop.Kill) {
		k.state.Stop.Kill = kill
	} else {
		return
	}
	k.kill.Reset(time.Until(kill))
	k.save()
}

func (k *keeper) killAll() {
	k.signalGroup(syscall.SIGKILL)
	if _, err := k.kin.Signal(syscall.SIGKILL); err != nil {
		k.told.Warn("not all of the session could be killed", "error", err)
	}
}
