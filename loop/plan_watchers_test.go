package loop

import (
	"testing"

	"pawl/loop/ledger"
	workers "pawl/loop/run"
	"pawl/loop/turn"
)

// does adds a step to the record of an agent's turn.
func (s *scene) does(agent, how, what string) {
	p := s.program(agent)
	e := turn.Event{At: s.now, Kind: map[string]turn.Kind{"runs": turn.Command, "says": turn.Text, "changes": turn.Change}[how], Text: what, Input: what}
	if e.Kind == turn.Change {
		e.Paths = []string{what}
	}
	p.turns.Last().Worked = true
	key := agent + p.turns.Generation
	s.steps[key] = append(s.steps[key], turn.Entry{N: p.turns.Last().N, Event: &e})
}

// watched is what watchers go by: the turns on record, and the steps, read from the
// beginning as after a restart.
func (s *scene) watched(w World) (map[string][]workers.Past, map[string][]workers.Finding) {
	past, steps := map[string][]workers.Past{}, map[string][]workers.Finding{}
	for _, t := range s.shelf.turns {
		if r := w.State.Runs[t.Agent]; r.Status == ledger.RunRunning || !t.Ended.Before(s.now.Add(-workers.Day)) {
			past[t.Agent] = append(past[t.Agent], workers.PastOf(w.Config, t))
		}
	}
	for _, a := range w.Config.Agents {
		state := w.Turns[a.Name]
		for _, rule := range stepRules(w.Config, a) {
			trail := workers.NewTrail(rule, state.Generation, a.Dir)
			for _, e := range s.steps[a.Name+state.Generation] {
				trail.Follow(e)
			}
			for _, t := range state.Turns {
				if !t.Ended.IsZero() {
					trail.Follow(turn.Entry{N: t.N, End: &t})
				}
			}
			steps[a.Name] = append(steps[a.Name], trail.Finding())
		}
	}
	return past, steps
}

// judges are the workers that are asked about others' work.
func (s *scene) judges() (ids []string) {
	for id, r := range s.shelf.Runs {
		if r.Judges != "" && r.Status == ledger.RunRunning {
			ids = append(ids, id)
		}
	}
	return ids
}

// watchedBy are agents and workers under one watcher.
func watchedBy(rule string) func(*setup) {
	return func(y *setup) {
		y.agents = []string{"builder: {kind: loop, role: builder, adapter: once}", "adversary: {kind: loop, role: adversary, adapter: once}", "boss: {adapter: once}"}
		y.top = []string{"watchers: {rule: " + rule + "}", "types: {judge: {allow: read, model: cheap}}"}
	}
}

// A watcher acts once each time that its rule is met again.
func TestWatchers(t *testing.T) {
	tell(t, []tale{
		{"files that flip between two states, once for each time over", watchedBy("{watch: repeat, of: tree, times: 2, agents: [boss], do: notify}"), `
			up boss
			pass 2
			leaves boss t1
			ends boss completed
			say boss one
			pass 3
			ends boss stopped
			say boss two
			pass 3
			leaves boss t1
			ends boss completed
			pass 2
			expect event watch.tripped 0
			say boss three
			pass 3
			leaves boss t2
			ends boss completed
			say boss four
			pass 3
			leaves boss t1
			ends boss completed
			pass 2
			expect event watch.tripped 1
			say boss five
			pass 3
			leaves boss t2
			ends boss completed
			pass 3
			expect event watch.tripped 1`},
		{"turns that change nothing are said to their agent, and a change begins anew", watchedBy("{watch: progress, turns: 2, agents: [boss], do: nudge, text: Look again.}"), `
			up boss
			pass 2
			leaves boss t1
			ends boss completed
			say boss one
			pass 3
			leaves boss t1
			ends boss completed
			say boss two
			pass 3
			expect event watch.tripped 0
			leaves boss t1
			ends boss completed
			pass 3
			expect event watch.tripped 1
			expect told boss 1 Look again.
			leaves boss t2
			ends boss completed
			say boss three
			pass 3
			leaves boss t2
			ends boss completed
			pass 3
			expect event watch.tripped 1`},
		{"a turn that runs for long without a change", watchedBy("{watch: progress, minutes: 10, agents: [boss]}"), `
			up boss
			pass 2
			leaves boss t1
			ends boss completed
			wait 1h
			pass 2
			expect event watch.tripped 0
			say boss one
			pass 3
			wait 9m
			pass
			expect event watch.tripped 0
			wait 2m
			pass
			expect event watch.tripped 1`},
		{"files that come back to what they were", watchedBy("{watch: repeat, of: tree, times: 2, agents: [boss], do: notify}"), `
			up boss
			pass 2
			leaves boss t1
			ends boss completed
			say boss one
			pass 3
			leaves boss t2
			ends boss completed
			say boss two
			pass 3
			expect event watch.tripped 0
			leaves boss t1
			ends boss completed
			pass 3
			expect event watch.tripped 1`},
		{"a command that is run again and again, until files change", watchedBy("{watch: repeat, times: 3, agents: [boss]}"), `
			up boss
			pass 2
			does boss runs make test
			does boss runs ls
			does boss runs make test
			pass
			does boss changes a.go
			does boss runs make test
			does boss runs make test
			pass
			expect event watch.tripped 0
			does boss runs make test
			pass
			expect event watch.tripped 1
			does boss runs make test
			pass 3
			expect event watch.tripped 1`},
		{"files outside of its own, once a turn", watchedBy("{watch: scope, paths: [src/**], agents: [boss], do: nudge}"), `
			up boss
			pass 2
			does boss changes src/deep/a.go
			does boss changes /p/src/b.go
			pass
			expect event watch.tripped 0
			does boss changes /p/docs/c.md
			does boss changes ../other/d
			pass 2
			expect event watch.tripped 1
			ends boss completed
			pass 3
			expect told boss 1 it changed docs/c.md
			does boss changes docs/e.md
			pass
			expect event watch.tripped 2`},
		{"what is said and run, by a pattern", watchedBy("{watch: pattern, match: 'push .*--force', in: command, agents: [boss], do: pause}"), `
			up boss
			pass 2
			does boss says I will not git push --force
			does boss runs git push origin main
			pass
			expect event watch.tripped 0
			does boss runs git push origin --force
			pass
			expect event watch.tripped 1
			expect hold boss is paused (watcher rule: it runs "push origin --force")`},
		{"somebody who should have others do it", watchedBy("{watch: delegation, times: 2, agents: [boss], do: nudge}"), `
			up boss
			pass 2
			does boss changes a
			pass
			expect event watch.tripped 0
			does boss changes b
			pass
			ends boss completed
			pass 3
			expect told boss 1 Have a worker do that`},
		{"who does not listen is not nudged for ever", watchedBy("{watch: pattern, match: bad, agents: [boss], do: nudge}"), `
			up boss
			pass 2
			does boss runs bad
			pass
			ends boss completed
			pass 3
			does boss runs bad
			pass
			ends boss completed
			pass 3
			does boss runs bad
			pass
			ends boss completed
			pass 3
			does boss runs bad
			pass
			ends boss completed
			pass 3
			does boss runs bad
			pass
			ends boss completed
			pass 3
			expect told boss 5 A rule of this loop was met
			does boss runs bad
			pass
			ends boss completed
			pass 5
			expect told boss 5 A rule of this loop was met
			expect event watch.tripped 6`},
		{"a worker that is nudged goes on, and ends after that", watchedBy("{watch: scope, paths: [src/**], agents: [workers], do: nudge}"), `
			spawn w
			pass 2
			does w changes docs/a
			ends w completed
			pass 3
			expect worker w running
			expect told w 1 Outside of your files
			ends w completed
			pass 3
			expect worker w completed`},
	})
}
