package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/config"
	"pawl/loop/daemon/service"
)

func (a *app) serviceCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "service", Short: "have the coordinator started with the machine", Args: cobra.NoArgs,
		Long: "service has systemd (a user unit) or launchd (an agent) run `pawl watch` for this project: after a restart of the\n" +
			"machine, after a crash, and until it is uninstalled. Agents outlive it, as they outlive any coordinator.",
	}
	c.AddCommand(a.serviceInstallCommand(), a.serviceUninstallCommand(), a.serviceStatusCommand())
	return c
}

func (a *app) serviceInstallCommand() *cobra.Command {
	var kind string
	var force bool
	c := &cobra.Command{
		Use: "install", Short: "write, enable and start the unit of this project", Args: cobra.NoArgs,
		Long: "install writes a unit for this project, enables it and starts it; the coordinator that pawl up started makes way.\n" +
			"Installed twice is installed once, and a unit that was changed by hand is left alone. With --print nothing is\n" +
			"installed: the unit is printed, or a line for crontab -e with --print=cron.",
		RunE: func(c *cobra.Command, _ []string) error {
			job, err := a.job()
			if err != nil {
				return err
			}
			if kind != "" {
				return a.printService(service.Kind(kind), job)
			}
			return a.installService(c.Context(), job, force)
		},
	}
	c.Flags().StringVar(&kind, "print", "", "print it instead: `KIND` is systemd, launchd or cron")
	c.Flags().Lookup("print").NoOptDefVal = string(kindHere())
	c.Flags().BoolVar(&force, "force", false, "replace a unit that was changed by hand, or that pawl did not write")
	return c
}

// kindHere is the kind of this machine's service manager.
func kindHere() service.Kind {
	if runtime.GOOS == "darwin" {
		return service.Launchd
	}
	return service.Systemd
}

func (a *app) printService(kind service.Kind, job service.Job) error {
	text, err := service.Text(kind, job, job.Name())
	if err != nil {
		return &usageError{err}
	}
	_, err = fmt.Fprint(a.out, text)
	return err
}

// job is what a service manager is to run for the project around. It reads
// pawl.yaml and makes nothing.
func (a *app) job() (service.Job, error) {
	path, err := a.configPath()
	if err != nil {
		return service.Job{}, err
	}
	cfg, err := config.Load(path)
	if err != nil {
		return service.Job{}, err
	}
	return jobOf(path, cfg)
}

func jobOf(path string, cfg *config.Config) (service.Job, error) {
	program, err := lastingProgram()
	if err != nil {
		return service.Job{}, err
	}
	return service.Job{Project: cfg.Project, Program: program, Config: path, Dir: cfg.Dir, Log: coordinatorLog(cfg)}, nil
}

// lastingProgram is a path of this pawl that is likely to lead to the next
// version too: the one by which PATH finds it, which may be a link into a folder
// of one version, as nix and Homebrew have them.
func lastingProgram() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	found, err := exec.LookPath("pawl")
	if err != nil || !filepath.IsAbs(found) {
		return self, nil
	}
	one, err1 := os.Stat(self)
	two, err2 := os.Stat(found)
	if err := errors.Join(err1, err2); err != nil || !os.SameFile(one, two) {
		return self, nil
	}
	return found, nil
}

// orderPatience is how long a service manager may take to start or end a unit:
// longer than the unit's own TimeoutStopSec.
const orderPatience = time.Minute

// serviceManager is the one of this machine and user.
func serviceManager() (service.Manager, error) {
	return service.ManagerOf(runtime.GOOS, os.Getuid(), os.Getenv, askManager)
}

// askManager runs a service manager's program. Where the session has no
// XDG_RUNTIME_DIR, as behind su or in cron, systemctl would not find the user's
// manager although it runs.
func askManager(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, orderPatience)
	defer cancel()
	env := os.Environ()
	if run := fmt.Sprintf("/run/user/%d", os.Getuid()); os.Getenv("XDG_RUNTIME_DIR") == "" && isFolder(run) {
		env = append(env, "XDG_RUNTIME_DIR="+run)
	}
	out, err := ask(ctx, question{program: program, args: args, env: env})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s", orderPatience)
	}
	return out, err
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func kindWords(context.Context, *app) []cobra.Completion {
	return []cobra.Completion{
		described(string(service.Systemd), "a user unit"), described(string(service.Launchd), "an agent of macOS"),
		described(string(service.Cron), "a line for crontab -e"),
	}
}
