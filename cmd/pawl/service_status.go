package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pawl/loop/daemon/service"
)

// unitView is `pawl service status --json`.
type unitView struct {
	Kind        string `json:"kind"`        // systemd or launchd
	Name        string `json:"name"`        // the unit's; empty where none is installed
	File        string `json:"file"`        // its path
	Installed   bool   `json:"installed"`   //
	Edited      bool   `json:"edited"`      // by hand
	Outdated    bool   `json:"outdated"`    // `pawl service install` would write something else
	Enabled     bool   `json:"enabled"`     // it starts by itself
	State       string `json:"state"`       // active, failed, … as the manager says
	PID         int    `json:"pid"`         // of the unit's process; 0 without one
	Coordinator int    `json:"coordinator"` // process id of the coordinator that answers; 0 without one
	Lingering   string `json:"lingering"`   // on, off, or empty where that is not known
	Problem     string `json:"problem"`     // why the manager could not be asked
}

func (a *app) serviceStatusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "say whether a unit is installed, and whether it runs", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.use(c.Context(), func(p *project) error {
				v, err := p.unitView(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(v)
				}
				a.printUnitView(v)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (p *project) unitView(ctx context.Context) (unitView, error) {
	m, err := serviceManager()
	if err != nil {
		return unitView{}, err
	}
	v := unitView{Kind: string(m.Kind())}
	file, err := m.Folder().Find(p.path)
	if err != nil {
		return v, err
	}
	if health, err := p.client.Health(ctx); err == nil {
		v.Coordinator = health.PID
	} else if !notRunning(err) {
		return v, err
	}
	if file != nil {
		job, err := jobOf(p.path, p.cfg)
		if err != nil {
			return v, err
		}
		text, err := service.Text(m.Kind(), job, file.Name)
		v.Name, v.File, v.Installed, v.Edited = file.Name+m.Folder().Ext, file.Path, true, file.Edited
		v.Outdated = !file.Edited && (err != nil || text != file.Text)
	}
	v.ask(ctx, m, file)
	return v, nil
}

// ask adds what the service manager says, or why it says nothing.
func (v *unitView) ask(ctx context.Context, m service.Manager, file *service.File) {
	if err := m.Ready(ctx); err != nil {
		v.Problem = err.Error()
		return
	}
	if lingers, err := m.Lingers(ctx); err == nil {
		v.Lingering = "off"
		if lingers {
			v.Lingering = "on"
		}
	}
	if file == nil {
		return
	}
	state, err := m.State(ctx, file.Name)
	if err != nil {
		v.Problem = err.Error()
		return
	}
	v.State, v.Enabled, v.PID = state.Active, state.Enabled, state.PID
	if state.Detail != "" {
		v.State += " (" + state.Detail + ")"
	}
}

func (a *app) printUnitView(v unitView) {
	if !v.Installed {
		fmt.Fprintln(a.out, "no service is installed; pawl service install makes one")
		if v.Problem != "" {
			fmt.Fprintln(a.out, "  "+v.Problem)
		}
		return
	}
	enabled, pid := "no", ""
	if v.Enabled {
		enabled = "yes"
	}
	if v.PID != 0 {
		pid = fmt.Sprint(v.PID)
	}
	t := newTable("SERVICE", "STATE", "ENABLED", "PID")
	t.row(v.Name, v.State, enabled, pid)
	t.note("file", v.File)
	t.note("note", v.Problem)
	if v.Edited {
		t.note("note", "it was changed by hand, so pawl service install leaves it alone")
	}
	if v.Outdated {
		t.note("note", "it is of another pawl or another place; pawl service install writes it anew")
	}
	if v.Coordinator != 0 && v.Coordinator != v.PID {
		t.note("note", fmt.Sprintf("the coordinator that runs is not the service's, but process %d; pawl service install has it make way", v.Coordinator))
	}
	if v.Lingering == "off" {
		t.note("note", lingeringOff)
	}
	t.print(a.out)
}
