package sim

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// chapter is one push of the story.
type chapter struct {
	name  string
	write func(r *rig)
}

// story is what a builder and an adversary could have pushed. No two commits
// have one subject.
var story = []chapter{
	{"a claim", func(r *rig) { r.commit("claim(core): it works") }},
	{"a review that fails, and a letter", func(r *rig) {
		r.letter("BUILDER-INBOX.md", "three is wrong\n")
		r.commit("review(core): three is wrong\n\nVerdict: fail\nReviewed: " + r.git(r.hand, "rev-parse", "HEAD"))
	}},
	{"two more claims at once, the letter read", func(r *rig) {
		r.git(r.hand, "rm", "-q", "machine-docs/BUILDER-INBOX.md")
		r.commit("claim(side): a gate beside it")
		r.commit("claim(core): three is right")
	}},
	{"a review that passes", func(r *rig) {
		r.commit("review(core): it holds\n\nVerdict: pass\nReviewed: " + r.git(r.hand, "rev-parse", "HEAD"))
	}},
	{"the phase is done", func(r *rig) {
		r.statusFile("core", "# core\n\n## DONE\n")
		r.commit("core is done")
	}},
	{"a claim of the next phase, malformed", func(r *rig) { r.commit("claim(): what gate is this") }},
	{"main is rewritten", func(r *rig) {
		r.git(r.hand, "commit", "-q", "--amend", "--allow-empty", "-m", "claim(cli): it works")
	}},
	{"the last phase is done", func(r *rig) {
		r.statusFile("cli", "# cli\n\n## DONE\n")
		r.commit("cli is done")
	}},
}

func (r *rig) letter(name, text string) {
	r.t.Helper()
	r.statusFile("core", "# core\n")
	r.write(r.hand+"/machine-docs/"+name, text)
}

// outcome is one handoff as far as it does not depend on the time of day.
type outcome struct {
	Agent, Rule, Gate, Commit, Path, Blob, AnsweredBy string
	State                                             handoff.State
	Attempts                                          int
}

// ending is what a ledger amounts to.
type ending struct {
	Handoffs []outcome
	Phase    string
	Complete bool
	Events   map[string]int
}

func (r *rig) ending() ending {
	r.t.Helper()
	e := ending{Events: map[string]int{}}
	s := r.loaded()
	e.Phase, e.Complete = s.Loop.Phase.Current, s.Loop.Phase.Complete
	r.ledger(func(l *ledger.Ledger) error {
		all, err := l.Handoffs(r.t.Context(), true, 1000)
		if err != nil {
			return err
		}
		for _, h := range all {
			e.Handoffs = append(e.Handoffs, outcome{h.Agent, h.Rule, h.Gate, r.subject(h.Commit), h.Path, h.Blob, r.subject(h.AnsweredBy), h.State, h.Attempts})
		}
		slices.SortFunc(e.Handoffs, func(a, b outcome) int {
			return slices.Compare([]string{a.Commit, a.Path, a.Agent}, []string{b.Commit, b.Path, b.Agent})
		})
		events, err := l.Events(r.t.Context(), 0, 100_000)
		for _, ev := range events {
			if !strings.HasPrefix(ev.Kind, "coordinator.") {
				e.Events[ev.Kind]++
			}
		}
		return err
	})
	return e
}

// subject names a commit for two runs, in which it has two hashes.
func (r *rig) subject(commit string) string {
	r.t.Helper()
	if commit == "" {
		return ""
	}
	return r.git(r.hand, "show", "-s", "--format=%s", commit)
}

// quiet says that all that was pushed has been seen, and led to what it can.
func (r *rig) quiet() bool {
	s := r.loaded()
	if s.Loop.Cursor != r.tip() || len(s.Wakes) > 0 {
		return false
	}
	if s.Loop.Phase.Complete {
		return len(s.Sessions) == 0 // what they had not answered is open again
	}
	for _, h := range s.Handoffs {
		if h.State != handoff.Taken {
			return false
		}
	}
	return r.inPhase(s.Loop.Phase.Current)
}

// play tells the story, and after each chapter lets the loop do its work.
func play(t *testing.T, work func(r *rig), begin func(r *rig)) ending {
	r := newRig(t, twoPhases)
	r.pawl("up", "--no-watch")
	begin(r)
	work(r)
	for _, c := range story {
		t.Log(c.name)
		c.write(r)
		r.push("--force")
		work(r)
	}
	return r.ending()
}

func TestTickAndWatchComeToTheSame(t *testing.T) {
	t.Parallel()
	var ends [2]ending
	t.Run("stories", func(t *testing.T) {
		t.Run("watch", func(t *testing.T) {
			ends[0] = play(t, func(r *rig) { r.until("all is quiet", r.quiet) }, func(r *rig) { r.watch() })
		})
		t.Run("tick", func(t *testing.T) {
			ends[1] = play(t, func(r *rig) {
				r.until("all is quiet", func() bool { r.pawl("tick"); return r.quiet() })
			}, func(*rig) {})
		})
	})
	watch, tick := ends[0], ends[1]
	if !watch.Complete || len(watch.Handoffs) < 7 {
		t.Errorf("the story did not come to its end: %+v", watch)
	}
	if !reflect.DeepEqual(watch.Handoffs, tick.Handoffs) {
		t.Errorf("the handoffs differ\nwatch: %+v\ntick:  %+v", watch.Handoffs, tick.Handoffs)
	}
	if watch.Phase != tick.Phase || watch.Complete != tick.Complete {
		t.Errorf("the phases differ: %q %t and %q %t", watch.Phase, watch.Complete, tick.Phase, tick.Complete)
	}
	if !maps.Equal(watch.Events, tick.Events) {
		t.Errorf("the events differ\nwatch: %v\ntick:  %v", watch.Events, tick.Events)
	}
}
