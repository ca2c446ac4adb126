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
		{"a budget of turns pauses an agent, which gets another one by being resumed", watchedBy("{watch: budget, turns: 2, agents: [boss], do: pause}"), `
			up boss
			pass 2
			ends boss completed
			say boss one
			pass 3
			expect event watch.tripped 0
			ends boss completed
			say boss two
			pass 3
			expect event watch.tripped 1
			expect hold boss watcher rule: its budget is used up: 2 turns of 2 in 24 hours
			expect ever boss 0 two
			pass 5
			expect event watch.tripped 1
			resume boss
			pass 3
			expect told boss 1 two
			ends boss completed
			say boss three
			pass 3
			expect told boss 1 three
			ends boss completed
			pass 2
			expect event watch.tripped 2`},
		{"what was spent a day ago counts no more", watchedBy("{watch: budget, turns: 2, agents: [boss], do: pause}"), `
			up boss
			pass 2
			ends boss completed
			pass
			jump 25h
			say boss one
			pass 3
			ends boss completed
			pass 2
			expect event watch.tripped 0`},
		{"a turn that runs counts as well", watchedBy("{watch: budget, tokens: 1000, agents: [boss], do: notify}"), `
			up boss
			pass 2
			spends boss 999
			pass 2
			expect event watch.tripped 0
			spends boss 1000
			pass 2
			expect event watch.tripped 1
			expect running boss
			ends boss completed
			pass 3
			expect event watch.tripped 1`},
		{"an account's budget pauses all who share it", watchedBy("{watch: budget, per: account, turns: 2, do: pause}"), `
			up
			pass 2
			ends boss completed
			ends builder completed
			pass 2
			expect event watch.tripped 3
			expect hold adversary of its account in 24 hours`},
		{"a worker that is over its budget is stopped, and its parent is told why", watchedBy("{watch: budget, per: run, tokens: 100, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			spends w 100
			pass 4
			expect event watch.tripped 1
			dies w
			pass 3
			expect worker w stopped
			expect told boss 1 watcher rule: its budget is used up: 100 tokens of 100 since it was spawned`},
		{"a worker that is done with its last turn is done", watchedBy("{watch: budget, per: run, turns: 1, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w completed
			pass 4
			expect worker w completed
			expect event watch.tripped 0
			expect told boss 1 <status>completed</status>`},
		{"what a worker said is told although it was stopped", watchedBy("{watch: budget, per: run, turns: 1, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			send w more
			ends w completed
			pass 2
			expect event watch.tripped 1
			dies w
			pass 4
			expect worker w stopped
			expect told boss 1 <status>stopped</status>`},
		{"a machine that slept did no work", watchedBy("{watch: budget, minutes: 60, agents: [boss]}"), `
			up boss
			pass 2
			wait 10h
			pass
			expect event watch.tripped 0
			ends boss completed
			pass 2
			expect event watch.tripped 0`},
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
		{"a budget of one run is none of an agent's", watchedBy("{watch: budget, per: run, turns: 1, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			expect event watch.tripped 0`},
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
		{"a gate that is claimed again and again", watchedBy("{watch: repeat, of: gate, times: 3, do: pause}"), `
			up builder adversary
			pass 2
			ends builder completed
			ends adversary completed
			claim parser
			pass 2
			review parser fail
			pass 2
			claim parser
			pass 2
			review parser pass
			pass
			claim parser
			pass
			claim parser
			pass
			expect event watch.tripped 0
			claim other
			claim parser
			pass
			expect event watch.tripped 2
			expect hold adversary watcher rule: gate parser was claimed 3 times without a passing review
			expect hold builder is paused
			pass 3
			expect event watch.tripped 2`},
		{"both are told, also while neither has a session", watchedBy("{watch: repeat, of: gate, times: 2, do: nudge, text: Think.}"), `
			pass
			claim parser
			pass
			claim parser
			pass
			expect event watch.tripped 2
			expect pending 2`},
		{"other readers of claims do not make old ones new", watchedBy("{watch: repeat, of: gate, times: 2, do: pause}"), `
			up builder adversary
			pass 2
			claim parser
			pass
			review parser pass
			pass
			claim parser
			pass
			agents+ second: {kind: loop, role: adversary, adapter: once}
			pass 2
			expect event watch.tripped 0`},
		{"after a lost ledger rounds are counted anew", watchedBy("{watch: repeat, of: gate, times: 3, do: pause}"), `
			up builder adversary
			pass 2
			claim parser
			pass
			claim parser
			pass
			lose
			up builder adversary
			pass 3
			expect event watch.tripped 0`},
		{"a gate of the next phase is another one", watchedBy("{watch: repeat, of: gate, times: 2, do: pause}"), `
			up builder adversary
			pass 2
			claim parser
			pass
			done core
			pass 2
			claim parser
			pass
			expect event watch.tripped 0`},
		{"another model says that all is well, and is heard no more", watchedBy("{watch: llm, judge: judge, agents: [boss]}"), `
			up boss
			pass 2
			does boss runs make
			ends boss completed
			pass 3
			expect judges 1
			answers ok.
			pass 5
			expect judges 0
			expect nothing told boss
			expect event watch.tripped 0`},
		{"what comes while another model is asked is asked about after that", watchedBy("{watch: llm, judge: judge, agents: [boss]}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			say boss one
			pass 3
			ends boss completed
			pass 3
			expect judges 1
			answers ok
			pass 4
			expect judges 1
			answers Not that way.
			pass 4
			expect judges 0
			expect told boss 1 Not that way.`},
		{"another model has something to say", watchedBy("{watch: llm, judge: judge, agents: [boss]}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			answers You go in circles.
			pass 4
			expect event watch.tripped 1
			expect told boss 1 You go in circles.`},
		{"a watcher that is switched off", watchedBy("{watch: budget, turns: 1, enabled: false}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			expect event watch.tripped 0`},
		{"an agent that is stopped stays down", watchedBy("{watch: budget, turns: 1, agents: [boss], do: stop}"), `
			up boss
			pass 2
			ends boss completed
			pass 4
			expect event watch.tripped 1
			dies boss
			pass 3
			expect running`},
	})
}
