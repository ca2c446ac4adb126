package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/daemon/service"
)

// notReady is the error of a machine whose service manager does not answer.
func notReady(err error, hint string) error {
	return &hinted{fmt.Errorf("%w; nothing was changed", err), hint}
}

// forceHint says what to do about a unit that is not pawl's to replace.
func forceHint(err error) error {
	var edited *service.EditedError
	var foreign *service.ForeignError
	if errors.As(err, &edited) || errors.As(err, &foreign) {
		return &hinted{err, "look at it; --force replaces or removes it"}
	}
	return err
}

func (a *app) installService(ctx context.Context, job service.Job, force bool) (err error) {
	m, err := serviceManager()
	if err != nil {
		return err
	}
	if err := m.Ready(ctx); err != nil {
		return notReady(err, "let cron do it: pawl service install --print=cron prints a line for crontab -e")
	}
	at, err := m.Folder().Plan(m.Kind(), job, force)
	if err != nil {
		return forceHint(err)
	}
	p, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if at.Changed {
		path, err := m.Folder().Write(at.Name, at.Text)
		if err != nil {
			return err
		}
		a.say("wrote  %s", path)
	}
	if err := p.hand(ctx, m, at); err != nil {
		return &hinted{err, "pawl service status shows more; pawl service uninstall takes it away again"}
	}
	a.say("%s runs the coordinator", at.Name+m.Folder().Ext)
	a.tellLingering(ctx, m)
	if p.recorded() == nil {
		a.say("no agent is wanted up yet: pawl up starts them, and records the environment that they get")
	}
	return nil
}

// hand has the service manager run the coordinator, in place of one that runs
// already. Sessions go on.
func (p *project) hand(ctx context.Context, m service.Manager, at service.Placement) error {
	if err := p.endStray(ctx); err != nil {
		return err
	}
	state, err := m.State(ctx, at.Name)
	if err != nil {
		return err
	}
	health, err := p.client.Health(ctx)
	if err == nil && health.PID != state.PID {
		if _, err := p.stopCoordinator(ctx, lockPatience); err != nil {
			return err
		}
	} else if err != nil && !notRunning(err) {
		return err
	}
	if err := m.Start(ctx, at.Name, at.Changed); err != nil {
		return err
	}
	return p.awaitService(ctx)
}

// awaitService waits until a coordinator answers.
func (p *project) awaitService(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := p.client.Health(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service was started, and no coordinator answers within %s", startPatience)
		case <-tick.C:
		}
	}
}

// tellLingering says so where what runs would end with the user's last login.
func (a *app) tellLingering(ctx context.Context, m service.Manager) {
	switch lingers, err := m.Lingers(ctx); {
	case err != nil:
		a.say("whether it outlives your login is not known: %v", err)
	case !lingers:
		a.say("%s", lingeringOff)
	}
}

const lingeringOff = "lingering is off, so all that runs ends with your last login, agents too: loginctl enable-linger keeps it"

func (a *app) serviceUninstallCommand() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "uninstall", Short: "stop, disable and remove the unit of this project", Args: cobra.NoArgs,
		Long: "uninstall ends the coordinator that the unit runs, and removes the unit. Agents go on; pawl up starts a coordinator\n" +
			"that lasts until the machine is restarted.",
		RunE: func(c *cobra.Command, _ []string) error { return a.uninstallService(c.Context(), force) },
	}
	c.Flags().BoolVar(&force, "force", false, "remove a unit that was changed by hand, too")
	return c
}

func (a *app) uninstallService(ctx context.Context, force bool) error {
	path, err := a.configPath()
	if err != nil {
		return err
	}
	m, err := serviceManager()
	if err != nil {
		return err
	}
	file, err := m.Folder().Find(path)
	if err != nil {
		return err
	}
	if file == nil {
		a.say("no service is installed for %s", path)
		return nil
	}
	if file.Edited && !force {
		return forceHint(&service.EditedError{Path: file.Path})
	}
	if err := m.Ready(ctx); err != nil {
		return notReady(err, "where nothing runs it, removing "+file.Path+" is enough")
	}
	if err := m.Remove(ctx, *file); err != nil {
		return err
	}
	if _, err := os.Lstat(file.Path); err == nil {
		return fmt.Errorf("%s is there still", file.Path)
	}
	a.say("removed  %s", file.Path)
	a.say("its coordinator has ended and agents go on; pawl up starts one that lasts until the machine is restarted")
	return nil
}
