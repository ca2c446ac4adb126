package config

import (
	"slices"
	"strings"
)

const atWatchers pointer = "/watchers"

// watcherKeys are the keys that mean something beside watch, agents, do, text and
// enabled, by what is watched. Of some, those that must be there stand first.
var watcherKeys = map[string]struct{ must, may []string }{
	WatchBudget:     {nil, []string{"per", "tokens", "cost", "turns", "minutes"}},
	WatchProgress:   {nil, []string{"turns", "minutes"}},
	WatchRepeat:     {[]string{"times"}, []string{"of"}},
	WatchScope:      {[]string{"paths"}, nil},
	WatchPattern:    {[]string{"match"}, []string{"in"}},
	WatchDelegation: {nil, []string{"times"}},
	WatchLLM:        {[]string{"judge"}, []string{"turns"}},
}

// ownKeys are all keys that not every watcher has.
var ownKeys = []string{"per", "tokens", "cost", "turns", "minutes", "of", "times", "paths", "match", "in", "judge"}

// checkWatchers checks the rules that follow what agents do.
func (c *checker) checkWatchers() {
	for _, name := range sortedKeys(c.Watchers) {
		at := atWatchers.key(name)
		if !c.names(at) {
			continue // a built-in one
		}
		c.checkName(at, "a watcher", name)
		w := c.Watchers[name]
		keys, known := watcherKeys[w.Watch]
		switch {
		case !known && !c.has(at.key("watch")):
			c.badKey(at, KindMissing, "add watch: budget, progress, repeat, scope, pattern, delegation or llm", "watcher %s does not say what it watches", quote(name))
			continue
		case !known:
			continue // what is there is no such word, and was reported
		}
		c.checkWatcherKeys(at, w, keys.must, keys.may)
		c.checkWatcherValues(at, w)
	}
}

func (c *checker) checkWatcherKeys(at pointer, w Watcher, must, may []string) {
	for _, key := range ownKeys {
		if c.has(at.key(key)) && !slices.Contains(must, key) && !slices.Contains(may, key) {
			hint := "remove it"
			if all := slices.Concat(must, may); len(all) > 0 {
				hint += "; it has " + strings.Join(all, ", ")
			}
			c.badKey(at.key(key), KindConflict, hint, "a watcher of %s has no %s", w.Watch, quote(key))
		}
	}
	builtin := builtinWatchers()[w.Name]
	for _, key := range must {
		if !c.has(at.key(key)) && builtin.Watch != w.Watch {
			c.badKey(at, KindMissing, "add "+key, "watcher %s of %s has no %s", quote(w.Name), w.Watch, quote(key))
		}
	}
	if w.Watch == WatchBudget && w.Tokens == 0 && w.Cost == 0 && w.Turns == 0 && w.Minutes == 0 {
		c.badKey(at, KindMissing, "add tokens, cost, turns or minutes", "budget %s has no bound", quote(w.Name))
	}
	if w.Watch == WatchProgress && w.Turns == 0 && w.Minutes == 0 {
		c.badKey(at, KindMissing, "add turns or minutes", "watcher %s does not say after how long", quote(w.Name))
	}
	if nudges := w.Do == DoNudge || w.Watch == WatchLLM; c.has(at.key("text")) && !nudges {
		c.badKey(at.key("text"), KindConflict, "add do: nudge, or remove the text", "watcher %s tells nobody anything", quote(w.Name))
	}
}

func (c *checker) checkWatcherValues(at pointer, w Watcher) {
	if text := at.key("text"); c.has(text) && c.wasRead(text) && (blank(w.Text) || len(w.Text) > MaxNudge) {
		c.bad(text, KindValue, "write a sentence or two", "the text must say something, in at most %d bytes", MaxNudge)
	}
	what, known := "type of worker", append([]string{AllWorkers}, c.TypeNames()...)
	if w.Per != PerRun { // agents have no run
		what, known = "agent, role or type of worker", slices.Concat(known, c.agentNames(), c.roles())
	}
	for i, name := range w.Agents {
		c.reference(at.key("agents").index(i), what, name, known)
	}
	if c.has(at.key("agents")) && c.wasRead(at.key("agents")) && len(w.Agents) == 0 {
		c.bad(at.key("agents"), KindMissing, "name some, or remove the line to watch all", "the list is empty")
	}
	if judge := at.key("judge"); c.has(judge) && c.wasRead(judge) {
		if c.reference(judge, "type of worker", w.Judge, c.TypeNames()) {
			c.checkJudge(judge, w)
		}
	}
	if paths := at.key("paths"); c.has(paths) && c.wasRead(paths) && len(w.Paths) == 0 {
		c.bad(paths, KindMissing, "name what may be changed, as src/**", "the list is empty")
	}
	for i, pattern := range w.Paths {
		if hint := patternHint(pattern); hint != "" {
			c.bad(at.key("paths").index(i), KindValue, hint, "%s is not a pattern of paths", quote(pattern))
		}
	}
}

// checkJudge wants a judge that can be run at all.
func (c *checker) checkJudge(at pointer, w Watcher) {
	t, _ := c.Type(w.Judge)
	name, _ := c.Means(t, "", "")
	if what, hint := c.Adapters[name].Turns.Lacks(); what != "" {
		c.bad(at, KindReference, "add adapters: {"+name+": "+hint+"}, or give the type another adapter", "a worker of type %s cannot be run: %s", quote(t.Name), what)
	}
}

// MaxNudge bounds what a watcher nudges an agent with, in bytes: it is typed as one line.
const MaxNudge = 600

// doubtWatchers looks for watchers of agents that they cannot see.
func (c *checker) doubtWatchers() {
	for _, name := range sortedKeys(c.Watchers) {
		w := c.Watchers[name]
		for i, agent := range w.Agents {
			a, known := c.Agent(agent)
			if known && w.Enabled && w.ByTurns() && !a.Turns() {
				c.doubt(atWatchers.key(name, "agents").index(i), "add mode: turns to "+agent,
					"watcher %s sees only what is done in turns, and %s runs in a session", quote(name), quote(agent))
			}
		}
	}
}
