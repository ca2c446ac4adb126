package trial

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/loop/atomicfile"
	"pawl/loop/sim/actor"
	"pawl/loop/sim/origin"
	"pawl/loop/sim/tui"
)

// Subjects and paths of what the simulation pushes.
const (
	letterPrefix  = "letter-"
	letterSubject = "a letter, "
)

// stage is one loop's folder: origin, clones, pawl.yaml, records.
type stage struct {
	dir      string
	kind     origin.Kind
	plan     Plan
	here     Here
	pawl     string // the program
	logger   *slog.Logger
	settling time.Duration // how long what is open after the last fault is waited for
	origin   *origin.Origin
}

func (s *stage) config() string  { return filepath.Join(s.dir, "loop", "pawl.yaml") }
func (s *stage) record() string  { return filepath.Join(s.dir, "record") }
func (s *stage) disk() string    { return filepath.Join(s.dir, "disk") }
func (s *stage) state() string   { return filepath.Join(s.dir, "disk", "state") }
func (s *stage) socket() string  { return filepath.Join(s.dir, "tmux") }
func (s *stage) clock() string   { return filepath.Join(s.dir, "clock") }
func (s *stage) log() string     { return filepath.Join(s.dir, "coordinator.log") }
func (s *stage) project() string { return "sim-" + string(s.kind) }

func (s *stage) clone(agent string) string { return filepath.Join(s.dir, "clones", agent) }

// screenRecord and control are the files of an agent that draws a screen.
func (s *stage) screenRecord(agent string) string {
	return filepath.Join(s.dir, "screens", agent+".record")
}
func (s *stage) control(agent string) string {
	return filepath.Join(s.dir, "screens", agent+".control")
}

// env is the environment of everything that the simulation starts: what the
// person's own git and pawl go by stays out.
func (s *stage) env() []string {
	var out []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "GIT_") && !strings.HasPrefix(pair, "PAWL_") {
			out = append(out, pair)
		}
	}
	return append(out, s.origin.Env()...)
}

// agents are the loop's agents in the order of its pawl.yaml.
func (s *stage) agents() []string {
	var out []string
	for pair := 1; pair <= s.plan.Pairs; pair++ {
		out = append(out, builder(pair), adversary(pair))
	}
	return append(out, auditor)
}

// screens are those agents that draw a screen: one of each pair.
func (s *stage) screens() []string {
	var out []string
	for pair := 1; s.here.Tmux == "" && pair <= s.plan.Pairs; pair++ {
		if pair%2 == 1 {
			out = append(out, adversary(pair))
		} else {
			out = append(out, builder(pair))
		}
	}
	return out
}

// turners are those agents that run in turns: the others of the first two of four
// pairs. The rest reads lines.
func (s *stage) turners() []string {
	var out []string
	for pair := 1; pair <= s.plan.Pairs; pair++ {
		switch pair % 4 {
		case 1:
			out = append(out, builder(pair))
		case 2:
			out = append(out, adversary(pair))
		}
	}
	return out
}

// build makes folders, clones and pawl.yaml. Origin runs by then.
func (s *stage) build(ctx context.Context) error {
	for _, dir := range []string{"loop", "record", "screens", "clones", "disk"} {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o700); err != nil {
			return err
		}
	}
	for _, agent := range append(s.agents(), "hand") {
		if err := s.makeClone(ctx, agent); err != nil {
			return err
		}
	}
	turn := "#!/bin/sh\nexec " + shellQuote(s.pawl) + " " + actor.Word + " turn\n"
	if err := os.WriteFile(filepath.Join(s.dir, "turn.sh"), []byte(turn), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(s.config(), []byte(s.yaml()))
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (s *stage) makeClone(ctx context.Context, agent string) error {
	dir := s.clone(agent)
	for _, args := range [][]string{
		{"clone", "-q", s.origin.URL(), dir},
		{"-C", dir, "config", "user.name", agent},
		{"-C", dir, "config", "user.email", agent + "@sim.invalid"},
	} {
		if err := s.git(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) yaml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: %s\nstate_dir: %q\n", s.project(), s.state())
	fmt.Fprintf(&b, "origin: {url: %q, branch: %s, poll: 300ms}\n", s.origin.URL(), actor.Branch)
	b.WriteString("supervise:\n  interval: 300ms\n  backoff: {initial: 200ms, max: 1s, reset_after: 2s}\n" +
		"  park: {restarts: 10000, within: 30m}\n  limit: {probe: 2s, slack: 300ms, max_wait: 1h}\n")
	s.yamlRules(&b)
	s.yamlPhases(&b)
	// Agents that mend and review within moments use up the turns of a day in an hour.
	b.WriteString("workers: {adapter: once, parallel: 4}\nwatchers: {agent-budget: {enabled: false}}\n")
	fmt.Fprintf(&b, "launchers:\n  tmux: {type: tmux, socket: %q}\n", s.socket())
	s.yamlAdapters(&b)
	fmt.Fprintf(&b, "defaults:\n  adapter: script\n  launcher: process\n  env: {%s: %q}\nagents:\n", actor.EnvRecord, s.record())
	screens, turners := s.screens(), s.turners()
	for _, agent := range s.agents() {
		role, kind := strings.TrimRight(agent, "-0123456789"), "loop"
		if agent == auditor {
			kind = "persistent"
		}
		fmt.Fprintf(&b, "  %s: {kind: %s, role: %s, dir: %q", agent, kind, role, s.clone(agent))
		switch {
		case slices.Contains(screens, agent):
			b.WriteString(", adapter: fake, launcher: tmux")
		case slices.Contains(turners, agent):
			b.WriteString(", adapter: once")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// yamlRules gives each pair signals and letters of its own, and the auditor all
// signals. Only an adversary owes an answer: what it was told of and did not answer
// before its session ended is told to the next one.
func (s *stage) yamlRules(b *strings.Builder) {
	b.WriteString("handoff:\n  lookback: 5000\n  signals:\n")
	for pair := 1; pair <= s.plan.Pairs; pair++ {
		fmt.Fprintf(b, "    claim-%[1]d: {subject: '^claim\\(p%[1]d/', wakes: [%[2]s], answered_by: review-%[1]d}\n", pair, adversary(pair))
		fmt.Fprintf(b, "    review-%[1]d: {subject: '^review\\(p%[1]d/', wakes: [%[2]s]}\n", pair, builder(pair))
	}
	fmt.Fprintf(b, "    heard-claim: {subject: '^claim\\b', wakes: [%[1]s]}\n    heard-review: {subject: '^review\\b', wakes: [%[1]s]}\n  inboxes:\n", auditor)
	for _, p := range s.plan.Pushes {
		if p.Kind == actor.Letter {
			fmt.Fprintf(b, "    %s: %s\n", letterPath(p), builder(p.Pair))
		}
	}
}

func letterPath(p Push) string { return fmt.Sprintf("%s%d-%d.md", letterPrefix, p.Pair, p.Number) }

func (s *stage) yamlPhases(b *strings.Builder) {
	b.WriteString("phases:\n  sequence:\n")
	for i := 1; i <= s.plan.Phases; i++ {
		fmt.Fprintf(b, "    - {id: phase-%[1]d, plan: plans/%[1]d.md, status: STATUS-%[1]d.md}\n", i)
	}
}

func (s *stage) yamlAdapters(b *strings.Builder) {
	fmt.Fprintf(b, "adapters:\n  script: {command: [%q, %s, listen]}\n", s.pawl, actor.Word)
	fmt.Fprintf(b, "  once: {mode: turns, turns: {command: [%q, %s, once], %s}}\n", s.pawl, actor.Word, actor.Rules)
	command := []string{s.pawl, actor.Word, "screen", "--work", "200ms", "--turn", filepath.Join(s.dir, "turn.sh"),
		"--record", s.screenRecord("{{.Agent}}"), "--control", s.control("{{.Agent}}")}
	b.WriteString(tui.YAML(command))
}
