package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pawl/loop/ledger"
)

// waits says of agents and services that `up names…` is about, and that do not
// run, what they wait for, and whether there are any. conflict is why some cannot
// run: a session of somebody else has their session's name. err is a failure to
// look.
func (p *project) waits(ctx context.Context, after ledger.State, names []string) (any bool, conflict, err error) {
	var missing []string
	for _, name := range p.cfg.Names() {
		a, agent := p.cfg.Agent(name)
		if _, runs := after.Sessions[name]; runs || after.Agent(name).Wanted != ledger.Up {
			continue
		}
		if slices.Contains(names, name) || len(names) == 0 && (!agent || upMeans(a, names)) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return false, nil, nil
	}
	_, d, err := p.preview(ctx)
	if err != nil {
		return false, nil, err
	}
	var faults []string
	for _, name := range missing {
		switch why := d.Holds[name]; {
		case d.Conflicts[name] != "":
			faults = append(faults, name+" cannot be started: "+d.Conflicts[name])
		case why != "" && after.Agent(name).Restart == "":
			any = true
			p.app.say("%s does not run: %s", name, why)
		}
	}
	if len(faults) == 0 {
		return any, nil, nil
	}
	return any, &hinted{errors.New(strings.Join(faults, "; ")), "set project: or session: in pawl.yaml"}, nil
}
