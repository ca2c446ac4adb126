package service

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
)

// launchd is the manager of a user's login, asked by launchctl(1).
type launchd struct {
	dir    string
	domain string // gui/UID
	run    Run
}

func (l *launchd) Kind() Kind { return Launchd }

func (l *launchd) Folder() Folder { return Folder{Path: l.dir, Ext: ".plist"} }

func (l *launchd) ctl(ctx context.Context, args ...string) (string, error) {
	out, err := l.run(ctx, "launchctl", args...)
	if err != nil {
		return out, fmt.Errorf("launchctl %s: %w", args[0], err)
	}
	return out, nil
}

// Ready looks for the domain of a graphical login, which agents belong to.
func (l *launchd) Ready(ctx context.Context) error {
	if _, err := l.ctl(ctx, "print", l.domain); err != nil {
		return fmt.Errorf("launchd runs no agents of yours here: %w", err)
	}
	return nil
}

var (
	launchdState = regexp.MustCompile(`(?m)^\s*state = (.+)$`)
	launchdPID   = regexp.MustCompile(`(?m)^\s*pid = (\d+)$`)
)

// State reads what `launchctl print` says. An agent that is not loaded is an
// error there, which it cannot be told from other ones by.
func (l *launchd) State(ctx context.Context, name string) (State, error) {
	out, err := l.ctl(ctx, "print", l.domain+"/"+name)
	if err != nil {
		return State{}, nil
	}
	s := State{Active: "active", Enabled: true}
	if m := launchdState.FindStringSubmatch(out); m != nil {
		s.Detail = m[1]
	}
	if m := launchdPID.FindStringSubmatch(out); m != nil {
		if s.PID, err = strconv.Atoi(m[1]); err != nil {
			return State{}, fmt.Errorf("launchctl print: process id %q: %w", m[1], err)
		}
	}
	if s.PID == 0 {
		s.Active = "inactive"
	}
	return s, nil
}

func (l *launchd) Start(ctx context.Context, name string, changed bool) error {
	state, err := l.State(ctx, name)
	if err != nil {
		return err
	}
	if changed && state.Active != "" {
		if _, err := l.ctl(ctx, "bootout", l.domain+"/"+name); err != nil {
			return err
		}
		state = State{}
	}
	if state.Active == "" {
		_, err = l.ctl(ctx, "bootstrap", l.domain, l.Folder().file(name))
		return err
	}
	_, err = l.ctl(ctx, "kickstart", l.domain+"/"+name)
	return err
}

func (l *launchd) Remove(ctx context.Context, f File) error {
	state, err := l.State(ctx, f.Name)
	if err != nil {
		return err
	}
	if state.Active != "" {
		if _, err := l.ctl(ctx, "bootout", l.domain+"/"+f.Name); err != nil {
			return err
		}
	}
	return remove(f.Path)
}

// Lingers is always so: an agent lives as long as the login that it belongs to,
// and there is nothing to switch on.
func (l *launchd) Lingers(context.Context) (bool, error) { return true, nil }
