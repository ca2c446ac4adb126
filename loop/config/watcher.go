package config

import (
	"regexp"
	"slices"
)

// What a watcher looks at.
const (
	WatchBudget     = "budget"     // what turns cost
	WatchProgress   = "progress"   // turns, or minutes of them, after which the files are as they were
	WatchRepeat     = "repeat"     // the same command, the same files or the same gate again and again
	WatchScope      = "scope"      // files that are changed outside of some
	WatchPattern    = "pattern"    // what commands and texts say
	WatchDelegation = "delegation" // files that somebody changes who should have others change them
	WatchLLM        = "llm"        // whatever another model makes of it
)

// What a watcher does.
const (
	DoNudge  = "nudge"  // the agent is told something
	DoPause  = "pause"  // the agent is told and started nothing more until `pawl resume`
	DoStop   = "stop"   // its session ends
	DoNotify = "notify" // an event, and whoever is notified of those
)

// Whose turns a budget adds up.
const (
	PerRun     = "run"     // a worker's, since it was spawned
	PerAgent   = "agent"   // an agent's, in 24 hours
	PerAccount = "account" // those of all who share an account, in 24 hours
	PerDay     = "day"     // all, in 24 hours
)

// What is repeated.
const (
	OfCommand = "command" // since files were changed the last time
	OfTree    = "tree"    // the files of an agent's folder, as they are after its turns
	OfGate    = "gate"    // a gate that is claimed without a passing review
)

// Where a pattern is searched.
const (
	InCommand = "command"
	InText    = "text"
	InAny     = "any"
)

// AllWorkers stands for all workers where agents are named.
const AllWorkers = "workers"

// Watcher is a rule that follows what agents do, and acts. Numbers that are 0 do not
// matter.
type Watcher struct {
	Name    string         `yaml:"-"`
	Watch   string         `yaml:"watch" enum:"budget,progress,repeat,scope,pattern,delegation,llm"`
	Agents  []string       `yaml:"agents"` // agents, roles, types of worker, or AllWorkers; none: all
	Do      string         `yaml:"do" enum:"nudge,pause,stop,notify"`
	Text    string         `yaml:"text"` // what an agent is nudged with; of llm the question
	Enabled bool           `yaml:"enabled"`
	Per     string         `yaml:"per" enum:"run,agent,account,day"`
	Tokens  int            `yaml:"tokens" min:"1"`
	Cost    float64        `yaml:"cost" min:"0"` // in US dollars
	Turns   int            `yaml:"turns" min:"1"`
	Minutes int            `yaml:"minutes" min:"1"` // that turns took
	Of      string         `yaml:"of" enum:"command,tree,gate"`
	Times   int            `yaml:"times" min:"1"`
	Paths   []string       `yaml:"paths"` // patterns as those of protect, from the agent's folder
	Match   *regexp.Regexp `yaml:"match"`
	In      string         `yaml:"in" enum:"command,text,any"`
	Judge   string         `yaml:"judge"` // a type of worker
}

// builtinWatchers are those that are there without a word in the file.
func builtinWatchers() map[string]Watcher {
	return map[string]Watcher{
		"worker-budget": {Watch: WatchBudget, Agents: []string{AllWorkers}, Do: DoStop, Enabled: true, Per: PerRun, Tokens: 100_000_000, Turns: 100, Minutes: 600},
		"agent-budget":  {Watch: WatchBudget, Do: DoPause, Enabled: true, Per: PerAgent, Tokens: 1_000_000_000, Turns: 2000},
		"ping-pong":     {Watch: WatchRepeat, Do: DoPause, Enabled: true, Of: OfGate, Times: 12},
	}
}

// inheritWatchers fills in what follows from a watcher's name and from what it watches.
func (c *checker) inheritWatchers() {
	for name, w := range c.Watchers {
		at := atWatchers.key(name)
		_, builtin := builtinWatchers()[name]
		w.Name = name
		if !builtin && !c.has(at.key("enabled")) {
			w.Enabled = true
		}
		switch w.Watch {
		case WatchBudget:
			fill(&w.Per, PerAgent)
		case WatchRepeat:
			fill(&w.Of, OfCommand)
		case WatchPattern:
			fill(&w.In, InAny)
		case WatchLLM:
			fill(&w.Do, DoNudge)
		}
		if fill(&w.Do, DoNotify); w.Turns == 0 && w.Watch == WatchLLM {
			w.Turns = 1
		}
		if w.Times == 0 && w.Watch == WatchDelegation {
			w.Times = 1
		}
		c.Watchers[name] = w
	}
}

func fill(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

// Follows says that a watcher is about an agent. Who judges is not judged.
func (w Watcher) Follows(a Agent) bool {
	if !w.Enabled || a.Worker != nil && a.Worker.Judges != "" && w.Watch == WatchLLM {
		return false
	}
	return (w.Per != PerRun || a.Worker != nil) && (len(w.Agents) == 0 || w.names(a))
}

func (w Watcher) names(a Agent) bool {
	return slices.ContainsFunc(w.Agents, func(name string) bool {
		if a.Worker != nil {
			return name == AllWorkers || name == a.Worker.Type
		}
		return name == a.Name || name == a.Role
	})
}

// ByTurns says that a watcher sees only agents that run in turns.
func (w Watcher) ByTurns() bool { return w.Watch != WatchRepeat || w.Of != OfGate }

// ByTree says that a watcher goes by the files that turns leave.
func (w Watcher) ByTree() bool {
	return w.Watch == WatchProgress || w.Watch == WatchRepeat && w.Of == OfTree
}

// BySteps says that a watcher looks at what is done within turns.
func (w Watcher) BySteps() bool {
	switch w.Watch {
	case WatchScope, WatchPattern, WatchDelegation:
		return true
	}
	return w.Watch == WatchRepeat && w.Of == OfCommand
}
