package model

import (
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/ledger"
	"pawl/loop/model/branch"
	"pawl/loop/supervise"
)

// Step is one thing that happens, by its name.
type Step string

// letterPath is where the one inbox lies.
const letterPath = "machine-docs/ADVERSARY-INBOX.md"

// deed changes a world that is still to be seen by others. It says whether the
// step was possible, and which law it broke.
type deed func(*Model, *World) (bool, error)

// Steps are what can happen in a model with that many agents, in groups:
// origin, the coordinator, the sessions and their launcher, the operator, time.
func Steps(agents int) [][]Step {
	all := [][]Step{
		{"claim:a", "claim:b", "claim", "pass:a", "fail:a", "pass:b", "letter", "letter2", "unletter", "note", "drop", "keep", "pick"},
		{"tick", "fetch", "plan", "write"},
		{"crash", "lose"},
		{"blind"},
		{"retry", "dismiss"},
		{"wait", "back"},
	}
	for _, name := range Agents[:agents] {
		for i, words := range [][]Step{1: {"act"}, 3: {"reads", "dies", "vanishes"}, 4: {"up", "down", "pause", "resume", "restart"}} {
			for _, w := range words {
				all[i] = append(all[i], w+":"+Step(name))
			}
		}
	}
	return all
}

// deeds are what the steps do.
var deeds = makeDeeds()

func makeDeeds() map[Step]deed {
	all := map[Step]deed{
		"claim":    commits("claim: it works", false, ""),
		"claim:a":  commits("claim(a): it works", false, ""),
		"claim:b":  commits("claim(b): it works", false, ""),
		"pass:a":   commits("review(a): looked", true, "pass"),
		"fail:a":   commits("review(a): looked", true, "fail"),
		"pass:b":   commits("review(b): looked", true, "pass"),
		"letter":   letter("hello"),
		"letter2":  letter("another thing"),
		"unletter": letter(""),
		"note":     commits("note: look at this", false, ""),
		"drop":     rewrites((*branch.Branch).Drop),
		"keep":     rewrites((*branch.Branch).Rebase),
		"pick":     pick,

		"tick": tick, "fetch": fetch, "plan": plan, "write": write, "crash": crash, "lose": lose,

		"blind":   func(_ *Model, w *World) (bool, error) { w.blind = !w.blind; return true, nil },
		"retry":   operate(true, func(h handoff.Handoff, now time.Time) (handoff.Handoff, error) { return h.Retry(now) }),
		"dismiss": operate(false, func(h handoff.Handoff, _ time.Time) (handoff.Handoff, error) { return h.Dismiss("not now") }),
		"wait":    clock(func(m *Model) time.Duration { return m.cfg.Handoff.RemindAfter + time.Second }),
		"back":    clock(func(m *Model) time.Duration { return -3 * m.cfg.Handoff.RemindAfter }),
	}
	for _, name := range Agents {
		for word, d := range map[Step]func(string) deed{
			"act": acts, "reads": reads, "dies": dies, "vanishes": vanishes,
			"up":      wants(func(a *ledger.Agent) { *a = revived(*a) }),
			"down":    wants(func(a *ledger.Agent) { a.Wanted, a.Restart, a.RestartAt = ledger.Down, "", time.Time{} }),
			"pause":   wants(func(a *ledger.Agent) { a.Paused = true }),
			"resume":  wants(func(a *ledger.Agent) { a.Paused = false }),
			"restart": wants(func(a *ledger.Agent) { a.Restart, a.RestartAt = "the operator asked for it", time.Time{} }),
		} {
			all[word+":"+Step(name)] = d(name)
		}
	}
	return all
}

// Step is the world after s. It is w itself where s is not possible, and an
// error where s breaks a law.
func (m *Model) Step(w *World, s Step) (*World, error) {
	next := *w
	did, err := deeds[s](m, &next)
	if !did || err != nil {
		return w, err
	}
	return &next, nil
}

func commits(subject string, review bool, verdict string) deed {
	return func(_ *Model, w *World) (bool, error) {
		t := handoff.Trailers{Verdict: verdict}
		if review {
			gate, err := handoff.ParseGate(subject)
			if t.Reviewed = w.origin.claim(gate); t.Reviewed == "" || err != nil {
				return false, err
			}
		}
		w.origin = w.origin.push(subject, t, nil)
		return true, nil
	}
}

// claim is the newest claim of a gate; "" without one.
func (o *origin) claim(gate string) string {
	for _, hash := range slices.Backward(o.Line) {
		if o.Commits[hash].Subject == "claim("+gate+"): it works" {
			return hash
		}
	}
	return ""
}

func letter(content string) deed {
	return func(_ *Model, w *World) (bool, error) {
		if w.origin.Trees[w.origin.Tip()][letterPath] == content {
			return false, nil
		}
		w.origin = w.origin.push("work", handoff.Trailers{}, map[string]string{letterPath: content})
		return true, nil
	}
}

// rewrites force-pushes the branch without its last commit, or with that one on
// another base. The first commit stays: a branch is not deleted.
func rewrites(how func(*branch.Branch, int)) deed {
	return func(_ *Model, w *World) (bool, error) {
		if len(w.origin.Line) < 2 {
			return false, nil
		}
		w.origin = w.origin.changed(func(b *branch.Branch) { how(b, 1) })
		return true, nil
	}
}

// pick puts a copy of the newest claim of gate a on top, with the same author and
// date, as git cherry-pick does.
func pick(_ *Model, w *World) (bool, error) {
	claim := w.origin.claim("a")
	if claim == "" {
		return false, nil
	}
	w.origin = w.origin.changed(func(b *branch.Branch) { b.Pick(claim) })
	return true, nil
}

func clock(by func(*Model) time.Duration) deed {
	return func(m *Model, w *World) (bool, error) { w.now = w.now.Add(by(m)); return true, nil }
}

// revived is what `pawl up NAME` makes of a row.
func revived(a ledger.Agent) ledger.Agent {
	a.Wanted, a.Parked, a.Finished = ledger.Up, false, false
	a.Restart, a.RestartAt, a.History = "", time.Time{}, supervise.History{}
	return a
}

func wants(f func(*ledger.Agent)) func(string) deed {
	return func(name string) deed {
		return func(_ *Model, w *World) (bool, error) {
			w.rows = w.rows.edited(func(s *ledger.State) {
				a := s.Agent(name)
				f(&a)
				s.Agents[name] = a
			})
			return true, nil
		}
	}
}

// operate is a command about the newest handoff that it is possible for. One that
// opens it again has the same history derived again.
func operate(again bool, f func(handoff.Handoff, time.Time) (handoff.Handoff, error)) deed {
	return func(_ *Model, w *World) (bool, error) {
		for _, id := range slices.Backward(w.rows.Order) {
			h, err := f(w.rows.Handoffs[id], w.now)
			if err != nil || h == w.rows.Handoffs[id] {
				continue
			}
			if h.Repeated() {
				w.retries++
			}
			w.rows = w.rows.edited(func(s *ledger.State) {
				if s.PutHandoff(h); again {
					s.Loop.Fingerprint = ""
				}
			})
			return true, nil
		}
		return false, nil
	}
}
