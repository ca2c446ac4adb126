package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	githooks "pawl/hooks/git"
	"pawl/loop/config"
)

func (a *app) hooksCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "hooks", Short: "have git tell the coordinator of pushes, and check commits", Args: cobra.NoArgs,
		Long: "hooks puts hooks into git repositories and takes them out again. In a clone they tell the coordinator of a push at once,\n" +
			"and check what is committed and pushed; in a bare repository on this machine they tell of what was received.\n" +
			"A hook that is there already goes on to run, and is as it was after pawl hooks uninstall.",
	}
	c.AddCommand(a.hooksInstallCommand(), a.hooksUninstallCommand(), a.hooksStatusCommand())
	return c
}

func (a *app) hooksInstallCommand() *cobra.Command {
	var all, files, force bool
	c := &cobra.Command{
		Use: "install [REPO]", Short: "install hooks in a repository", Args: cobra.MaximumNArgs(1),
		Long: "install installs hooks in the repository around REPO, by default the working directory. They name the pawl.yaml that is found now.\n" +
			"With --all it does so in all agents' clones, in the clone around pawl.yaml, and in a bare origin of yours on this machine.\n" +
			"Installing again brings the hooks up to date.",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.hooksProject()
			if err != nil {
				return err
			}
			places, err := a.hookTargets(c.Context(), p, args, all)
			if err != nil {
				return err
			}
			var failed error
			for _, place := range places {
				if err := p.installHooks(c.Context(), place, files, force); err != nil {
					failed = errors.Join(failed, err)
				}
			}
			if failed == nil && !all {
				p.offerAll(c.Context(), places)
			}
			return hookHint(failed)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "in the agents' clones, in the one around pawl.yaml, and in a bare origin on this machine")
	c.Flags().BoolVar(&files, "files", false, "write hook files also where git reads hooks from its configuration (2.54 and newer)")
	c.Flags().BoolVar(&force, "force", false, "write over hooks of pawl's that somebody changed")
	return c
}

func (a *app) hooksUninstallCommand() *cobra.Command {
	var all, force bool
	c := &cobra.Command{
		Use: "uninstall [REPO]", Short: "take the hooks out, and put back what was there before", Args: cobra.MaximumNArgs(1),
		Long: "uninstall removes pawl's hooks from the repository around REPO, by default the working directory, or with --all from all of\n" +
			"the project's. Hooks that were there before are back as they were. One of pawl's that somebody changed is left, but with --force.",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.hooksProject()
			if err != nil && all {
				return err
			}
			places, err := a.hookTargets(c.Context(), p, args, all)
			if err != nil {
				return err
			}
			var failed error
			for _, place := range places {
				err := place.err
				if err == nil {
					err = place.repo.Uninstall(c.Context(), force)
				}
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				a.say("%s: no hooks of pawl's any more", place.repo.Common)
			}
			return hookHint(failed)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "from the agents' clones, the one around pawl.yaml, and a bare origin on this machine")
	c.Flags().BoolVar(&force, "force", false, "remove hooks of pawl's that somebody changed as well")
	return c
}

// hookTargets are the repositories that a command line means.
func (a *app) hookTargets(ctx context.Context, p *project, args []string, all bool) ([]hookPlace, error) {
	if err := needGit(); err != nil {
		return nil, err
	}
	if all && len(args) > 0 {
		return nil, &hinted{&usageError{errors.New("--all and a repository do not go together")}, "leave one of the two out"}
	}
	if all {
		places := p.hookPlaces(ctx)
		if len(places) == 0 {
			return nil, &hinted{errors.New("no agent has a clone yet, and origin is no bare repository of yours on this machine"), "pawl up clones origin into the agents' folders"}
		}
		return places, nil
	}
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	repo, err := githooks.Open(ctx, hookGit, dir)
	if errors.Is(err, githooks.ErrNoRepository) {
		return nil, &hinted{&missingError{err.Error()}, "name a clone or a bare repository, or use --all for the agents' clones"}
	}
	return []hookPlace{{dir: dir, repo: repo, err: err}}, err
}

// installHooks installs in one repository and says what there is.
func (p *project) installHooks(ctx context.Context, place hookPlace, files, force bool) error {
	if place.err != nil {
		return place.err
	}
	repo := place.repo
	before, err := repo.State(ctx)
	if err != nil {
		return err
	}
	o, err := p.hookOptions(ctx, repo)
	if err != nil {
		return err
	}
	o.Files, o.Force = files, force
	if err := repo.Install(ctx, o); err != nil {
		return err
	}
	now, err := repo.State(ctx)
	if err != nil {
		return err
	}
	verb := "installed"
	if before.Installed(p.path) && before.Way == now.Way {
		verb = "already installed"
	}
	var names []string
	for _, h := range now.Hooks {
		names = append(names, h.Name)
	}
	p.app.say("%s: %s %s", repo.Common, strings.Join(names, ", "), verb)
	for _, h := range now.Hooks {
		if h.Theirs != "" {
			p.app.say("  %s runs as well", h.Theirs)
		}
	}
	if now.Way == githooks.Redirected {
		p.app.say("  core.hooksPath is pawl's folder now, which calls the hooks of the former one; nothing was written there")
	}
	return nil
}

// offerAll says how the rest of the project's repositories get hooks.
func (p *project) offerAll(ctx context.Context, done []hookPlace) {
	missing := 0
	for _, place := range p.hookPlaces(ctx) {
		if place.err == nil && place.repo.Common != done[0].repo.Common && !githooks.Pokes(place.dir, p.path) {
			missing++
		}
	}
	if missing > 0 {
		p.app.say("%s without: pawl hooks install --all installs hooks in all of the project's", otherRepositories(missing))
	}
}

// otherRepositories counts them, with their verb.
func otherRepositories(n int) string {
	if n == 1 {
		return "1 other repository is"
	}
	return fmt.Sprintf("%d other repositories are", n)
}

// hookHint says what to do about what stands in the way of hooks.
func hookHint(err error) error {
	var edited *githooks.ChangedError
	var taken *githooks.TakenError
	var folder *githooks.FolderError
	switch {
	case errors.As(err, &edited):
		return &hinted{err, "look at it, and use --force if nothing of it is to be kept"}
	case errors.As(err, &taken):
		return &hinted{err, "remove the one that is not wanted, and try again"}
	case errors.As(err, &folder) && errors.Is(folder, syscall.EROFS):
		return &hinted{err, "mount it so that it can be written, or install where the repository can be written"}
	case errors.As(err, &folder):
		return &hinted{err, "run this as the user whose folder it is, or make it writable with chmod u+w"}
	}
	return err
}

// withoutConfig is the project, or nil where there is no pawl.yaml that can be read.
func (a *app) withoutConfig() (*project, error) {
	p, err := a.hooksProject()
	if errors.Is(err, config.ErrNotFound) {
		return nil, nil
	}
	return p, err
}
