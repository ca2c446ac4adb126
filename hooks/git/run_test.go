package git

import (
	"os"
	"strings"
	"testing"
)

// ways make a clone in which the hooks are installed in one of the three ways,
// beside hooks of the user's.
var ways = map[Way]func(w *world) *Repo{
	InFolder: func(w *world) *Repo {
		w.userHooks("dev/.git/hooks")
		return w.installAs(InFolder)
	},
	Redirected: func(w *world) *Repo {
		w.userHooks("dev/.husky")
		w.git(w.at("dev"), "config", "core.hooksPath", ".husky")
		return w.installAs(Redirected)
	},
	InConfig: func(w *world) *Repo {
		w.userHooks("dev/.git/hooks")
		return w.installAs(InConfig)
	},
}

func (w *world) installAs(way Way) *Repo {
	w.t.Helper()
	r, o := w.open(w.at("dev")), w.options()
	if way == InConfig && !r.inConfig {
		w.t.Skip("this git reads no hooks from its configuration: PAWL_TEST_GIT may name one of 2.54 or newer")
	}
	o.Files = way != InConfig
	if err := r.Install(w.t.Context(), o); err != nil {
		w.t.Fatal(err)
	}
	s, err := r.State(w.t.Context())
	if err != nil || s.Way != way || !s.Installed(w.yaml) {
		w.t.Fatalf("the state is %+v, %v", s, err)
	}
	return r
}

// theirs is what the user's hooks wrote down.
func (w *world) theirs() string {
	path := w.at("log.theirs")
	text := smallFile(path)
	if text != "" {
		if err := os.Remove(path); err != nil {
			w.t.Fatal(err)
		}
	}
	return text
}

// A push tells of itself once, with nothing of git's or of a session's around,
// and all of the user's hooks are called as before.
func TestAPushPokes(t *testing.T) {
	for way, make := range ways {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			dev := w.at("dev")
			make(w)
			w.pawl(0)
			w.env = append(w.env, "PAWL_AGENT=builder", "PAWL_GENERATION=g", "PAWL_CONFIG=/other")
			w.git(dev, "commit", "-q", "--allow-empty", "-m", "more")
			if calls := w.calls(1); !strings.HasPrefix(calls[0], "commit-msg .git/COMMIT_EDITMSG") || !strings.HasSuffix(calls[0], "at "+w.yaml+"\n") {
				t.Errorf("for a commit it was called %q", calls)
			}
			said := w.theirs()
			for _, want := range []string{"pre-commit 0", "commit-msg 1 .git/COMMIT_EDITMSG", "reference-transaction 1 prepared", "reference-transaction 1 committed", "refs/heads/main"} {
				if !strings.Contains(said, want+"\n") && !strings.Contains(said, want) {
					t.Errorf("theirs were not called with %q: %s", want, said)
				}
			}
			head := strings.TrimSpace(w.git(dev, "rev-parse", "HEAD"))
			out := w.git(dev, "push", "-q", "origin", "HEAD:main")
			calls := strings.Join(w.calls(2), "")
			if !strings.Contains(calls, "reference-transaction at "+w.yaml+"\n") || !strings.Contains(calls, "pre-push origin "+w.at("origin.git")+" HEAD "+head+" refs/heads/main ") {
				t.Errorf("for a push it was called %q; git said %s", calls, out)
			}
			if said := w.theirs(); !strings.Contains(said, "pre-push 2 origin\nHEAD "+head+" refs/heads/main ") {
				t.Errorf("theirs were called %s", said)
			}
			w.git(dev, "fetch", "-q")
			w.git(dev, "branch", "aside")
			w.git(dev, "push", "-q", "origin", "aside")
			if calls := w.calls(1); !strings.HasPrefix(calls[0], "pre-push") {
				t.Errorf("a push of another branch called %q", calls)
			}
		})
	}
}

// What comes from elsewhere pokes as well: into a bare origin, and into a clone
// by a fetch and from its linked worktrees.
func TestWhatIsReceivedPokes(t *testing.T) {
	w := newWorld(t)
	w.clone("other")
	w.userHooks("origin.git/hooks")
	w.install(w.at("origin.git"))
	w.pawl(0)
	w.git(w.at("dev"), "push", "-q", "origin", "HEAD:aside")
	w.theirs()
	w.git(w.at("dev"), "commit", "-q", "--allow-empty", "-m", "more")
	w.git(w.at("dev"), "push", "-q", "origin", "HEAD:main")
	if calls := w.calls(1); calls[0] != "post-receive at "+w.yaml+"\n" {
		t.Errorf("it was called %q", calls)
	}
	if said := w.theirs(); !strings.Contains(said, "post-receive 0 \n") || !strings.Contains(said, " refs/heads/main\n") {
		t.Errorf("theirs were called %s", said)
	}
	if err := w.open(w.at("origin.git")).Uninstall(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	w.git(w.at("other"), "worktree", "add", "-q", w.at("tree"), "-b", "side")
	w.install(w.at("tree"))
	w.git(w.at("other"), "fetch", "-q")
	w.calls(1)
	w.git(w.at("tree"), "rebase", "-q", "origin/main")
	w.git(w.at("tree"), "commit", "-q", "--allow-empty", "-m", "side")
	w.git(w.at("tree"), "push", "-q", "origin", "HEAD:main")
	w.calls(3) // commit-msg, pre-push, reference-transaction
}

// Only pawl's own word refuses. Whatever else goes wrong with it lets git go on,
// with one line at most.
func TestOnlyFindingsRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		pawl    func(w *world)
		refused bool
		says    string
	}{
		"it has nothing to say": {func(w *world) { w.pawl(0) }, false, "first line of pawl\nsecond line of pawl\n"},
		"it refuses":            {func(w *world) { w.pawl(65) }, true, "first line of pawl\nsecond line of pawl\n"},
		"it fails":              {func(w *world) { w.pawl(1) }, false, "first line of pawl\n"},
		"it knows no hooks":     {func(w *world) { w.pawl(2) }, false, "first line of pawl\n"},
		"it is broken":          {func(w *world) { w.write("bin/pawl", "\x7fELF", 0o755) }, false, "…"},
		"it is not there":       {func(*world) {}, false, ""},
		"it is a folder":        {func(w *world) { w.write("bin/pawl/x", "", 0o755) }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			dev := w.at("dev")
			w.install(dev)
			c.pawl(w)
			for hook, args := range map[string][]string{
				commitMsg: {"commit", "-q", "--allow-empty", "-m", "more"}, prePush: {"push", "-q", "origin", "HEAD:aside"},
			} {
				out, ok := w.run(dev, args...)
				if ok == c.refused {
					t.Errorf("%s: it ended well: %v, and said %s", hook, ok, out)
				}
				if c.says == "…" {
					out = c.says[:len(c.says)*min(1, strings.Count(out, "\n"))]
				} else if c.refused && hook == prePush {
					out, _, _ = strings.Cut(out, "error: ") // git's own word
				}
				if out != c.says {
					t.Errorf("%s: git said %q, not %q", hook, out, c.says)
				}
			}
		})
	}
}

// The user's refusal stands, and pawl is not asked any more; one by a hook that
// git would ignore does not count.
func TestTheirRefusalStands(t *testing.T) {
	for way, dir := range map[Way]string{InFolder: "dev/.git/hooks", Redirected: "dev/.husky"} {
		w := newWorld(t)
		dev := w.at("dev")
		refuse := "#!/bin/sh\necho no >&2\nexit 3\n"
		for _, name := range []string{commitMsg, prePush, "pre-commit"} {
			w.write(dir+"/"+name, refuse, 0o644)
		}
		w.write(dir+"/"+referenceTransaction, "#!/bin/sh\ngrep -q refs/heads/refused && exit 3\nexit 0\n", 0o755)
		if way == Redirected {
			w.git(dev, "config", "core.hooksPath", ".husky")
		}
		r := w.installAs(way)
		w.pawl(0)
		w.git(dev, "-c", "advice.ignoredHook=false", "commit", "-q", "--allow-empty", "-m", "more")
		w.calls(1)
		s, err := r.State(t.Context())
		if err != nil || s.Hooks[1].Theirs != "" || s.Hooks[0].Theirs == "" {
			t.Errorf("%s: of theirs there run %+v, %v", way, s, err)
		}
		if out, ok := w.run(dev, "branch", "refused"); ok {
			t.Errorf("%s: their reference-transaction does not count: %s", way, out)
		}
		if err := r.Uninstall(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{commitMsg, prePush} {
			w.write(dir+"/"+name, refuse, 0o755)
		}
		w.installAs(way)
		for _, args := range [][]string{{"commit", "-q", "--allow-empty", "-m", "more"}, {"push", "-q", "origin", "HEAD:aside"}} {
			if out, ok := w.run(dev, args...); ok || !strings.Contains(out, "no\n") {
				t.Errorf("%s: git %s ended well: %v, and said %q", way, args[0], ok, out)
			}
		}
		w.calls(0)
	}
}

// A branch's name is no pattern, and the remote may be any.
func TestWatchedRefs(t *testing.T) {
	for _, c := range []struct {
		watch      watch
		pattern    string
		expression string
	}{
		{watch{remote: "origin", branch: "main"}, "refs/remotes/origin/main", "^[^ ]* [^ ]* refs/remotes/origin/main$"},
		{watch{branch: "v1.0"}, "refs/remotes/*/v1.0", `^[^ ]* [^ ]* refs/remotes/[^ ]*/v1\.0$`},
		{watch{remote: "origin", heads: true}, "refs/heads/*", "^[^ ]* [^ ]* refs/heads/[^ ]*$"},
	} {
		if p, e := c.watch.pattern(), c.watch.expression(); p != c.pattern || e != c.expression {
			t.Errorf("%+v: %q and %q", c.watch, p, e)
		}
	}
}
