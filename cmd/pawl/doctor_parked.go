package main

import (
	"context"
	"math"

	"pawl/loop/doctor"
	"pawl/loop/ledger"
)

// services tells of the services that are parked; nothing else is checked of them.
func (e *examiner) services(ctx context.Context) (list []doctor.Finding) {
	for _, s := range e.cfg.Services {
		list = append(list, e.parked(ctx, "service "+s.Name, s.Name)...)
	}
	return list
}

// parked says that an agent or service which is wanted up is not started again.
func (e *examiner) parked(ctx context.Context, group, name string) []doctor.Finding {
	kept := e.ledger(ctx)
	row := kept.state.Agents[name]
	if !row.Parked || row.Wanted != ledger.Up {
		return nil
	}
	return []doctor.Finding{doctor.Parked(doctor.ParkedFacts{
		Group: group, Name: name, Restarts: len(row.History.Restarts), Last: kept.parkings[name],
	})}
}

// mostParkings bounds how many parkings of the history are looked at.
const mostParkings = 100

// lastParkings finds why the agents that are parked ended the last time. What
// the history does not tell, or not in time, is left out.
func lastParkings(ctx context.Context, l *ledger.Ledger, agents map[string]ledger.Agent) map[string]string {
	found := map[string]string{}
	parked := 0
	for _, a := range agents {
		if a.Parked {
			parked++
		}
	}
	before := ledger.Span{First: math.MaxInt64}
	for n := 0; n < mostParkings && len(found) < parked; n++ {
		event, ok, err := l.LastBefore(ctx, before, "agent.parked")
		if err != nil || !ok {
			return found
		}
		before.First = event.Seq
		if _, newer := found[event.Agent]; newer || !agents[event.Agent].Parked {
			continue
		}
		last, isText := event.Data["last"].(string)
		if isText {
			found[event.Agent] = last
		}
	}
	return found
}
