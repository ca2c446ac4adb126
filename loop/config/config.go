// Package config turns pawl.yaml into a Config. Every fault of the file is
// reported at once, each with its line and column; see Errors.
//
// The structs below are the schema: the decoder reads their tags. `yaml` names
// the key ("-": not in the file, ",key" and ",value": the two halves of a map's
// entry, ",inline": the keys of an embedded struct; without it the key is the
// field's name in lower case), `enum` lists the words that are allowed, `min`
// and `max` bound a number or a duration (which must be positive without `min`),
// and `required` says that the key must be there.
package config

import (
	"regexp"
	"slices"
	"time"

	"pawl/loop/adapter"
	"pawl/phases"
)

// Name is the file that Find looks for.
const Name = "pawl.yaml"

// Config is a pawl.yaml that was read and found without fault.
type Config struct {
	Path      string                     `yaml:"-"` // of the file, absolute
	Dir       string                     `yaml:"-"` // its folder; what relative paths in the file start from
	Project   string                     `yaml:"project"`
	StateDir  string                     `yaml:"state_dir"` // absolute
	Origin    Origin                     `yaml:"origin"`
	Handoff   Handoff                    `yaml:"handoff"`
	Phases    Phases                     `yaml:"phases"`
	Prompts   Prompts                    `yaml:"prompts"`
	Agents    []Agent                    `yaml:"agents"`   // in file order
	Services  []Service                  `yaml:"services"` // in file order
	Launchers map[string]Launcher        `yaml:"launchers"`
	Adapters  map[string]adapter.Profile `yaml:"adapters"` // the built-in ones, overridden key by key, and the file's own
	Supervise Supervise                  `yaml:"supervise"`
	Notify    []Notify                   `yaml:"notify"`
	Workers   Workers                    `yaml:"workers"`
	Types     []WorkerType               `yaml:"types"`    // the built-in ones, then the file's; the file's win
	Contract  []string                   `yaml:"contract"` // files that every worker reads first, absolute
	Prices    []Price                    `yaml:"prices"`   // the file's, then the built-in ones: the first that fits counts
	Watchers  map[string]Watcher         `yaml:"watchers"` // the built-in ones, overridden key by key, and the file's own
	Protect   []Protect                  `yaml:"protect"`  // in file order
	Signers   string                     `yaml:"signers"`  // an allowed-signers file, absolute; "" where signatures do not matter
}

// Origin is the repository that is watched. URL and Branch are "" where the file
// leaves them to be discovered; a URL that is a path is absolute.
type Origin struct {
	URL    string        `yaml:"url"`
	Remote string        `yaml:"remote"`
	Branch string        `yaml:"branch"`
	Poll   time.Duration `yaml:"poll" min:"50ms"`

	Webhook Webhook `yaml:"webhook"`
}

// Webhook is where forges may say that origin has moved. Without Listen there
// is none.
type Webhook struct {
	Listen    string `yaml:"listen"`     // host:port; a loopback address where there is no secret
	SecretEnv string `yaml:"secret_env"` // the variable with the secret that is shared with the forge
}

// The two ways in which a DONE is believed.
const (
	GateMarker  = "marker"  // the marker is enough
	GateVerdict = "verdict" // it needs passing verdicts
)

// Handoff says which commits and files wake whom. Signals or inboxes that the
// file has replace the default ones as a whole.
type Handoff struct {
	Docs        string        `yaml:"docs"` // slash-separated, "" is the root
	Signals     []Signal      `yaml:"signals"`
	Inboxes     []Inbox       `yaml:"inboxes"`
	Lookback    int           `yaml:"lookback" min:"1"` // commits
	RemindAfter time.Duration `yaml:"remind_after"`
	GiveUpAfter int           `yaml:"give_up_after" min:"1"` // reminders
}

// Signal is a rule for commit subjects. A default rule can wake a name that no
// agent has; Readers is then empty.
type Signal struct {
	Name       string         `yaml:",key"`
	Subject    *regexp.Regexp `yaml:"subject" required:"true"` // ignores case
	Wakes      []string       `yaml:"wakes" required:"true"`   // agents or roles
	AnsweredBy string         `yaml:"answered_by"`             // the name of a rule; "": answered when taken
}

// Inbox is a watched file of Docs, or of the root, and who reads it.
type Inbox struct {
	File   string `yaml:",key"`   // slash-separated, without "./"
	Reader string `yaml:",value"` // an agent or a role
}

// Phases is the sequence of work. Plan and Status of each are slash-separated
// and without "./".
type Phases struct {
	DoneMarker  string         `yaml:"done_marker"`
	Gate        string         `yaml:"gate" enum:"marker,verdict"`
	AutoAdvance bool           `yaml:"auto_advance"`
	Sequence    []phases.Phase `yaml:"sequence"`
	OnComplete  string         `yaml:"on_complete"` // a task agent; "" is none
	Kickoff     string         `yaml:"kickoff"`     // absolute; the file may be missing
}

// Prompts says where role prompts are.
type Prompts struct {
	Roles string `yaml:"roles"` // folder of <role>.md, absolute; it may be missing
}

// Launcher is one entry of launchers. Type is tmux, process, ssh, or what stands in
// the name of an external program pawl-launcher-<type>.
type Launcher struct {
	Name    string            `yaml:"-"`
	Type    string            `yaml:"type"`    // default: the entry's name
	Socket  string            `yaml:"socket"`  // tmux and ssh: the server's name, or the path of its socket
	Host    string            `yaml:"host"`    // ssh: as ssh takes it, user@host or a name of ssh_config
	Program string            `yaml:"program"` // ssh: pawl on the other host; "": found by its PATH
	Options map[string]string `yaml:"options"` // handed to an external program; ssh: options as in ssh_config
}

// Supervise holds the times of supervision.
type Supervise struct {
	Interval   time.Duration `yaml:"interval"`
	Backoff    Backoff       `yaml:"backoff"`
	Park       Park          `yaml:"park"`
	StallAfter time.Duration `yaml:"stall_after"`
	StallGrace time.Duration `yaml:"stall_grace" min:"0s"`
	Limit      Limit         `yaml:"limit"`
}

// Backoff is the wait between restarts: Initial, doubling up to Max, each off
// by at most the fraction Jitter, and forgotten after ResetAfter of health.
type Backoff struct {
	Initial    time.Duration `yaml:"initial"`
	Max        time.Duration `yaml:"max"`
	Jitter     float64       `yaml:"jitter" min:"0" max:"1"`
	ResetAfter time.Duration `yaml:"reset_after"`
}

// Park says how many restarts within a time are too many.
type Park struct {
	Restarts int           `yaml:"restarts" min:"1"`
	Within   time.Duration `yaml:"within"`
}

// Limit says how a usage limit is waited for.
type Limit struct {
	Probe   time.Duration `yaml:"probe"`
	Slack   time.Duration `yaml:"slack" min:"0s"` // added to the reset time
	MaxWait time.Duration `yaml:"max_wait"`       // a reset farther away is not believed
}

// Notify says who is told of which events; Run, URL or both are set.
type Notify struct {
	On        []string `yaml:"on" required:"true"` // event kinds; "agent.*" is all of agent, "*" is all
	Run       []string `yaml:"run"`                // argv
	URL       string   `yaml:"url"`                // http or https
	SecretEnv string   `yaml:"secret_env"`         // the variable with the key that signs what is posted to URL; "": unsigned
}

// Profile is an adapter as it is in a mode; false where there is none of that name.
func (c *Config) Profile(name, mode string) (adapter.Profile, bool) {
	p, ok := c.Adapters[name]
	return p.In(mode), ok
}

// ProfileOf is an agent's adapter as its mode has it.
func (c *Config) ProfileOf(a Agent) adapter.Profile {
	p, _ := c.Profile(a.Adapter, a.Mode)
	return p
}

// SecretVariables are the names of the variables that hold the secrets of webhook
// and notifications.
func (c *Config) SecretVariables() []string {
	names := []string{c.Origin.Webhook.SecretEnv}
	for _, n := range c.Notify {
		names = append(names, n.SecretEnv)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// Protect says who may change the paths that a pattern matches, by agents' names
// and roles.
type Protect struct {
	Pattern    string   `yaml:",key"` // slash-separated; * within a folder, ** over folders
	Only       []string `yaml:"only"` // nobody else
	Not        []string `yaml:"not"`  // not these
	AppendOnly bool     `yaml:"append_only"`
}
