package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pawl/loop/ledger"
)

// conflict is why agents or services that `up names…` is about cannot run: a
// session of somebody else has their session's name; nil when that is not so.
// Of others that do not run it says what they wait for. err is a failure to look.
func (p *project) conflict(ctx context.Context, after ledger.State, names []string) (why, err error) {
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
		return nil, nil
	}
	_, d, err := p.preview(ctx)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, name := range missing {
		switch why := d.Holds[name]; {
		case d.Conflicts[name] != "":
			faults = append(faults, name+" cannot be started: "+d.Conflicts[name])
		case why != "" && after.Agent(name).Restart == "":
			p.app.say("%s does not run yet: %s", name, why)
		}
	}
	if len(faults) == 0 {
		return nil, nil
	}
	return &hinted{errors.New(strings.Join(faults, "; ")), "set project: or session: in pawl.yaml"}, nil
}
