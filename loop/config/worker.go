package config

import (
	"cmp"
	"slices"
	"time"

	"pawl/loop/adapter"
)

// KindRun is the kind of an agent that no file has: a worker that was asked for.
const KindRun = "run"

// What a worker's program may use. An adapter says how its program is held to it.
const (
	AllowRead = "read" // read files
	AllowWeb  = "web"  // read files and the web
	AllowRun  = "run"  // read files and run commands, without changing files
	AllowAll  = "all"  // everything
)

// Workers is what workers are made of. What the file does not say comes from
// defaults.
type Workers struct {
	Adapter     string        `yaml:"adapter"`
	Model       string        `yaml:"model"`
	Account     string        `yaml:"account"` // "": the adapter's name
	Env         []EnvVar      `yaml:"env"`     // in file order, those of defaults first
	Wrap        []string      `yaml:"wrap"`
	TurnTimeout time.Duration `yaml:"turn_timeout"`
	Parallel    int           `yaml:"parallel" min:"1"` // more wait for their turn
}

// WorkerType is what a worker is for.
type WorkerType struct {
	Name    string `yaml:",key"`
	Role    string `yaml:"role"`                          // what it is told about its part, before its task
	Allow   string `yaml:"allow" enum:"read,web,run,all"` // default: all
	Adapter string `yaml:"adapter"`                       // default: that of defaults
	Model   string `yaml:"model"`                         // default: that of defaults
}

func (t *WorkerType) setDefaults() { t.Allow = AllowAll }

// builtinTypes are the types that are there without a word in the file.
var builtinTypes = []WorkerType{
	{Name: "general", Allow: AllowAll, Role: "You are a worker. Do the task below and nothing beside it."},
	{Name: "explore", Allow: AllowRead, Role: "You are a worker that explores. Read what the task asks about, change nothing, and answer with what is so: files with line numbers, and what you are not sure of."},
	{Name: "researcher", Allow: AllowWeb, Role: "You are a worker that looks things up. Read files and the web, change nothing, and answer with facts and where each of them is from."},
	{Name: "coder", Allow: AllowAll, Role: "You are a worker that writes code. Do the task below, run what proves it, and commit what you have done in commits that each make sense. Say in the end what you did, how you know that it works, and what is left."},
	{Name: "verifier", Allow: AllowRun, Role: "You are a worker that checks what others did. Believe nothing that you have not seen: run it, try to break it, and change no file. Answer with what you ran, what you saw, and a verdict."},
}

// inheritWorkers adds the built-in types and prices, and fills in what workers take
// from defaults.
func (c *checker) inheritWorkers() {
	for _, t := range slices.Backward(builtinTypes) {
		if _, own := c.Type(t.Name); !own {
			c.Types = slices.Insert(c.Types, 0, t)
		}
	}
	c.Prices = append(c.Prices, builtinPrices...)
	w, d := &c.Workers, c.doc.Defaults
	inheritWorker(c, "adapter", &w.Adapter, d.Adapter)
	inheritWorker(c, "model", &w.Model, d.Model)
	inheritWorker(c, "account", &w.Account, d.Account)
	inheritWorker(c, "wrap", &w.Wrap, d.Wrap)
	inheritWorker(c, "turn_timeout", &w.TurnTimeout, d.TurnTimeout)
	w.Env, w.Wrap = withShared(d.Env, w.Env), slices.Clone(w.Wrap)
}

func inheritWorker[T any](c *checker, key string, own *T, shared T) {
	if c.has(atDefaults.key(key)) && !c.has(atWorkers.key(key)) {
		*own = shared
	}
}

// Type returns the type of that name.
func (c *Config) Type(name string) (WorkerType, bool) {
	for _, t := range c.Types {
		if t.Name == name {
			return t, true
		}
	}
	return WorkerType{}, false
}

// Means are the adapter and the model of a worker of a type, where what was asked for
// leaves them open.
func (c *Config) Means(t WorkerType, adapter, model string) (string, string) {
	adapter = cmp.Or(adapter, t.Adapter, c.Workers.Adapter)
	if model = cmp.Or(model, t.Model); model == "" && adapter == c.Workers.Adapter {
		model = c.Workers.Model
	}
	return adapter, model
}

// TypeNames are the names of all types.
func (c *Config) TypeNames() []string {
	names := make([]string, len(c.Types))
	for i, t := range c.Types {
		names[i] = t.Name
	}
	return names
}

// Worker is what one worker was asked for.
type Worker struct {
	ID      string
	Task    string
	Part    string // what its type is for
	Allow   string // what its program may use; "" is everything
	Adapter string
	Model   string // "" is the program's own
	Dir     string // absolute
	Parent  string // the agent or worker that is told of its end; "" nobody
	Type    string
	Judges  string // the agent whose work it is asked about by a watcher; "" it is no judge
}

// WorkerAgent is the agent that a worker is.
func (c *Config) WorkerAgent(w Worker) Agent {
	return Agent{
		Name: w.ID, Kind: KindRun, Dir: w.Dir, Adapter: w.Adapter, Model: w.Model, Mode: adapter.ModeTurns,
		Launcher: "process", Session: sessionName("", c.Project, "run-"+w.ID), Account: cmp.Or(c.Workers.Account, w.Adapter),
		Watch: WatchHeal, Enabled: true, Resume: true, Env: c.Workers.Env, Wrap: c.Workers.Wrap, TurnTimeout: c.Workers.TurnTimeout,
		Worker: &w,
	}
}

// WithWorkers is c with workers among its agents, after those of the file. A name that
// the file has is the file's.
func (c *Config) WithWorkers(workers []Worker) *Config {
	if len(workers) == 0 {
		return c
	}
	all := *c
	all.Agents = slices.Clone(c.Agents)
	for _, w := range workers {
		if !slices.Contains(c.Names(), w.ID) {
			all.Agents = append(all.Agents, c.WorkerAgent(w))
		}
	}
	return &all
}
