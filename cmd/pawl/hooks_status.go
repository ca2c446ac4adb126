package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pawl/handoff"
	githooks "pawl/hooks/git"
)

// hookView is one repository of `pawl hooks status --json`.
type hookView struct {
	Of []string `json:"of"` // agents' names and "origin"; empty for a repository that was named
	githooks.State
	Error string `json:"error"` // why nothing is known
}

func (a *app) hooksStatusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status [REPO]", Short: "show which hooks are installed where", Args: cobra.MaximumNArgs(1),
		Long: "status shows pawl's hooks in origin, in the agents' clones and in the one around pawl.yaml, or in the repository around\n" +
			"REPO: which are installed, which pawl.yaml they name, which other hooks run beside them, and which do not any more.",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := a.withoutConfig()
			if err != nil && len(args) == 0 {
				return err
			}
			var places []hookPlace
			if p != nil && len(args) == 0 {
				if err := needGit(); err != nil {
					return err
				}
				places = p.hookPlaces(c.Context())
			}
			if len(places) == 0 {
				if places, err = a.hookTargets(c.Context(), p, args, false); err != nil {
					return err
				}
			}
			list := hookViews(c.Context(), places)
			if asJSON {
				return a.json(list)
			}
			a.printHooks(list, p)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func hookViews(ctx context.Context, places []hookPlace) []hookView {
	list := []hookView{}
	for _, place := range places {
		v := hookView{Of: slices.Concat([]string{}, place.names)}
		v.Hooks = []githooks.Hook{}
		v.Repository = place.dir
		err := place.err
		if err == nil {
			v.State, err = place.repo.State(ctx)
		}
		if err != nil {
			v.Error = err.Error()
		}
		list = append(list, v)
	}
	return list
}

func (a *app) printHooks(list []hookView, p *project) {
	for i, v := range list {
		if i > 0 {
			a.say("")
		}
		head := v.Repository
		if len(v.Of) > 0 {
			head = strings.Join(v.Of, ", ") + ": " + head
		}
		a.say("%s", head)
		if v.Error != "" {
			a.say("  %s", v.Error)
			continue
		}
		t := newTable("  HOOK", "STATE", "NOTE")
		for _, h := range v.Hooks {
			state, note := hookWords(h, p)
			t.row("  "+h.Name, state, note)
		}
		if !a.quiet {
			t.print(a.out)
		}
		for _, path := range v.NotRun {
			a.say("  %s does not run; pawl hooks install takes it in", handoff.Clean(path, mostNote))
		}
	}
}

// mostNote bounds a path that a script names, in bytes.
const mostNote = 300

// hookWords are a hook's state in a word, and what is to be known about it.
func hookWords(h githooks.Hook, p *project) (state, note string) {
	var notes []string
	switch {
	case h.Fault != "":
		state = "broken"
		notes = append(notes, h.Fault)
	case !h.Installed:
		state = "missing"
	case p != nil && h.Config != p.path:
		state = "elsewhere"
	default:
		state = "installed"
	}
	if h.Installed {
		notes = append(notes, "for "+handoff.Clean(h.Config, mostNote))
	}
	if h.Theirs != "" {
		notes = append(notes, handoff.Clean(h.Theirs, mostNote)+" runs as well")
	}
	return state, strings.Join(notes, "; ")
}
