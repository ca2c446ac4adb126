package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Options say what is installed.
type Options struct {
	Config  string // the pawl.yaml that the hooks name, absolute
	Program string // pawl's own file, for where none is on PATH
	Remote  string // the remote that leads to origin; "": any
	Branch  string // the branch that is watched; "": any
	Origin  bool   // the repository is origin itself, so that its own branch counts
	Files   bool   // files also where git reads hooks from its configuration
	Force   bool   // over scripts of ours that somebody changed
}

// ChangedError is a script of pawl's that somebody edited. It was left alone.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string { return e.Path + " is pawl's hook, and somebody changed it" }

// TakenError is a hook that is in the way although another one is kept for it
// already: another program installed its own over pawl's.
type TakenError struct{ Path, Kept string }

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s is not pawl's any more, and the one from before pawl's is kept at %s", e.Path, e.Kept)
}

// Install installs the hooks of a repository, or sees that they are as they
// would be installed now. What fails on the way leaves the user's hooks running. A folder
// that cannot be written is a *FolderError.
func (r *Repo) Install(ctx context.Context, o Options) error {
	return r.unwritable(r.install(ctx, o))
}

func (r *Repo) install(ctx context.Context, o Options) error {
	// What another way left is taken out first, a redirection in any case: it
	// hides where git would look without it.
	if err := r.removeRedirect(ctx, o.Force); err != nil {
		return err
	}
	if err := r.readHooksPath(ctx); err != nil {
		return err
	}
	want := r.way(o)
	var err error
	if want != InConfig {
		err = r.removeConfig(ctx, o.Force)
	}
	if want != InFolder {
		err = errors.Join(err, r.removeFolder(o.Force))
	}
	if err != nil {
		return err
	}
	switch want {
	case InConfig:
		return r.installConfig(ctx, o)
	case Redirected:
		return r.installRedirect(ctx, o)
	}
	return r.installFolder(o)
}

// Way is how hooks were installed.
type Way string

// The three ways, and none. See the package's comment.
const (
	NoWay      Way = ""
	InFolder   Way = "folder"
	Redirected Way = "redirect"
	InConfig   Way = "config"
)

// way is the one that suits a repository.
func (r Repo) way(o Options) Way {
	switch {
	case r.inConfig && !o.Files:
		return InConfig
	case r.hooksPath != "" || r.strayFolder():
		return Redirected
	}
	return InFolder
}

// strayFolder says that the hooks folder is a link that leads out of git's folder:
// what is written there is written into a working tree, or into something shared.
func (r Repo) strayFolder() bool {
	real, err := filepath.EvalSymlinks(filepath.Join(r.Common, "hooks"))
	if err != nil {
		return false
	}
	common, err := filepath.EvalSymlinks(r.Common)
	return err == nil && !strings.HasPrefix(real, common+string(filepath.Separator))
}

// script is the one of the name, which calls the user's first as the shell
// expression theirs says.
func (o Options) script(name, theirs string) script {
	s := script{Record: Record{Hook: name, Config: o.Config, Program: o.Program}, theirs: theirs}
	s.watch = watch{remote: o.Remote, branch: o.Branch, heads: name == postReceive || o.Origin}
	return s
}

// tempName begins the name of a script that is being written.
const tempName = ".new-"

// writeScript writes a hook that git will run. One that is the same already is
// left alone.
func writeScript(path string, s script) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	if there, err := os.ReadFile(path); err == nil && string(there) == text {
		if info, err := os.Lstat(path); err == nil && info.Mode().Perm()&0o111 == 0o111 {
			return nil
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), tempName+"*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o755)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Uninstall takes pawl's hooks out, whichever way they came in. What it may not
// remove is a *ChangedError or a *TakenError; the other hooks are removed then.
func (r *Repo) Uninstall(ctx context.Context, force bool) error {
	err := errors.Join(r.removeRedirect(ctx, force), r.removeConfig(ctx, force), r.removeFolder(force))
	if err != nil {
		return r.unwritable(err)
	}
	return r.readHooksPath(ctx)
}
