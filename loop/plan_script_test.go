package loop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
	"pawl/loop/turn"
	"pawl/phases"
)

// A script tells a story to Plan, one line a step: what the operator, origin,
// the agents and the machine do, and after `expect` what must be so then. What
// the words mean stands below, one function for each.
func play(t *testing.T, s *scene, script string) {
	t.Helper()
	for n, line := range strings.Split(strings.TrimSpace(script), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		s.note("line %d: %s", n+1, strings.TrimSpace(line))
		if words[0] == "expect" {
			if why := s.expect(words[1:]); why != "" {
				s.fail("line %d, %q: %s", n+1, strings.TrimSpace(line), why)
			}
			continue
		}
		step, ok := steps[words[0]]
		if !ok {
			t.Fatalf("line %d: no such step as %q", n+1, line)
		}
		step(s, words[1:])
	}
}

var steps = map[string]func(*scene, []string){
	// The coordinator.
	"pass":  func(s *scene, w []string) { s.passes(number(w)) },
	"crash": func(s *scene, w []string) { s.pass(extent(number(append(w, "0")[:1]))) }, // after so many actions
	"die":   func(s *scene, _ []string) { s.pass(unwritten) },
	"lose":  func(s *scene, _ []string) { s.loseLedger() },
	"wait":  func(s *scene, w []string) { s.wait(span(w[0])) }, // with no pass
	"run":   func(s *scene, w []string) { s.through(span(w[0])) },
	"jump":  func(s *scene, w []string) { s.now = s.now.Add(span(w[0])) },                         // of the wall clock
	"lag":   func(s *scene, w []string) { s.lag = span(w[0]) },                                    // of the sessions' own clock
	"zone":  func(s *scene, w []string) { s.now = s.now.In(zone(w[0])) },                          // of the machine
	"dates": func(s *scene, w []string) { s.now = moment(w[0]).In(s.now.Location()) },             // the wall clock
	"texts": func(s *scene, w []string) { s.texts["/p/"+w[0]] = strings.Join(w[1:], " ") + "\n" }, // a prompt file

	// The operator.
	"up":      func(s *scene, w []string) { s.up(w...) },
	"down":    func(s *scene, w []string) { s.down(w...) },
	"pause":   func(s *scene, w []string) { s.pause(true, w...) },
	"resume":  func(s *scene, w []string) { s.pause(false, w...) },
	"restart": func(s *scene, w []string) { s.restart(w[0]) },
	"retry": func(s *scene, w []string) {
		s.operate(w, func(h handoff.Handoff) (handoff.Handoff, error) { return h.Retry(s.now) })
	},
	"dismiss": func(s *scene, w []string) {
		s.operate(w, func(h handoff.Handoff) (handoff.Handoff, error) { return h.Dismiss("not now") })
	},
	"spawn": func(s *scene, w []string) { s.spawn(w[0], append(w[1:], "")[0]) },
	"send":  func(s *scene, w []string) { s.send(w[0], strings.Join(w[1:], " ")) },
	"off": func(s *scene, w []string) {
		s.shelf.edit(func(st *ledger.State) { a := st.Agent(w[0]); a.Wanted = ledger.Off; st.Agents[w[0]] = a })
	},
	"rebuilt": func(s *scene, _ []string) { s.rebuildRuns() },
	"halt":    func(s *scene, w []string) { s.halt(w[0]) },
	"say":     func(s *scene, w []string) { s.say(w[0], strings.Join(w[1:], " ")) },
	"set":     func(s *scene, w []string) { s.setPhase(w[0]) },
	"release": func(s *scene, _ []string) {
		s.shelf.edit(func(st *ledger.State) { st.Loop.Phase = phases.Release(st.Loop.Phase) })
	},
	"agents-": func(s *scene, w []string) {
		s.yaml.agents = slices.DeleteFunc(s.yaml.agents, func(a string) bool { return strings.HasPrefix(a, w[0]+":") })
		s.configure()
	},
	"agents+": func(s *scene, w []string) { s.yaml.agents = append(s.yaml.agents, strings.Join(w, " ")); s.configure() },
	"phases+": func(s *scene, w []string) { s.yaml.phases = append(s.yaml.phases, w...); s.configure() },

	// Origin.
	"claim":  func(s *scene, w []string) { s.claim(w[0]) },
	"review": func(s *scene, w []string) { s.review(w[0], w[1]) },
	"commit": func(s *scene, w []string) { s.origin.Push(strings.Join(w, " "), handoff.Trailers{}, nil) },
	"letter": func(s *scene, w []string) { s.file(w[0]+"-INBOX.md", strings.Join(w[1:], " ")) },
	"status": func(s *scene, w []string) { s.file("STATUS-"+w[0]+".md", strings.Join(w[1:], " ")) },
	"done":   func(s *scene, w []string) { s.file("STATUS-"+w[0]+".md", "## DONE") },
	"rewrite": func(s *scene, w []string) {
		s.origin.Drop(number(w))
		s.origin.Push("work", handoff.Trailers{}, nil)
	},
	"rebase": func(s *scene, w []string) { s.origin.Rebase(number(w)) },
	"dark":   func(s *scene, _ []string) { s.dark = true },
	"light":  func(s *scene, _ []string) { s.dark = false },

	// The agents and the machine.
	"deaf":      func(s *scene, w []string) { s.deaf[w[0]] = true },
	"hears":     func(s *scene, w []string) { delete(s.deaf, w[0]) },
	"slow":      func(s *scene, w []string) { s.slow[w[0]] = true },
	"mute":      func(s *scene, w []string) { s.mute[w[0]] = true },
	"printed":   func(s *scene, w []string) { s.program(w[0]).obs.Output = s.now },
	"prints":    func(s *scene, w []string) { s.program(w[0]).obs.Output = s.now.Add(s.cfg.Supervise.Interval) },
	"waits":     func(s *scene, w []string) { s.waits(w[0], span(w[1])) },
	"dies":      func(s *scene, w []string) { s.end(s.program(w[0]), number(append(w[1:], "1")[:1])) },
	"vanishes":  func(s *scene, w []string) { delete(s.programs, "p-"+w[0]) },
	"stranger":  func(s *scene, w []string) { s.run("p-"+w[0], w[0], "stranger", "somebody", "") },
	"astray":    func(s *scene, w []string) { delete(s.programs, "p-"+w[0]); s.stray[w[0]] = true },
	"found":     func(s *scene, w []string) { delete(s.stray, w[0]) },
	"neighbour": func(s *scene, _ []string) { s.run("q-builder", "builder", "q", "another project", "") },
	"blind":     func(s *scene, _ []string) { s.blind = true },
	"sighted":   func(s *scene, _ []string) { s.blind = false },
	// latestart brings the agent's n-th generation up after all, the newest without n.
	"latestart": func(s *scene, w []string) { s.late(w[0], number(append(w[1:], "0")[:1])) },

	// tells is what a program's hooks say: what it does, and in which conversation.
	"tells": func(s *scene, w []string) { s.tells(w[0], adapter.State(w[1]), strings.Join(w[2:], "")) },
	// does is a step of a turn: runs, says or changes something.
	"does": func(s *scene, w []string) { s.does(w[0], w[1], strings.Join(w[2:], " ")) },
	// spends is what the turn has cost until now, in tokens.
	"spends": func(s *scene, w []string) { s.program(w[0]).turns.Last().Usage.Output = int64(number(w[1:])) },
	// leaves names the files as they are after the turn.
	"leaves": func(s *scene, w []string) { s.program(w[0]).turns.Last().Tree = w[1] },
	// answers ends the turn of the judges.
	"answers": func(s *scene, w []string) {
		for _, id := range s.judges() {
			s.program(id).turns.Last().Answer = strings.Join(w, " ")
			s.endTurn(id, turn.Completed, true, "")
		}
	},
	// works is an agent that begins to answer.
	"works": func(s *scene, w []string) { s.program(w[0]).turns.Last().Worked = true },
	// ends says how an agent's turn ended: "worked" is that it had begun to answer.
	"ends":  func(s *scene, w []string) { s.ends(w[0], w[1:]) },
	"kills": func(s *scene, w []string) { s.kill(s.program(w[0])) }, // before its turn
	// swift agents end each turn in that way as soon as it has begun.
	"swift": func(s *scene, w []string) { s.swift[w[0]] = strings.Join(w[1:], " ") },

	// The screens.
	"screen":  func(s *scene, w []string) { s.shows(w[0], adapter.State(w[1]), strings.Join(w[2:], " ")) },
	"types":   func(s *scene, w []string) { s.program(w[0]).screen.Composer.Text = strings.Join(w[1:], "") },
	"folds":   func(s *scene, w []string) { s.program(w[0]).screen.Composer.Folded = true },
	"typing":  func(s *scene, w []string) { s.typing(w[0], number(w[1:])) },
	"dull":    func(s *scene, w []string) { s.dull[w[0]] = true },
	"bright":  func(s *scene, w []string) { delete(s.dull, w[0]) },
	"program": func(s *scene, w []string) { s.program(w[0]).obs.Program = strings.Join(w[1:], "") },
	"lies":    func(s *scene, w []string) { s.lies(w[0]) }, // its newest wake, in its input line
	"blank":   func(s *scene, w []string) { s.program(w[0]).screen = nil },
	"fall":    func(s *scene, _ []string) { s.fall() }, // of the launcher with all its sessions

	"reboot": func(s *scene, _ []string) { s.reboot() },

	"broken": func(s *scene, _ []string) { s.fails = true },
	"mended": func(s *scene, _ []string) { s.fails = false },
}

func (s *scene) ends(agent string, how []string) {
	s.endTurn(agent, turn.Status(how[0]), slices.Contains(how[1:], "worked"), strings.Join(how[1:], " "))
}

// number is the first word as a number; 1 without words.
func number(words []string) int {
	if len(words) == 0 {
		return 1
	}
	n, err := strconv.Atoi(words[0])
	if err != nil {
		panic(err)
	}
	return n
}

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func moment(word string) time.Time {
	at, err := time.Parse(time.RFC3339, word)
	if err != nil {
		panic(err)
	}
	return at
}

func span(word string) time.Duration {
	d, err := time.ParseDuration(word)
	if err != nil {
		panic(err)
	}
	return d
}

func (s *scene) passes(n int) {
	s.t.Helper()
	for range n {
		s.pass(whole)
	}
}

// through passes for a time: as a coordinator does, or for a long time as cron
// does, every half minute.
func (s *scene) through(d time.Duration) {
	s.t.Helper()
	if d >= 20*time.Minute {
		s.step = 30 * time.Second
	}
	for end := s.now.Add(d); s.now.Before(end); {
		s.pass(whole)
	}
	s.step = 0
}

func (s *scene) up(names ...string) {
	s.shelf.edit(func(st *ledger.State) {
		for _, name := range s.cfg.Names() {
			a, agent := s.cfg.Agent(name)
			row, named := st.Agent(name), slices.Contains(names, name)
			if named {
				row.Parked, row.Finished, row.Restart, row.RestartAt, row.History = false, false, "", time.Time{}, supervise.History{}
			}
			if named || len(names) == 0 && row.Wanted != ledger.Down && (!agent || a.Enabled && a.Kind != "task") {
				row.Wanted = ledger.Up
			}
			st.Agents[name] = row
		}
	})
}

func (s *scene) down(names ...string) {
	s.shelf.edit(func(st *ledger.State) {
		for _, name := range s.cfg.Names() {
			row := st.Agent(name)
			switch {
			case slices.Contains(names, name):
				row.Wanted = ledger.Down
			case len(names) == 0 && row.Wanted != ledger.Down:
				row.Wanted = ledger.Off
			}
			row.Restart, row.RestartAt = "", time.Time{}
			st.Agents[name] = row
		}
	})
}

func (s *scene) pause(paused bool, names ...string) {
	s.shelf.edit(func(st *ledger.State) {
		if len(names) == 0 {
			st.Loop.Paused = paused
		}
		for _, name := range names {
			row := st.Agent(name)
			row.Paused = paused
			st.Agents[name] = row
		}
	})
}

func (s *scene) restart(name string) {
	s.shelf.edit(func(st *ledger.State) {
		row := st.Agent(name)
		row.Restart, row.RestartAt = "the operator asked for it", time.Time{}
		st.Agents[name] = row
	})
}

func (s *scene) say(name, text string) {
	s.shelf.edit(func(st *ledger.State) {
		id := fmt.Sprint("m", s.ledgers, "-", len(s.shelf.Items))
		st.PutItem(ledger.Item{ID: id, Agent: name, Kind: delivery.Message, Text: text, State: handoff.Open, CreatedAt: s.now})
	})
}

func (s *scene) setPhase(id string) {
	s.shelf.edit(func(st *ledger.State) {
		next, err := phases.Set(s.cfg.Phases.Sequence, st.Loop.Phase, id)
		if err != nil {
			panic(err)
		}
		st.Loop.Phase = next
	})
}

func (s *scene) claim(gate string) {
	s.claims[gate] = s.origin.Push("claim("+gate+"): it works", handoff.Trailers{}, nil)
}

func (s *scene) review(gate, verdict string) {
	s.origin.Push("review("+gate+"): looked", handoff.Trailers{Verdict: verdict, Reviewed: s.claims[gate]}, nil)
}

// file changes a file of the docs folder; without content it is deleted.
func (s *scene) file(name, content string) {
	s.origin.Push("work", handoff.Trailers{}, map[string]string{s.cfg.Handoff.Docs + "/" + name: content})
}

func (s *scene) late(name string, n int) {
	row := s.shelf.Agents[name]
	generation := row.Generation
	if n > 0 {
		generation = generationID(s.shelf.Loop.Epoch, name, n)
	}
	x := s.shelf.Sessions[generation]
	s.run(x.Name, name, generation, Owner(s.cfg.Path, name), x.Phase)
}

// waits prints until when the agent waits, from now.
func (s *scene) waits(name string, d time.Duration) {
	s.program(name).obs.Output = s.now
	s.tails[name] = []string{"WAITING-UNTIL: " + s.now.Add(d).Format(time.RFC3339)}
}
