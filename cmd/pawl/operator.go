package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/control"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
)

// edited runs a command that changes what the operator wants about agents and services,
// and then a pass.
func (a *app) edited(ctx context.Context, what string, names []string, edit func(*project, *ledger.State) error) error {
	return a.use(ctx, func(p *project) error {
		if err := p.agents(ctx, names...); err != nil {
			return err
		}
		return p.edit(ctx, what, names, edit)
	})
}

// editedMembers is edited for what can be done about workers as well; edit is handed
// the full names.
func (a *app) editedMembers(ctx context.Context, what string, given []string, edit func(p *project, s *ledger.State, names []string) error) error {
	return a.use(ctx, func(p *project) error {
		var names []string
		for _, name := range given {
			full, err := p.member(ctx, name)
			if err != nil {
				return err
			}
			names = append(names, full)
		}
		return p.edit(ctx, what, names, func(p *project, s *ledger.State) error {
			for _, name := range names {
				if r, open := s.Runs[name]; p.known(name) != nil && (!open || r.Status != ledger.RunRunning) {
					return &hinted{&invalidError{errors.New("worker " + name + " does not run any more")}, "pawl send " + name + " has it go on"}
				}
			}
			return edit(p, s, names)
		})
	})
}

func (p *project) edit(ctx context.Context, what string, names []string, edit func(*project, *ledger.State) error) error {
	p.warnFault()
	if err := p.ledger.Edit(ctx, func(s *ledger.State) error { return edit(p, s) }); err != nil {
		return err
	}
	rep, err := p.order(ctx, what, control.Order{Settle: settleTime, Local: true})
	if err != nil {
		return err
	}
	p.app.tell(rep)
	return failures(rep, names)
}

// warnFault says that pawl.yaml cannot be used as it is.
func (p *project) warnFault() {
	if p.fault != nil {
		p.app.warn("the last good configuration is used: %v", p.fault)
	}
}

func operatorEvent(kind, agent string, data map[string]any) ledger.Event {
	return ledger.Event{Time: time.Now(), Kind: "operator." + kind, Agent: agent, Data: data}
}

func (a *app) pauseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "pause [NAME…]",
		Short: "hold the loop, or agents, without ending sessions",
		Long: "pause keeps the loop, or the named agents and workers, from being told, started, restarted or moved to another phase.\n" +
			"What they work on goes on; pawl resume ends the pause.",
		RunE: func(c *cobra.Command, names []string) error {
			if err := a.editedMembers(c.Context(), "pause", names, func(_ *project, s *ledger.State, names []string) error { return setPaused(s, names, true) }); err != nil {
				return err
			}
			a.say("paused %s; pawl resume ends it", loopOr(names))
			return nil
		},
	}
}

func (a *app) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume [NAME…]",
		Short: "end a pause, or a usage limit",
		Long:  "resume ends a pause of the loop or of the named agents and workers. A usage limit that holds them counts as over: each is told to go on\nwithin half a minute, and held again if its program says so again.",
		RunE: func(c *cobra.Command, names []string) error {
			var lifted []string
			err := a.editedMembers(c.Context(), "resume", names, func(p *project, s *ledger.State, names []string) error {
				lifted = p.liftLimits(s, names)
				return setPaused(s, names, false)
			})
			if err != nil {
				return err
			}
			a.say("resumed %s", loopOr(names))
			for _, account := range lifted {
				a.say("the usage limit of account %s counts as over; its agents go on within half a minute", account)
			}
			return nil
		},
	}
}

// liftLimits ends the usage limits that hold the named agents, or any.
func (p *project) liftLimits(s *ledger.State, names []string) (accounts []string) {
	all := loop.Staffed(p.cfg, *s)
	if len(names) == 0 {
		names = all.Names()
	}
	for _, name := range names {
		if account := loop.LiftLimit(all, s, name, time.Now()); account != "" {
			s.Events = append(s.Events, operatorEvent("lift", name, map[string]any{"account": account}))
			accounts = append(accounts, account)
		}
	}
	return accounts
}

// loopOr names the agents, or the loop when there are none.
func loopOr(names []string) string {
	if len(names) == 0 {
		return "the loop"
	}
	return strings.Join(names, ", ")
}

// setPaused pauses or resumes the named agents, or the loop. Resuming the loop
// resumes its agents as well.
func setPaused(s *ledger.State, names []string, paused bool) error {
	kind := "resume"
	if paused {
		kind = "pause"
	}
	if len(names) == 0 {
		s.Loop.Paused = paused
		for name, row := range s.Agents {
			if !paused && row.Paused {
				row.Paused, row.Why = false, ""
				s.Agents[name] = row
			}
		}
		s.Events = append(s.Events, operatorEvent(kind, "", nil))
	}
	for _, name := range names {
		row := s.Agent(name)
		row.Paused, row.Why = paused, ""
		s.Agents[name] = row
		s.Events = append(s.Events, operatorEvent(kind, name, nil))
	}
	return nil
}

func (a *app) restartCommand() *cobra.Command {
	var fresh bool
	c := &cobra.Command{
		Use:   "restart NAME",
		Short: "end an agent's session and start a new one",
		Long: "restart ends the session of an agent or service that is up, politely at first, and starts the next one. That goes on with\n" +
			"the conversation where the adapter can, and is told what the agent still owes.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			return a.edited(c.Context(), "restart", names, func(p *project, s *ledger.State) error {
				row := s.Agent(names[0])
				if row.Wanted != ledger.Up {
					return &hinted{&invalidError{errors.New("agent " + names[0] + " is not up")}, "pawl up " + names[0]}
				}
				if row.Parked {
					return &hinted{&invalidError{errors.New("agent " + names[0] + " is parked, and is not restarted")}, "pawl up " + names[0]}
				}
				if until := loop.HeldUntil(p.cfg, *s, names[0]); !until.IsZero() {
					a.say("a usage limit holds %s until %s; it is restarted then, or after pawl resume %s", names[0], moment(until, time.Now()), names[0])
				}
				row.Restart, row.RestartAt, row.Fresh, row.Finished = "the operator asked for it", time.Time{}, fresh, false
				s.Agents[names[0]] = row
				s.Events = append(s.Events, operatorEvent("restart", names[0], nil))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&fresh, "fresh", false, "do not resume the conversation")
	return c
}

// maxMessage bounds an operator's message in bytes: it must fit into one wake.
const maxMessage = 800

func (a *app) wakeCommand() *cobra.Command {
	var text string
	c := &cobra.Command{
		Use:   "wake NAME",
		Short: "tell an agent something",
		Long: "wake types one line to an agent as soon as it can take it: a busy one is told when it is idle, one that is down when it\n" +
			"is up. It waits behind a usage limit and a pause.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			return a.edited(c.Context(), "wake", names, func(p *project, s *ledger.State) error { return p.message(s, names[0], text) })
		},
	}
	c.Flags().StringVarP(&text, "message", "m", "go on with your work", "the `text`, one line of at most 800 bytes")
	return c
}

// newMessage is a text that an agent or a worker is to be told.
func newMessage(name, text string) ledger.Item {
	return ledger.Item{ID: "m" + token(), Agent: name, Kind: delivery.Message, Text: text, State: handoff.Open, CreatedAt: time.Now()}
}

// token is a name that nothing else has.
func token() string {
	id := make([]byte, 6)
	_, _ = rand.Read(id) // it never fails: without randomness the program ends
	return hex.EncodeToString(id)
}

func (p *project) message(s *ledger.State, name, text string) error {
	if _, ok := p.cfg.Agent(name); !ok {
		return &invalidError{errors.New("service " + quote(name) + " cannot be told anything")}
	}
	clean := handoff.Clean(text, len(text)+1)
	if clean == "" || len(clean) > maxMessage {
		return &invalidError{errors.New("the message must have 1 to 800 bytes; put a longer text into a file, and name that")}
	}
	s.PutItem(newMessage(name, clean))
	s.Events = append(s.Events, operatorEvent("wake", name, map[string]any{"message": clean}))
	if s.Agent(name).Wanted != ledger.Up {
		p.app.say("%s is not up; it is told when it is", name)
	}
	if until := loop.HeldUntil(p.cfg, *s, name); !until.IsZero() {
		p.app.say("a usage limit holds %s until %s; it is told then, or after pawl resume %s", name, moment(until, time.Now()), name)
	}
	return nil
}
