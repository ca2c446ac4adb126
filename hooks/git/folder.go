package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// keptSuffix makes the name of the folder beside the hooks folder in which the
// user's hooks wait. A hook keeps its name there, and a way that it takes from
// its own place to files elsewhere leads to the same ones.
const keptSuffix = "-before-pawl"

// folderHook is one hook in the repository's own folder.
type folderHook struct{ path, kept string }

func (r Repo) folderHook(name string) folderHook {
	dir := filepath.Join(r.Common, "hooks")
	return folderHook{path: filepath.Join(dir, name), kept: filepath.Join(dir+keptSuffix, name)}
}

// installFolder writes the hooks into the repository's own folder.
func (r Repo) installFolder(o Options) error {
	if err := os.MkdirAll(filepath.Join(r.Common, "hooks"), 0o755); err != nil {
		return err
	}
	for _, name := range r.names() {
		h := r.folderHook(name)
		_, whose, err := readScript(h.path)
		if err != nil {
			return err
		}
		switch {
		case whose == changed && !o.Force:
			return &ChangedError{h.path}
		case whose == theirs && exists(h.kept) && !sameHook(h.path, h.kept):
			return &TakenError{h.path, h.kept}
		case whose == theirs:
			err = h.keep()
		}
		if err != nil {
			return err
		}
		err = writeScript(h.path, o.script(name, keptExpression(name)))
		if err != nil && whose == theirs {
			err = errors.Join(err, h.giveBack())
		}
		if err != nil {
			return err
		}
	}
	return r.linkSiblings()
}

// keptExpression is the user's hook to the script in its place. It counts from the
// script's own path, so that the repository may be moved.
func keptExpression(name string) string { return "${0%/*}" + quote(keptSuffix+"/"+name) }

// keep gives the user's hook, as it is, its other name too. It goes on to run by the
// first one until a script of ours is put there, whenever that is.
func (h folderHook) keep() error {
	if err := os.MkdirAll(filepath.Dir(h.kept), 0o755); err != nil {
		return err
	}
	if exists(h.kept) {
		return nil // an installation was interrupted here
	}
	if target, err := os.Readlink(h.path); err == nil {
		return os.Symlink(target, h.kept)
	}
	if os.Link(h.path, h.kept) == nil {
		return nil
	}
	// A file system without hard links, or another user's file.
	return os.Rename(h.path, h.kept)
}

// giveBack takes keep back.
func (h folderHook) giveBack() error {
	if exists(h.path) {
		return os.Remove(h.kept)
	}
	return os.Rename(h.kept, h.path)
}

// sameHook says that two names are of one hook: the same file, or the same link.
func sameHook(a, b string) bool {
	one, err := os.Lstat(a)
	two, err2 := os.Lstat(b)
	if err != nil || err2 != nil {
		return false
	}
	to, err := os.Readlink(a)
	to2, err2 := os.Readlink(b)
	return os.SameFile(one, two) || err == nil && err2 == nil && to == to2
}

// linkSiblings links what else lies in the hooks folder beside the hooks that
// are kept: some of them read such files by the path of their own folder.
func (r Repo) linkSiblings() error {
	dir := filepath.Join(r.Common, "hooks")
	if !exists(dir + keptSuffix) {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if slices.Contains(everyName, e.Name()) || strings.HasSuffix(e.Name(), ".sample") {
			continue
		}
		err := os.Symlink(siblingPath(e.Name()), filepath.Join(dir+keptSuffix, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func siblingPath(name string) string { return filepath.Join("..", "hooks", name) }

// removeFolder takes the hooks out of the repository's own folder.
func (r Repo) removeFolder(force bool) error {
	var errs []error
	for _, name := range everyName {
		errs = append(errs, r.folderHook(name).remove(force))
	}
	return errors.Join(append(errs, r.unlinkSiblings())...)
}

// remove takes one hook out, and puts back what was there before.
func (h folderHook) remove(force bool) error {
	_, whose, err := readScript(h.path)
	if err != nil {
		return err
	}
	kept := exists(h.kept)
	switch {
	case whose == changed && !force:
		return &ChangedError{h.path}
	case whose == theirs && kept && sameHook(h.path, h.kept):
		return os.Remove(h.kept) // an installation was interrupted
	case whose == theirs && kept:
		return &TakenError{h.path, h.kept}
	case kept:
		return os.Rename(h.kept, h.path)
	case whose == ours || whose == changed:
		return os.Remove(h.path)
	}
	return nil
}

// unlinkSiblings removes the folder of kept hooks, unless one is left in it.
func (r Repo) unlinkSiblings() error {
	dir := filepath.Join(r.Common, "hooks"+keptSuffix)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempName) && slices.Contains(everyName, e.Name()) {
			return nil
		}
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if target, err := os.Readlink(path); err != nil || target != siblingPath(e.Name()) {
			return nil // somebody else's
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return os.Remove(dir)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
