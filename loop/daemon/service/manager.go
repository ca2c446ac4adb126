package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Run runs a program to its end and returns what it printed. The error is in
// the program's own words.
type Run func(ctx context.Context, program string, args ...string) (string, error)

// State is what a service manager says of a unit.
type State struct {
	Active  string // active, inactive, failed, …; "" where it is not known
	Detail  string // running, dead, …
	Enabled bool   // it is started again by itself
	PID     int    // of its main process; 0 without one
}

// Manager is a service manager of the user.
type Manager interface {
	Kind() Kind
	// Folder is where its units are.
	Folder() Folder
	// Ready says why it cannot be used here.
	Ready(ctx context.Context) error
	// State is what it knows of a unit; the zero State of one that it does not know.
	State(ctx context.Context, name string) (State, error)
	// Start has a unit that was written run, now and later. One that runs is
	// started again if it was changed.
	Start(ctx context.Context, name string, changed bool) error
	// Remove ends a unit, removes its file and forgets it.
	Remove(ctx context.Context, f File) error
	// Lingers says whether what it runs outlives the user's last login.
	Lingers(ctx context.Context) (bool, error)
}

// ManagerOf is the service manager of an operating system, as runtime.GOOS has
// it. env are the variables of the caller that say where units are.
func ManagerOf(goos string, uid int, env func(string) string, run Run) (Manager, error) {
	home := env("HOME")
	if !filepath.IsAbs(home) {
		return nil, errors.New("HOME is not set, so there is no place for a unit; set it to your home folder")
	}
	switch goos {
	case "linux":
		config := env("XDG_CONFIG_HOME")
		if !filepath.IsAbs(config) {
			config = filepath.Join(home, ".config")
		}
		return &systemd{dir: filepath.Join(config, "systemd", "user"), uid: uid, run: run}, nil
	case "darwin":
		return &launchd{dir: filepath.Join(home, "Library", "LaunchAgents"), domain: "gui/" + strconv.Itoa(uid), run: run}, nil
	}
	return nil, fmt.Errorf("pawl knows no service manager on %s", goos)
}

// remove removes a unit's file; one that is gone is fine.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
