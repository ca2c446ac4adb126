package config

import (
	"regexp"
	"time"

	"pawl/loop/adapter"
)

// document is the whole file: what a Config keeps, and what is used up in
// making it.
type document struct {
	Version  int      `yaml:"version" required:"true"`
	Defaults Defaults `yaml:"defaults"`
	Config   `yaml:",inline"`
}

// newDocument holds what a file without any key means.
func newDocument() *document {
	return &document{Config: Config{
		StateDir: ".pawl",
		Origin:   Origin{Remote: "origin", Poll: 15 * time.Second},
		Handoff: Handoff{
			Docs: "machine-docs",
			Signals: []Signal{
				{Name: "claim", Subject: regexp.MustCompile(`(?i)^claim\b`), Wakes: []string{"adversary"}, AnsweredBy: "review"},
				{Name: "review", Subject: regexp.MustCompile(`(?i)^review\b`), Wakes: []string{"builder"}, AnsweredBy: "claim"},
			},
			Inboxes: []Inbox{
				{File: "ADVERSARY-INBOX.md", Reader: "adversary"},
				{File: "BUILDER-INBOX.md", Reader: "builder"},
			},
			Lookback: 500, RemindAfter: 30 * time.Minute, GiveUpAfter: 3,
		},
		Phases:  Phases{DoneMarker: "## DONE", Gate: GateMarker, AutoAdvance: true, Kickoff: "prompts/kickoff.md"},
		Prompts: Prompts{Roles: "prompts"},
		Workers: Workers{Adapter: defaultAdapter, TurnTimeout: defaultTurnTimeout, Parallel: 8},
		Launchers: map[string]Launcher{
			"tmux":    {Name: "tmux", Type: "tmux", Socket: "pawl"},
			"process": {Name: "process", Type: "process"},
		},
		Adapters: adapter.Builtin(),
		Watchers: builtinWatchers(),
		Supervise: Supervise{
			Interval:   5 * time.Second,
			Backoff:    Backoff{Initial: 10 * time.Second, Max: 5 * time.Minute, Jitter: 0.25, ResetAfter: 10 * time.Minute},
			Park:       Park{Restarts: 5, Within: 30 * time.Minute},
			StallAfter: 5 * time.Minute, StallGrace: 3 * time.Minute,
			Limit: Limit{Probe: 5 * time.Minute, Slack: 45 * time.Second, MaxWait: 6 * time.Hour},
		},
	}}
}
