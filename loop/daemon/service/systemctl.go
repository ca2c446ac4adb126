package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// systemd is the user's manager, asked by systemctl(1).
type systemd struct {
	dir string
	uid int
	run Run
}

func (s *systemd) Kind() Kind { return Systemd }

func (s *systemd) Folder() Folder { return Folder{Path: s.dir, Ext: ".service"} }

func (s *systemd) ctl(ctx context.Context, args ...string) (string, error) {
	out, err := s.run(ctx, "systemctl", append([]string{"--user"}, args...)...)
	if err != nil {
		return out, fmt.Errorf("systemctl --user %s: %w", args[0], err)
	}
	return out, nil
}

// Ready asks the manager something that only one that runs can answer.
func (s *systemd) Ready(ctx context.Context) error {
	if _, err := s.ctl(ctx, "show", "--property=Version"); err != nil {
		return fmt.Errorf("systemd does not run services of yours here: %w", err)
	}
	return nil
}

func (s *systemd) State(ctx context.Context, name string) (State, error) {
	out, err := s.ctl(ctx, "show", "--property=LoadState,ActiveState,SubState,UnitFileState,MainPID", "--", name+".service")
	if err != nil {
		return State{}, err
	}
	said := map[string]string{}
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		said[key] = value
	}
	if said["LoadState"] == "not-found" {
		return State{}, nil
	}
	pid, err := strconv.Atoi(said["MainPID"])
	if err != nil {
		pid = 0 // an answer without one names no process
	}
	return State{Active: said["ActiveState"], Detail: said["SubState"], Enabled: said["UnitFileState"] == "enabled", PID: pid}, nil
}

func (s *systemd) Start(ctx context.Context, name string, changed bool) error {
	unit, verb := name+".service", "start"
	if changed {
		verb = "restart"
	}
	for _, args := range [][]string{{"daemon-reload"}, {"--quiet", "enable", "--", unit}, {verb, "--", unit}} {
		if _, err := s.ctl(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (s *systemd) Remove(ctx context.Context, f File) error {
	unit := f.Name + ".service"
	if _, err := s.ctl(ctx, "--quiet", "disable", "--now", "--", unit); err != nil {
		return err
	}
	if err := remove(f.Path); err != nil {
		return err
	}
	_, err := s.ctl(ctx, "daemon-reload")
	return err
}

// Lingers asks logind (loginctl(1)), which knows a user only while that one is
// logged in or lingers.
func (s *systemd) Lingers(ctx context.Context) (bool, error) {
	out, err := s.run(ctx, "loginctl", "show-user", strconv.Itoa(s.uid), "--property=Linger", "--value")
	if err != nil {
		return false, fmt.Errorf("loginctl show-user: %w", err)
	}
	switch strings.TrimSpace(out) {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	return false, errors.New("loginctl does not say whether you linger")
}
