package git

import (
	"context"
	"os"
	"path/filepath"
)

// Hook is what is so about one of pawl's hooks in a repository.
type Hook struct {
	Name      string `json:"name"`
	Installed bool   `json:"installed"`
	Path      string `json:"path"`    // of pawl's script; "" without one
	Config    string `json:"config"`  // the pawl.yaml that it names
	Program   string `json:"program"` // pawl's own file when it was installed
	Theirs    string `json:"theirs"`  // the user's hook that runs as well; "" without one
	Fault     string `json:"fault"`   // why git does not call it, or what is wrong with it
}

// State is what is so about a repository's hooks.
type State struct {
	Repository string `json:"repository"` // git's folder
	Bare       bool   `json:"bare"`
	Way        Way    `json:"way"`
	Hooks      []Hook `json:"hooks"`
	// NotRun are hooks of the user's in the folder that core.hooksPath named before
	// pawl's, which run no more until pawl's are installed again: their paths.
	NotRun []string `json:"not_run"`
}

// Installed says that all of pawl's hooks are there, name that pawl.yaml, and are
// called by git.
func (s State) Installed(config string) bool {
	for _, h := range s.Hooks {
		if !h.Installed || h.Fault != "" || h.Config != config {
			return false
		}
	}
	return true
}

// State looks at the hooks of a repository.
func (r Repo) State(ctx context.Context) (State, error) {
	s := State{Repository: r.Common, Bare: r.Bare, NotRun: []string{}}
	here, err := r.included(ctx)
	if err != nil {
		return s, err
	}
	for _, name := range r.names() {
		h, way, err := r.hook(ctx, name, len(here) > 0)
		if err != nil {
			return s, err
		}
		if h.Installed {
			s.Way = way
		}
		s.Hooks = append(s.Hooks, h)
	}
	if s.Way == Redirected && r.effective == r.own() {
		s.NotRun, err = r.notForwarded(ctx)
	}
	return s, err
}

// hook looks at one hook; redirected says that git is to use pawl's folder.
func (r Repo) hook(ctx context.Context, name string, redirected bool) (Hook, Way, error) {
	h := Hook{Name: name}
	set, err := r.configured(ctx, name)
	if err != nil {
		return h, NoWay, err
	}
	way, path := InFolder, filepath.Join(r.Common, "hooks", name)
	switch {
	case set:
		way, path = InConfig, filepath.Join(r.own(), name)
	case redirected:
		way, path = Redirected, filepath.Join(r.own(), name)
	}
	record, whose, err := readScript(path)
	if err != nil {
		return h, NoWay, err
	}
	h.Installed = whose == ours || whose == changed
	switch {
	case whose == changed:
		h.Fault = "somebody changed it"
	case way == InConfig && !h.Installed:
		h.Fault = "git's configuration names it, and it is not there"
	case way == InConfig && !r.inConfig:
		h.Fault = "it is in git's configuration, and this git reads hooks from files alone"
	case way == InFolder && h.Installed && r.effective != filepath.Dir(path):
		h.Fault = "core.hooksPath is " + r.hooksPath + " now, so that git does not call it"
	case h.Installed && record.At != "" && record.At != r.Common:
		h.Fault = "it was installed when the repository was " + record.At + ", so that git does not call it here"
	case way == Redirected && r.effective != r.own():
		h.Fault = "core.hooksPath is " + r.hooksPath + " whatever pawl's settings say, so that git does not call it"
	case h.Installed && !executable(path):
		h.Fault = "it is not executable"
	}
	if h.Installed {
		h.Path, h.Config, h.Program = path, record.Config, record.Program
	}
	h.Theirs, err = r.theirs(ctx, name, way, record, whose)
	return h, way, err
}

// theirs is the user's hook of the name that git or pawl's own calls.
func (r Repo) theirs(ctx context.Context, name string, way Way, record Record, whose ownership) (string, error) {
	path := filepath.Join(r.effective, name)
	switch {
	case whose != ours && whose != changed:
	case way == InFolder:
		path = r.folderHook(name).kept
	case way == Redirected:
		var err error
		if path, err = r.calledBy(ctx, name, record); err != nil {
			return "", err
		}
	}
	if !executable(path) {
		return "", nil
	}
	return path, nil
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
