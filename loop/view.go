package loop

import (
	"errors"

	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/ledger"
	"pawl/phases"
)

// View is a report as `pawl tick` shows it. Orders that only repeat an earlier
// pass's are left out.
func View(r Report) control.Report {
	out := control.Report{Tip: r.After.Loop.Cursor, Moved: r.Moved, Actions: []control.Action{}}
	if r.Config == nil {
		return out
	}
	out.Phase = PhaseView(r.Config, r.After.Loop)
	out.Error = r.After.Loop.OriginError
	for _, res := range r.Results {
		if res.Kind == Forget || res.Again && (res.Err == nil || errors.Is(res.Err, errUnderWay)) {
			continue
		}
		a := control.Action{Kind: string(res.Kind), Agent: res.Agent, Reason: res.Reason, Result: res.Outcome}
		if res.Err != nil {
			a.Error = res.Err.Error()
		}
		out.Actions = append(out.Actions, a)
	}
	return out
}

// PhaseView is where the sequence stands. Done is what the tip says, whatever
// auto_advance does with it.
func PhaseView(cfg *config.Config, l ledger.Loop) control.Phase {
	seq := cfg.Phases.Sequence
	return control.Phase{
		Index: phases.Index(seq, l.Phase), ID: l.Phase.Current, Total: len(seq),
		Done: l.Facts[l.Phase.Current].Done(), Complete: l.Phase.Complete, Held: l.Phase.Held,
	}
}
