package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pawl/loop/daemon"
	"pawl/loop/launcher/proc"
	"pawl/loop/sim"
	"pawl/loop/sim/actor"
	"pawl/loop/sim/tui"
)

// Times of the waiting for what is still open when the faults are over.
const (
	settlePause = 500 * time.Millisecond
	settleQuiet = 2 * time.Second // nothing new comes for that long
)

// settle waits until nothing is open, or gives up, and says what is so then.
func (p *play) settle(ctx context.Context) (Seen, error) {
	quietSince, before := time.Now(), 0
	for limit := time.Now().Add(p.settling); ; {
		s, err := p.seen(ctx)
		if err != nil {
			return s, err
		}
		if n := len(s.Told) + len(s.History); n != before {
			quietSince, before = time.Now(), n
		}
		open := unfinished(s)
		if len(open) == 0 && time.Since(quietSince) > settleQuiet {
			return s, nil
		}
		if time.Now().After(limit) {
			for _, what := range open {
				if !strings.Contains(what, wasNotTold) { // those are the handoffs that were lost
					p.violated("%s within %s after the last fault", what, p.settling)
				}
			}
			return s, errors.Join(p.coordinator.dump(ctx), p.copyState())
		}
		if err := proc.Pause(ctx, settlePause); err != nil {
			return s, err
		}
	}
}

const wasNotTold = " was not told "

// unfinished says what is not told, and what is told and was not acted upon.
func unfinished(s Seen) []string {
	var open []string
	for _, h := range Judge(s) {
		if h.Lost() {
			open = append(open, h.Reader+wasNotTold+h.Key)
		}
	}
	done := map[string]bool{}
	for _, c := range s.History {
		head, _, _ := strings.Cut(c.Subject, ":")
		done[head], done[c.Subject] = true, true
	}
	for _, c := range s.History {
		head, _, _ := strings.Cut(c.Subject, ":")
		if gate, ok := strings.CutPrefix(head, actor.Claim); ok && !done[actor.Review+gate] {
			open = append(open, head+" was not reviewed")
		}
		if path, ok := strings.CutPrefix(c.Subject, letterSubject); ok && !done["read "+path] {
			open = append(open, path+" was not read")
		}
	}
	return open
}

// copyState puts the state where it outlasts the disk that it lies on: whoever asks why
// something was not told looks there.
func (p *play) copyState() error {
	if err := os.CopyFS(filepath.Join(p.dir, "left"), os.DirFS(p.state())); err != nil {
		return fmt.Errorf("keep the state: %w", err)
	}
	return nil
}

// seen gathers git's history and the agents' records.
func (p *play) seen(ctx context.Context) (Seen, error) {
	s := Seen{Moved: map[string]string{}, Dropped: map[string]string{}}
	p.mu.Lock()
	for _, h := range p.happened {
		switch h.Fault {
		case "clock-jump":
			s.Jumps = append(s.Jumps, h)
		case "delete-state":
			s.Deleted = append(s.Deleted, h)
		}
	}
	s.Spawned = append(s.Spawned, p.spawned...)
	for old, now := range p.moved {
		s.Moved[old] = now
	}
	for hash, subject := range p.dropped {
		s.Dropped[hash] = subject
	}
	p.mu.Unlock()
	out, err := p.run(ctx, "git", "-C", filepath.Join(p.dir, "origin.git"), "log", "--format=%H%x00%s%x00%b%x01", actor.Branch)
	if err != nil {
		return s, err
	}
	for entry := range strings.SplitSeq(out, "\x01") {
		if parts := strings.SplitN(strings.TrimSpace(entry), "\x00", 3); len(parts) == 3 {
			s.History = append(s.History, Commit{Hash: parts[0], Subject: parts[1], Body: parts[2]})
		}
	}
	record, err := sim.ReadRecord(p.record())
	if err != nil {
		return s, err
	}
	s.Told = record.Told
	for _, agent := range p.screens() {
		entries, err := tui.ReadRecord(p.screenRecord(agent))
		if err != nil {
			return s, err
		}
		s.Told = append(s.Told, toldOn(agent, entries)...)
	}
	return s, nil
}

// toldOn are the wakes that were submitted on a screen. One that a limit refused is
// among them: it stands in the conversation, and whoever says "go on" after the
// limit has it worked on.
func toldOn(agent string, entries []tui.Entry) []sim.Told {
	var told []sim.Told
	for _, e := range entries {
		if e.Text != "" && !e.Kickoff {
			told = append(told, sim.Told{Agent: agent, Generation: e.Generation, At: e.Time, Line: e.Text})
		}
	}
	return told
}

// checkPushes holds what the simulation pushed against the history: what is gone from
// it by no fault's doing would be asked of nobody.
func (p *play) checkPushes(s Seen) {
	there := map[string]bool{}
	for _, c := range s.History {
		there[c.Subject] = true
	}
	for _, subject := range s.Dropped {
		there[subject] = true
	}
	for _, push := range p.plan.Pushes {
		if subject := changeOf(push).Subject; !there[subject] {
			p.violated("%q was pushed, no fault dropped it, and it is not in origin's history", subject)
		}
	}
}

// checkPhase holds the phase that the loop is in against those that are done.
func (p *play) checkPhase(ctx context.Context) error {
	out, err := p.runPawl(ctx, "status", "--json")
	if err != nil {
		return err
	}
	var status struct {
		Phase struct{ Index int } `json:"phase"`
	}
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		return fmt.Errorf("pawl status --json: %w", err)
	}
	if want := p.plan.Phases - 1; status.Phase.Index != want {
		p.violated("the loop is in phase %d although %d are done", status.Phase.Index, want)
	}
	return nil
}

// checkLog looks for what no coordinator may ever say.
func (p *play) checkLog() error {
	data, err := os.ReadFile(p.log())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, word := range []string{"panic: ", "fatal error: ", "DATA RACE"} {
		if at := strings.Index(string(data), word); at >= 0 {
			p.violated("a coordinator said: %s", data[at:min(len(data), at+600)])
		}
	}
	return nil
}

// forget removes the loop's runtime folder.
func (p *play) forget() error {
	place, err := daemon.NewPlace(p.state())
	if err != nil {
		return err
	}
	return place.Remove()
}
