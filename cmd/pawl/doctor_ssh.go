package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"pawl/loop/config"
	"pawl/loop/doctor"
)

// hostTime is how long another host may take to answer: a connection, a login,
// and the start of pawl there.
const hostTime = 10 * time.Second

// hosts are the checks of the other hosts that agents are to run on.
func (e *examiner) hosts() []check {
	var list []check
	var asked []string
	for _, a := range e.cfg.Agents {
		l := e.p.launcherFor(a)
		if !a.Enabled || l.Type != "ssh" || slices.Contains(asked, l.Name) {
			continue
		}
		if why, _ := e.p.unavailable(l); why != "" {
			continue // its agents are told of it
		}
		asked = append(asked, l.Name)
		list = append(list, func(ctx context.Context) []doctor.Finding {
			return []doctor.Finding{doctor.Host(e.host(ctx, l))}
		})
	}
	return list
}

// host asks pawl on another host whether it is there. That takes longer than
// other checks may.
func (e *examiner) host(ctx context.Context, l config.Launcher) doctor.HostFacts {
	f := doctor.HostFacts{Launcher: l.Name, Host: l.Host}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hostTime)
	defer cancel()
	far, err := e.p.far(l, slog.New(slog.DiscardHandler))
	if err == nil {
		_, err = far.Hello(ctx)
		err = errors.Join(err, far.Close())
	}
	if err != nil {
		f.Trouble = err.Error()
	}
	return f
}

// farAgent judges an agent on another host, of which little is known here.
func (e *examiner) farAgent(a config.Agent) []doctor.Finding {
	profile, where := e.cfg.ProfileOf(a), e.p.launcherFor(a)
	f := doctor.AgentFacts{Name: a.Name, Adapter: a.Adapter, Command: profile.Command, Template: true, Launcher: where.Name}
	if len(profile.Command) > 0 {
		f.Program = profile.Command[0]
	}
	f.Refused, f.Advice = e.refused(a, profile)
	return append(doctor.Agent(f), doctor.FarClone(a.Name, a.Dir, where.Name))
}
