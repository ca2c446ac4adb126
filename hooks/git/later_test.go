package git

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A hook that is added to the user's folder after the installation runs: of every kind
// that git calls in a push into a bare repository, and of those that it calls in a clone.
func TestHooksOfLaterRun(t *testing.T) {
	w := newWorld(t)
	w.env = append(w.env, "LATER="+w.at("later"))
	shared := w.at("shared")
	origin, dev := w.at("origin.git"), w.at("dev")
	for _, dir := range []string{origin, dev} {
		w.git(dir, "config", "core.hooksPath", shared)
		if dir == dev {
			w.write("shared/pre-commit", "#!/bin/sh\n", 0o755)
		}
		w.install(dir)
	}
	if way := w.open(origin).way(w.options()); way != Redirected {
		t.Skip("git calls the user's hooks by itself")
	}
	w.git(dev, "commit", "-q", "--allow-empty", "-m", "before")
	w.git(dev, "push", "-q", "origin", "HEAD:main")
	for _, name := range []string{"pre-receive", "update", "post-receive", "post-update", "post-index-change", "post-checkout", "pre-push"} {
		w.write("shared/"+name, "#!/bin/sh\necho \"${0##*/}\" >>\"$LATER\"\n", 0o755)
	}
	w.write("dev/file", "", 0o644)
	w.git(dev, "add", "file")
	w.git(dev, "commit", "-q", "-m", "more")
	w.git(dev, "checkout", "-q", "-b", "side")
	w.git(dev, "push", "-q", "origin", "HEAD:main")
	ran := strings.Fields(smallFile(w.at("later")))
	for _, name := range []string{"pre-receive", "update", "post-receive", "post-update", "post-index-change", "post-checkout", "pre-push"} {
		if !slices.Contains(ran, name) {
			t.Errorf("%s did not run; of later ones there ran %q", name, ran)
		}
	}
	w.write("shared/pre-receive", "#!/bin/sh\nexit 1\n", 0o755)
	w.git(dev, "commit", "-q", "--allow-empty", "-m", "refused")
	if out, ok := w.run(dev, "push", "-q", "origin", "HEAD:main"); ok {
		t.Errorf("a pre-receive of later lets the push pass: %s", out)
	}
}

// What a folder of hooks that git calls is missing is told: an empty one of these would
// cost much, or change what git does.
func TestHooksThatDoNotRunAreTold(t *testing.T) {
	w := newWorld(t)
	for dir, name := range map[string]string{"dev": "push-to-checkout", "origin.git": referenceTransaction} {
		w.write("shared/"+dir+"/pre-push", "#!/bin/sh\n", 0o755)
		w.git(w.at(dir), "config", "core.hooksPath", w.at("shared/"+dir))
		r := w.install(w.at(dir))
		if s, err := r.State(t.Context()); err != nil || len(s.NotRun) > 0 {
			t.Errorf("%s: at first %+v, %v", dir, s, err)
		} else if s.Way != Redirected {
			t.Skip("git calls the user's hooks by itself")
		}
		w.write("shared/"+dir+"/"+name, "#!/bin/sh\n", 0o755)
		if s, err := r.State(t.Context()); err != nil || !slices.Equal(s.NotRun, []string{w.at("shared/" + dir + "/" + name)}) {
			t.Errorf("%s: of those that do not run %q, %v", dir, s.NotRun, err)
		}
		if s, err := w.install(w.at(dir)).State(t.Context()); err != nil || len(s.NotRun) > 0 {
			t.Errorf("%s: installed again %q, %v", dir, s.NotRun, err)
		}
	}
}

// A clone that is moved, or seen elsewhere as in a container, has the user's hooks run,
// pawl's not, and says so; its worktrees are as it.
func TestAMovedCloneRunsTheUsersHooks(t *testing.T) {
	for way, make := range ways {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			make(w)
			w.pawl(0)
			if way == Redirected { // else the hook is in git's own folder
				w.git(w.at("dev"), "add", ".husky")
			}
			w.git(w.at("dev"), "commit", "-q", "--allow-empty", "-m", "hooks")
			w.git(w.at("dev"), "worktree", "add", "-q", w.at("tree"), "-b", "side")
			w.theirs()
			w.git(w.at("tree"), "commit", "-q", "--allow-empty", "-m", "in a worktree")
			w.calls(2)
			if said := w.theirs(); !strings.Contains(said, "pre-commit 0") || !strings.Contains(said, "commit-msg 1") {
				t.Errorf("in a worktree ran %q", said)
			}
			moved := w.at("a [new] place's \"*\"")
			if err := os.Rename(w.at("dev"), moved); err != nil {
				t.Fatal(err)
			}
			w.git(moved, "commit", "-q", "--allow-empty", "-m", "more")
			if said := w.theirs(); !strings.Contains(said, "pre-commit 0") || !strings.Contains(said, "commit-msg 1") {
				t.Errorf("of the user's hooks there ran %q", said)
			}
			s, err := w.open(moved).State(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if way == InFolder {
				if !s.Installed(w.yaml) || !Pokes(moved, w.yaml) {
					t.Errorf("it does not move along: %+v", s)
				}
				return
			}
			w.calls(0)
			if s.Installed(w.yaml) || !strings.Contains(s.Hooks[0].Fault, w.at("dev/.git")) || Pokes(moved, w.yaml) || !Any(moved) {
				t.Errorf("it says %+v", s)
			}
			for range 2 { // an installation there, and a removal, are whole
				w.install(moved)
				w.git(moved, "commit", "-q", "--allow-empty", "-m", "more")
				w.calls(1)
				if s, err := w.open(moved).State(t.Context()); err != nil || !s.Installed(w.yaml) || !Pokes(moved, w.yaml) {
					t.Errorf("installed there: %+v, %v", s, err)
				}
				if err := w.open(moved).Uninstall(t.Context(), false); err != nil || strings.Contains(smallFile(filepath.Join(moved, ".git/config")), "pawl") {
					t.Errorf("%v; left is %s", err, smallFile(filepath.Join(moved, ".git/config")))
				}
			}
		})
	}
}

// husky sets core.hooksPath whenever packages are installed. Pawl's hooks stay, those of
// the folder that it names run, and a removal leaves nothing of pawl's.
func TestCoreHooksPathOfLater(t *testing.T) {
	w := newWorld(t)
	dev := w.at("dev")
	w.userHooks("dev/.husky")
	w.git(dev, "config", "core.hooksPath", ".husky")
	r := w.installAs(Redirected)
	w.pawl(0)
	w.write("dev/.new/pre-commit", "#!/bin/sh\nexit 1\n", 0o755)
	w.write("dev/.new/"+referenceTransaction, "#!/bin/sh\n", 0o755)
	for _, folder := range []string{".husky", ".new"} {
		w.git(dev, "config", "core.hooksPath", folder)
		_, ok := w.run(dev, "commit", "-q", "--allow-empty", "-m", "more")
		if ok != (folder == ".husky") {
			t.Errorf("the hooks of %s did not run", folder)
		}
		s, err := r.State(t.Context())
		if err != nil || !s.Installed(w.yaml) || (len(s.NotRun) == 0) != (folder == ".husky") {
			t.Errorf("with %s: %+v, %v", folder, s, err)
		}
	}
	w.calls(1)
	w.git(dev, "config", "--unset", "core.hooksPath")
	w.write("dev/.git/hooks/pre-commit", "#!/bin/sh\nexit 1\n", 0o755)
	if _, ok := w.run(dev, "commit", "-q", "--allow-empty", "-m", "more"); ok {
		t.Error("without core.hooksPath the hooks in git's folder did not run")
	}
	w.git(dev, "config", "core.hooksPath", r.own()) // they do not call themselves
	w.git(dev, "commit", "-q", "--allow-empty", "-m", "more")
	w.calls(1)
	w.git(dev, "config", "core.hooksPath", ".husky")
	if err := r.Uninstall(t.Context(), false); err != nil || strings.Contains(w.git(dev, "config", "--list"), "pawl") {
		t.Errorf("%v; left is %s", err, w.git(dev, "config", "--list"))
	}
	if now := strings.TrimSpace(w.git(dev, "config", "core.hooksPath")); now != ".husky" {
		t.Errorf("core.hooksPath is %s", now)
	}
}

// An installation that is killed at any moment leaves the user's hook running, and
// the next one and a removal take it from there.
func TestKilledWhileTheUsersHookIsKept(t *testing.T) {
	for what, hook := range map[string]func(w *world){
		"a file": func(w *world) { w.write("dev/.git/hooks/pre-push", "#!/bin/sh\nexit 1\n", 0o750) },
		"a link": func(w *world) {
			w.write("dev/mine", "#!/bin/sh\nexit 1\n", 0o755)
			w.link("../../mine", "dev/.git/hooks/pre-push")
		},
	} {
		for _, again := range []bool{true, false} {
			w := newWorld(t)
			hook(w)
			before := look(t, w.at("dev/.git/hooks"))
			r := w.open(w.at("dev"))
			if r.way(w.options()) != InFolder {
				t.Skip("hooks in git's configuration leave the user's where they are")
			}
			if err := r.folderHook(prePush).keep(); err != nil {
				t.Fatal(err)
			}
			if out, ok := w.run(w.at("dev"), "push", "-q", "origin", "HEAD:aside"); ok {
				t.Errorf("%s: the user's hook does not run in between: %s", what, out)
			}
			if again {
				w.install(w.at("dev"))
				if out, ok := w.run(w.at("dev"), "push", "-q", "origin", "HEAD:aside"); ok {
					t.Errorf("%s: the user's hook does not run any more: %s", what, out)
				}
			}
			if err := r.Uninstall(t.Context(), false); err != nil || look(t, w.at("dev/.git/hooks")) != before || exists(w.at("dev/.git/hooks-before-pawl")) {
				t.Errorf("%s, installed again %v: %v, and there is %s", what, again, err, look(t, w.at("dev/.git")))
			}
		}
	}
}

// What cannot be written is named as the folder that it is.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	w := newWorld(t)
	r := w.open(w.at("dev"))
	for _, err := range []error{
		&os.PathError{Op: "open", Path: "/x/.git/hooks/.new-1", Err: os.ErrPermission},
		errors.Join(errors.New("first"), &os.LinkError{Op: "rename", Old: "/x/.git/hooks-before-pawl/a", New: "/x/.git/hooks/a", Err: os.ErrPermission}),
	} {
		var folder *FolderError
		if !errors.As(r.unwritable(err), &folder) || folder.Dir != "/x/.git/hooks" || !errors.Is(folder, os.ErrPermission) {
			t.Errorf("%v: %v", err, r.unwritable(err))
		}
	}
	if os.Geteuid() == 0 {
		t.Skip("everything can be written")
	}
	for _, dir := range []string{".git/hooks", ".git"} {
		w.write("dev/.git/hooks/x", "", 0o644)
		if err := os.Chmod(w.at("dev/"+dir), 0o555); err != nil {
			t.Fatal(err)
		}
		err := r.Install(t.Context(), w.options())
		if err := os.Chmod(w.at("dev/"+dir), 0o755); err != nil {
			t.Fatal(err)
		}
		var folder *FolderError
		if !errors.As(err, &folder) || folder.Dir != w.at("dev/"+dir) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
