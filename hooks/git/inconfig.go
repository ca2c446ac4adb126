package git

import (
	"context"
	"os"
	"path/filepath"
)

// section is where git's configuration has a hook of pawl's. A name that is
// that of a hook is refused by git.
func section(name string) string { return "hook.pawl-" + name }

// installConfig writes the scripts into pawl's folder, and into the configuration
// that git is to call them. The user's hooks are not concerned: git calls them too.
func (r Repo) installConfig(ctx context.Context, o Options) error {
	if err := r.checkOwn(o.Force); err != nil {
		return err
	}
	if err := os.MkdirAll(r.own(), 0o755); err != nil {
		return err
	}
	for _, name := range r.names() {
		path := filepath.Join(r.own(), name)
		s := o.script(name, "")
		s.At = r.Common
		if err := writeScript(path, s); err != nil {
			return err
		}
		// After a move of the repository the path is wrong, and nothing is run.
		// The command comes first: an event without one is an error to git.
		command := "[ ! -x " + quote(path) + " ] || " + quote(path)
		for _, set := range [][2]string{{"command", command}, {"event", name}} {
			if _, err := r.ask(ctx, "config", "--local", "--replace-all", section(name)+"."+set[0], set[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// configured says whether the repository's configuration has a hook of pawl's.
func (r Repo) configured(ctx context.Context, name string) (bool, error) {
	event, err := r.setting(ctx, "--local", "--get", section(name)+".event")
	return event == name, err
}

// removeConfig takes the hooks out of the configuration, and then the scripts.
// Where it has none, scripts that an interrupted installation left go.
func (r Repo) removeConfig(ctx context.Context, force bool) error {
	if here, err := r.included(ctx); err != nil || len(here) > 0 {
		return err // the folder serves a redirection
	}
	if err := r.checkOwn(force); err != nil {
		return err
	}
	for _, name := range everyName {
		here, err := r.configured(ctx, name)
		if err == nil && here {
			_, err = r.ask(ctx, "config", "--local", "--remove-section", section(name))
		}
		if err != nil {
			return err
		}
	}
	return os.RemoveAll(r.own())
}
