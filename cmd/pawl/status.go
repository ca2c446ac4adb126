package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/delivery"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
)

// statusView is `pawl status --json`. What has no key there is for the table.
type statusView struct {
	Project     string          `json:"project"`
	Coordinator coordinatorView `json:"coordinator"`
	Origin      originView      `json:"origin"`
	Phase       control.Phase   `json:"phase"`
	Agents      []agentView     `json:"agents"`
	Services    []serviceView   `json:"services"`
	Workers     string          `json:"-"` // how many were spawned and run, or need a person
}

type coordinatorView struct {
	Running     bool   `json:"running"`
	PID         int    `json:"pid"`
	LastPass    string `json:"last_pass"`
	ConfigError string `json:"config_error"`
	Paused      bool   `json:"-"`
	Mute        bool   `json:"-"` // it listens, and does not answer
	Aside       string `json:"-"` // a ledger that was damaged and set aside within a day
}

type originView struct {
	URL       string `json:"url"`
	Branch    string `json:"branch"`
	Tip       string `json:"tip"`
	FetchedAt string `json:"fetched_at"`
	Error     string `json:"error"`
	Mode      string `json:"mode"`
}

type agentView struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	Role      string `json:"role"`
	Adapter   string `json:"adapter"`
	Mode      string `json:"-"`
	Launcher  string `json:"launcher"`
	Model     string `json:"model"`
	Session   string `json:"session"`
	State     string `json:"state"`
	Since     string `json:"since"`
	Evidence  string `json:"-"`
	Wanted    string `json:"-"`
	Restarts  int    `json:"restarts"`
	Parked    bool   `json:"parked"`
	Paused    bool   `json:"-"`
	HeldUntil string `json:"held_until"`
	Handoffs  int    `json:"handoffs"`
	NextWake  string `json:"next_wake"`
	Outdated  string `json:"-"` // what pawl.yaml says otherwise than at its start
	Why       string `json:"-"` // it is told nothing now, because

	Told string            `json:"-"` // what is on its way to it
	Owes []handoff.Handoff `json:"-"` // what is open and asks for something, oldest first
	Has  []handoff.Handoff `json:"-"` // what is open, told, and asks for nothing
}

type serviceView struct {
	Name  string `json:"name"`
	State string `json:"state"`

	unit agentView // the service seen as an agent, for the table
}

func (a *app) statusCommand() *cobra.Command {
	var asJSON, watch bool
	c := &cobra.Command{
		Use: "status", Short: "show everything at a glance", Args: cobra.NoArgs,
		Long: "status shows the coordinator, origin, the phase, and each agent and service: its state, for how long, and what that was\n" +
			"read from; what it is told and owes; what holds it; and when a schedule wakes it next.",
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON && watch {
				return &hinted{&usageError{errors.New("--json and --watch do not go together")}, "pawl events -f --json follows what happens"}
			}
			return a.use(c.Context(), func(p *project) error {
				if watch {
					return p.watchStatus(c.Context())
				}
				v, unclear, err := p.status(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(v)
				}
				printStatus(a.out, v, unclear, time.Now())
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().BoolVarP(&watch, "watch", "w", false, "show it again every second; q or Ctrl-C ends it")
	return c
}

func (p *project) preview(ctx context.Context) (loop.World, loop.Decision, error) {
	e, err := p.engine(p.app.quietLog())
	if err != nil {
		return loop.World{}, loop.Decision{}, err
	}
	w, d, err := e.Preview(ctx, p.cfg)
	return w, d, errors.Join(err, e.Close())
}

// status gathers everything; unclear are the current phase's markers that are
// not obeyed.
func (p *project) status(ctx context.Context) (v statusView, unclear []string, err error) {
	w, d, err := p.preview(ctx)
	if err != nil {
		return v, nil, err
	}
	s := d.After
	health, err := p.client.Health(ctx)
	mute := err != nil && !notRunning(err)
	if ctx.Err() != nil {
		return v, nil, ctx.Err()
	}
	v = statusView{
		Project: p.cfg.Project,
		Coordinator: coordinatorView{
			Running: err == nil, PID: health.PID, LastPass: stamp(latestOf(health.LastPass, s.Loop.LastPass)),
			ConfigError: health.ConfigError, Paused: s.Loop.Paused, Mute: mute,
		},
		Origin: originView{
			URL: cmp.Or(s.Loop.URL, doctor.Mask(p.originName())), Branch: cmp.Or(s.Loop.Branch, p.cfg.Origin.Branch), Tip: s.Loop.Cursor,
			FetchedAt: stamp(s.Loop.FetchedAt), Error: s.Loop.OriginError,
		},
		Phase:  loop.PhaseView(p.cfg, s.Loop),
		Agents: []agentView{}, Services: []serviceView{},
	}
	v.Origin.Mode = p.originMode(v.Origin.URL)
	if p.fault != nil {
		v.Coordinator.ConfigError = p.fault.Error()
	}
	if v.Coordinator.Aside, err = p.aside(time.Now()); err != nil {
		return v, nil, err
	}
	for _, a := range p.cfg.Agents {
		v.Agents = append(v.Agents, agentStatus(w, d, a))
	}
	for _, svc := range p.cfg.Services {
		u := agentStatus(w, d, loop.ServiceAgent(svc))
		v.Services = append(v.Services, serviceView{Name: svc.Name, State: u.State, unit: u})
	}
	if v.Workers, err = p.workersLine(ctx); err != nil {
		return v, nil, err
	}
	for _, l := range phaseLines(p, s) {
		if !l.Current {
			continue
		}
		for _, m := range l.Unclear {
			unclear = append(unclear, unclearLine(l.Status, m))
		}
		for _, why := range l.Missing {
			unclear = append(unclear, missingLine(l.Status, why))
		}
	}
	return v, unclear, nil
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func agentStatus(w loop.World, d loop.Decision, u config.Agent) agentView {
	row := d.After.Agent(u.Name)
	v := agentView{
		Name: u.Name, Kind: u.Kind, Role: u.Role, Adapter: cmp.Or(row.Adapter, u.Adapter), Launcher: cmp.Or(u.Launcher, w.Default),
		Mode: u.Mode, Model: cmp.Or(row.Model, u.Model), Session: u.Session, State: "gone", Wanted: string(row.Wanted),
		Restarts: len(row.History.Restarts), Parked: row.Parked, Paused: row.Paused, Why: d.Holds[u.Name],
	}
	v.Outdated = d.Stale(u.Name)
	v.NextWake = stamp(loop.NextWake(u, w.State, w.Now))
	v.HeldUntil = stamp(loop.HeldUntil(w.Config, d.After, u.Name))
	// What a preview would start does not run yet: only what was seen counts.
	was, known := w.State.Sessions[u.Name]
	if now, ok := d.After.Sessions[u.Name]; ok && (!now.LiveAt.IsZero() || known && now.Generation == was.Generation) {
		v.State, v.Since, v.Evidence, v.Model = now.Doing, stamp(now.DoingSince), now.Evidence, cmp.Or(now.Model, v.Model)
	}
	if r, told := w.Readings[u.Name]; told && u.Turns() && v.State == string(r.State) {
		v.Evidence = r.Evidence // what it does now, where the row says how that began
	}
	if blind := w.Blind[v.Launcher]; v.State == "gone" && blind != nil && row.Wanted != ledger.Down && row.Wanted != ledger.Off {
		v.State, v.Evidence = "unknown", handoff.Clean(blind.Error(), 300)
	}
	if v.State == "gone" && row.Finished {
		v.State = "exited"
	}
	for _, id := range d.After.Order {
		switch h := d.After.Handoffs[id]; {
		case h.Agent != u.Name || h.State.Closed():
		case h.State == handoff.Taken && !loop.Owed(w.Rules, h):
			v.Has = append(v.Has, h)
		default:
			v.Owes = append(v.Owes, h)
		}
	}
	v.Handoffs = len(v.Owes) + len(v.Has)
	for _, wake := range w.State.Wakes { // a preview's own wakes are not on their way
		if wake.Agent == u.Name && wake.State.InFlight() {
			v.Told = handoff.Clean(wake.Text, delivery.MaxText)
		}
	}
	return v
}
