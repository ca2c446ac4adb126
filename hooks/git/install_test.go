package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shapes are repositories with hooks of the user's, and where they are.
var shapes = map[string]func(w *world) (dir string){
	"nothing there":   func(w *world) string { return w.at("dev") },
	"a bare origin":   func(w *world) string { return w.at("origin.git") },
	"hooks of theirs": func(w *world) string { w.userHooks("dev/.git/hooks"); return w.at("dev") },
	"a bare one with a hook": func(w *world) string {
		w.userHooks("origin.git/hooks")
		return w.at("origin.git")
	},
	"links and files beside": func(w *world) string {
		w.userHooks("scripts")
		for link, target := range map[string]string{"pre-push": "../../../scripts/pre-push", "lib.sh": "/dev/null"} {
			w.link(target, "dev/.git/hooks/"+link)
		}
		return w.at("dev")
	},
	"a hook that is not executable": func(w *world) string {
		w.write("dev/.git/hooks/commit-msg", "exit 1\n", 0o640)
		return w.at("dev")
	},
	"a linked worktree": func(w *world) string {
		w.userHooks("dev/.git/hooks")
		w.git(w.at("dev"), "worktree", "add", "-q", w.at("tree"), "-b", "side")
		return w.at("tree")
	},
	"a tracked folder": func(w *world) string {
		w.userHooks("dev/.husky")
		w.git(w.at("dev"), "add", ".")
		w.git(w.at("dev"), "commit", "-q", "-m", "hooks")
		w.git(w.at("dev"), "config", "core.hooksPath", ".husky")
		return w.at("dev")
	},
	"an absolute folder": func(w *world) string {
		w.userHooks("my hooks")
		w.git(w.at("dev"), "config", "core.hooksPath", w.at("my hooks"))
		return w.at("dev")
	},
	"a folder for all repositories": func(w *world) string {
		w.userHooks("home/hooks")
		w.git(w.at("dev"), "config", "--global", "core.hooksPath", "~/hooks")
		return w.at("dev")
	},
	"a folder that is a link": func(w *world) string {
		w.userHooks("dev/githooks")
		w.link("../githooks", "dev/.git/hooks")
		return w.at("dev")
	},
	"a submodule": func(w *world) string {
		w.git(w.at("dev"), "submodule", "--quiet", "add", w.at("origin.git"), "sub")
		return w.at("dev/sub")
	},
	"another object format": func(w *world) string {
		w.git(w.dir, "init", "-q", "--object-format=sha256", "sha256")
		return w.at("sha256")
	},
}

func (w *world) link(target, name string) {
	w.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(w.at(name)), 0o755), os.Symlink(target, w.at(name))); err != nil {
		w.t.Fatal(err)
	}
}

// userHooks are hooks that write down how they were called.
func (w *world) userHooks(dir string) {
	for _, name := range []string{"pre-commit", commitMsg, prePush, postReceive, referenceTransaction} {
		w.write(dir+"/"+name, "#!/bin/sh\n{ echo \"$(basename \"$0\") $# $1\"; [ \"$#\" -eq 1 ] && [ -f \"$1\" ] || cat; } >>\"$LOG.theirs\"\n", 0o755)
	}
}

func TestInstallIsIdempotentAndReversible(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			dir := shape(w)
			r := w.open(dir)
			before, settings := look(t, w.dir), w.git(dir, "config", "--list")
			if err := r.Install(t.Context(), w.options()); err != nil {
				t.Fatal(err)
			}
			if s, err := r.State(t.Context()); err != nil || !s.Installed(w.yaml) || s.Installed("/other") {
				t.Errorf("the state is %+v, %v", s, err)
			}
			if !r.Bare && w.git(dir, "status", "--porcelain") != "" && name != "a submodule" && name != "a folder that is a link" {
				t.Errorf("git status: %s", w.git(dir, "status", "--porcelain"))
			}
			if !Any(dir) || !Pokes(dir, w.yaml) || Pokes(dir, "/other") {
				t.Error("what pokes is not known without git")
			}
			once := look(t, w.dir)
			if once == before {
				t.Error("nothing was installed")
			}
			w.install(dir)
			if twice := look(t, w.dir); twice != once {
				t.Errorf("twice is not once:\n%s\n%s", twice, once)
			}
			if err := w.open(dir).Uninstall(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			if now := w.git(dir, "config", "--list"); now != settings {
				t.Errorf("the settings were\n%s and are\n%s", settings, now)
			}
			if after := look(t, w.dir); sameButSettings(after) != sameButSettings(before) {
				t.Errorf("it was\n%s and is\n%s", before, after)
			}
			if Pokes(dir, w.yaml) || Any(dir) {
				t.Error("it still pokes")
			}
		})
	}
}

// sameButSettings leaves out git's configuration files, which are compared by what
// they say.
func sameButSettings(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if name, _, _ := strings.Cut(line, " "); !strings.HasSuffix(name, "/config") && !strings.HasSuffix(name, "/hooks") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestWhatSomebodyChangedIsLeft(t *testing.T) {
	w := newWorld(t)
	w.userHooks("dev/.git/hooks")
	r := w.install(w.at("dev"))
	s, err := r.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := s.Hooks[1].Path
	text := smallFile(path)
	w.write(path, text+"echo mine\n", 0o755)
	var edited *ChangedError
	for what, do := range map[string]func() error{
		"install":   func() error { return r.Install(t.Context(), w.options()) },
		"uninstall": func() error { return r.Uninstall(t.Context(), false) },
	} {
		if err := do(); !errors.As(err, &edited) || edited.Path != path || smallFile(path) != text+"echo mine\n" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := r.Uninstall(t.Context(), true); err != nil || exists(r.own()) || !strings.Contains(smallFile(w.at("dev/.git/hooks/commit-msg")), "theirs") {
		t.Errorf("with force: %v", err)
	}
}

func TestWhatOthersDidMeanwhile(t *testing.T) {
	w := newWorld(t)
	if w.options().Files == false {
		t.Skip("hooks in git's configuration share no file with anybody")
	}
	w.userHooks("dev/.git/hooks")
	r, hook := w.install(w.at("dev")), w.at("dev/.git/hooks/pre-push")
	kept := w.at("dev/.git/hooks-before-pawl/pre-push")
	first := smallFile(kept)

	w.write(hook, "#!/bin/sh\n", 0o755) // another program's
	var taken *TakenError
	if err := r.Install(t.Context(), w.options()); !errors.As(err, &taken) || smallFile(kept) != first {
		t.Errorf("install: %v", err)
	}
	if err := r.Uninstall(t.Context(), false); !errors.As(err, &taken) || smallFile(hook) != "#!/bin/sh\n" || smallFile(kept) != first {
		t.Errorf("uninstall: %v", err)
	}
	if err := os.Remove(hook); err != nil { // as if the installation had been interrupted
		t.Fatal(err)
	}
	if err := r.Uninstall(t.Context(), false); err != nil || smallFile(hook) != first {
		t.Errorf("after an interruption: %v", err)
	}

	r = w.install(w.at("dev"))
	w.git(w.at("dev"), "config", "core.hooksPath", ".husky")
	s, err := w.open(w.at("dev")).State(t.Context())
	if err != nil || !strings.Contains(s.Hooks[0].Fault, ".husky") || Pokes(w.at("dev"), w.yaml) {
		t.Errorf("with a core.hooksPath of later: %+v, %v", s, err)
	}
	if err := r.Install(t.Context(), w.options()); err != nil || smallFile(hook) != first || !Pokes(w.at("dev"), w.yaml) {
		t.Errorf("installed after that: %v", err)
	}
}

// Where a worktree's own core.hooksPath would overrule pawl's, nothing is left half
// done.
func TestAWorktreesOwnHooksPath(t *testing.T) {
	w := newWorld(t)
	dev := w.at("dev")
	r := w.open(dev)
	if r.way(w.options()) == InConfig {
		t.Skip("hooks in git's configuration do not depend on core.hooksPath")
	}
	w.git(dev, "config", "extensions.worktreeConfig", "true")
	w.git(dev, "config", "--worktree", "core.hooksPath", ".husky")
	settings := w.git(dev, "config", "--list")
	r = w.open(dev)
	if err := r.Install(t.Context(), w.options()); err == nil || !strings.Contains(err.Error(), "core.hooksPath is "+w.at("dev/.husky")) {
		t.Errorf("it says %v", err)
	}
	if now := w.git(dev, "config", "--list"); now != settings || exists(r.own()) {
		t.Errorf("the settings were\n%s and are\n%s", settings, now)
	}
}

func TestOpenSaysWhatIsNoRepository(t *testing.T) {
	w := newWorld(t)
	w.write("plain/file", "", 0o644)
	for _, dir := range []string{"plain", "plain/file", "nowhere"} {
		if _, err := Open(t.Context(), w.runner, w.at(dir)); !errors.Is(err, ErrNoRepository) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if Pokes(w.at("plain"), w.yaml) || Around("/proc") || Any(w.at("dev")) {
		t.Error("there is a repository where none is")
	}
}

func TestConfigurationHooksAreToldByVersion(t *testing.T) {
	for says, want := range map[string]bool{
		"git version 2.39.5": false, "git version 2.53.0": false, "git version 2.54.0-rc2": true, "git version 2.55.0.windows.1": true,
		"git version 3.0": true, "git version 1.99": false, "nothing": false, "git version 99999999999999999999.1": false,
	} {
		if readsHooks(says) != want {
			t.Errorf("%s: %v", says, !want)
		}
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add("/x/pawl.yaml", "echo mine")
	f.Add("it's \"a\"\n$PATH\x00", "# pawl-sum 00")
	f.Fuzz(func(t *testing.T, config, more string) {
		s := script{Record: Record{Hook: prePush, Config: config}, theirs: quote(config)}
		text, err := s.text()
		if err != nil {
			t.Fatal(err)
		}
		if r, whose := parseScript(text); whose != ours || r.Hook != prePush {
			t.Fatalf("%q is %v of %+v", text, whose, r)
		}
		if _, whose := parseScript(text + more); more != "" && whose == ours {
			t.Fatalf("%q was added, and it is not told", more)
		}
		if _, whose := parseScript(more); whose == ours && !strings.Contains(more, sumMark) {
			t.Fatalf("%q is no script of ours", more)
		}
	})
}
