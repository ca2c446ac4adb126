package config

import (
	"time"

	"pawl/loop/adapter"
	"pawl/loop/schedule"
)

// Kinds of agent.
const (
	KindLoop       = "loop"       // bound to the phases
	KindPersistent = "persistent" // the default
	KindTask       = "task"       // runs once
)

// defaultAdapter is that of agents and workers where the file names none.
const defaultAdapter = "claude"

// defaultTurnTimeout is how long a turn may take where the file does not say.
const defaultTurnTimeout = 30 * time.Minute

// What is watched in an agent's session.
const (
	WatchNone      = "none"
	WatchHeal      = "heal"
	WatchHealStall = "heal+stall" // the default
)

// What becomes of slots that were missed.
const (
	CatchUpOnce = "once" // the default
	CatchUpSkip = "skip"
)

// Agent is one configured worker. What the file does not say comes from
// defaults, then from setDefaults.
type Agent struct {
	Name       string   `yaml:",key"`
	Kind       string   `yaml:"kind" enum:"loop,persistent,task"`
	Role       string   `yaml:"role"` // a loop agent's is its name where the file has none
	Dir        string   `yaml:"dir"`  // absolute; default: the file's folder
	Model      string   `yaml:"model"`
	Adapter    string   `yaml:"adapter"`
	Mode       string   `yaml:"mode" enum:"session,turns"` // default: the adapter's
	Launcher   string   `yaml:"launcher"`                  // "": chosen at run time
	Session    string   `yaml:"session"`                   // sanitised; default: <project>-<name>
	Account    string   `yaml:"account"`                   // default: the adapter's name
	Prompt     string   `yaml:"prompt"`
	PromptFile string   `yaml:"prompt_file"` // absolute, or ""
	Watch      string   `yaml:"watch" enum:"none,heal,heal+stall"`
	Enabled    bool     `yaml:"enabled"` // false: `up` without names does not start it
	Resume     bool     `yaml:"resume"`  // default: only in turns
	Env        []EnvVar `yaml:"env"`     // in file order, those of defaults first
	Wrap       []string `yaml:"wrap"`    // argv before the command
	Wakes      []Wake   `yaml:"wakes"`

	TurnTimeout time.Duration `yaml:"turn_timeout"` // of one turn, where it is run in turns

	Worker *Worker `yaml:"-"` // nil for an agent of the file
}

// Turns says that the agent's program is run anew for each thing that it is told.
func (a Agent) Turns() bool { return a.Mode == adapter.ModeTurns }

func (a *Agent) setDefaults() {
	a.Kind, a.Adapter, a.Watch, a.Enabled = KindPersistent, defaultAdapter, WatchHealStall, true
	a.TurnTimeout = defaultTurnTimeout
}

// Defaults are the keys that all agents can share. Launcher is the services' too.
type Defaults struct {
	Kind     string   `yaml:"kind" enum:"loop,persistent,task"`
	Dir      string   `yaml:"dir"`
	Model    string   `yaml:"model"`
	Adapter  string   `yaml:"adapter"`
	Mode     string   `yaml:"mode" enum:"session,turns"`
	Launcher string   `yaml:"launcher"`
	Account  string   `yaml:"account"`
	Watch    string   `yaml:"watch" enum:"none,heal,heal+stall"`
	Enabled  bool     `yaml:"enabled"`
	Resume   bool     `yaml:"resume"`
	Env      []EnvVar `yaml:"env"`
	Wrap     []string `yaml:"wrap"`

	TurnTimeout time.Duration `yaml:"turn_timeout"`
}

// EnvVar is one variable of a session. ${NAME} in Value stands for a variable of
// the caller's environment; expanding it is left to who starts the session.
type EnvVar struct {
	Name  string `yaml:",key"`
	Value string `yaml:",value"`
}

// Wake is one schedule of an agent.
type Wake struct {
	Cron       string        `yaml:"cron" required:"true"` // five fields or a descriptor, as @daily
	TZ         string        `yaml:"tz"`                   // "" is the machine's
	Prompt     string        `yaml:"prompt"`
	PromptFile string        `yaml:"prompt_file"` // absolute, or ""
	CatchUp    string        `yaml:"catch_up" enum:"once,skip"`
	Jitter     time.Duration `yaml:"jitter" min:"0s"`

	Schedule schedule.Schedule `yaml:"-"` // Cron in TZ
}

func (w *Wake) setDefaults() { w.CatchUp = CatchUpOnce }

// Service is a program that is supervised like an agent without wakes.
type Service struct {
	Name     string   `yaml:",key"`
	Command  []string `yaml:"command" required:"true"`
	Dir      string   `yaml:"dir"`      // absolute; default: the file's folder
	Session  string   `yaml:"session"`  // as an agent's
	Launcher string   `yaml:"launcher"` // as an agent's
	Env      []EnvVar `yaml:"env"`
}

// Agent returns the agent of that name.
func (c *Config) Agent(name string) (Agent, bool) {
	for _, a := range c.Agents {
		if a.Name == name {
			return a, true
		}
	}
	return Agent{}, false
}

// Readers resolves what a signal wakes or who reads an inbox: the agent of that
// name, enabled or not, else the enabled agents of that role, in file order.
func (c *Config) Readers(nameOrRole string) []string {
	if _, ok := c.Agent(nameOrRole); ok {
		return []string{nameOrRole}
	}
	var names []string
	for _, a := range c.Agents {
		if a.Enabled && a.Role == nameOrRole {
			names = append(names, a.Name)
		}
	}
	return names
}

// Names returns the agents, then the services, each in file order.
func (c *Config) Names() []string {
	names := make([]string, 0, len(c.Agents)+len(c.Services))
	for _, a := range c.Agents {
		names = append(names, a.Name)
	}
	for _, s := range c.Services {
		names = append(names, s.Name)
	}
	return names
}
