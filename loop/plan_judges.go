package loop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/ledger"
	workers "pawl/loop/run"
)

// judging says that another model is asked about an agent, of which there is one at a
// time for each watcher.
func (p *planner) judging(w config.Watcher, u *unit) bool {
	for _, r := range p.s.Runs {
		if r.Judges == u.Name && r.Watcher == w.Name && r.Status == ledger.RunRunning {
			return true
		}
	}
	return false
}

// askJudge has another model look at what an agent did last: a worker of the watcher's
// type.
func (p *planner) askJudge(w config.Watcher, u *unit, f workers.Finding) {
	t, known := p.w.Config.Type(w.Judge)
	if !known || p.counted(u, failed+w.Name) >= mostFailed {
		return
	}
	sum := sha256.Sum256([]byte(w.Name + "\x00" + u.Name + "\x00" + f.Value()))
	r := ledger.Run{
		ID: "j" + hex.EncodeToString(sum[:4]), Name: handoff.Clean(w.Name+" of "+u.Name, ledger.MaxRunName), Type: t.Name, Role: t.Role, Allow: t.Allow,
		Task: workers.Question(w, u.Name, f.Excerpt), Dir: u.Dir, Status: ledger.RunRunning, Created: p.now, Since: p.now, Judges: u.Name, Watcher: w.Name,
	}
	r.Adapter, r.Model = p.w.Config.Means(t, "", "")
	p.s.Runs[r.ID] = r
	p.put(ledger.Agent{Name: r.ID, Wanted: ledger.Up})
	p.add(&unit{Agent: p.w.Config.WorkerAgent(workerOf(r))})
	p.event("run.spawned", r.ID, "type", r.Type, "title", r.Title(), "adapter", r.Adapter, "model", r.Model, "dir", r.Dir)
}

// mostFailed is how many of those who are asked may fail, one after the other in a
// session, until nobody is asked any more.
const mostFailed = 3

// failed is before a watcher's name where it is remembered how many did.
const failed = "failed:"

// judged acts on what another model made of an agent's work.
func (p *planner) judged(r ledger.Run, answer string) {
	w, u := p.w.Config.Watchers[r.Watcher], p.byName[r.Judges]
	if u == nil || w.Watch != config.WatchLLM || !w.Enabled {
		return
	}
	if r.Status != ledger.RunCompleted {
		p.countUp(u, failed+w.Name)
		return
	}
	if p.remember(u, failed+w.Name, ""); workers.Approves(answer) {
		return
	}
	if other, worker := p.s.Runs[u.Name]; worker && other.Status != ledger.RunRunning {
		return // it has ended meanwhile
	}
	said := handoff.Clean(strings.TrimSpace(answer), config.MaxNudge)
	p.trip(w, u, fmt.Sprintf("%s (%s) says: %s", r.Type, r.ID, handoff.Clean(said, 200)), said)
}
