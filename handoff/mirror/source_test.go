package mirror

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// about are the git processes that ran in a folder.
func about(dir string, calls []string) []string {
	return slices.DeleteFunc(calls, func(c string) bool { return !strings.Contains(c, "-C "+dir+" ") })
}

func TestOriginOfTheRepositoryAroundIt(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("one", map[string]string{"a": "1"})
	around := newRepo(t)
	around.git("remote", "add", "up", "../../"+filepath.Base(filepath.Dir(r.dir))+"/"+filepath.Base(r.dir))
	sub := filepath.Join(around.dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	set, forks := counted(t)
	m := mirrorOf(t, "", set, func(o *Options) { o.Repo, o.Remote = sub, "up" })
	if l := look(t, m); l.Tip != tip || !l.Local {
		t.Errorf("a relative url counts from the top of the repository: %+v", l)
	}
	if calls := about(sub, forks()); len(calls) != 2 {
		t.Errorf("the first look asked the repository %q", calls)
	}
	look(t, m)
	if calls := forks(); calls != nil {
		t.Errorf("an unchanged look ran %q", calls)
	}
	other := newRepo(t)
	moved := other.commit("other", nil)
	around.git("remote", "set-url", "up", other.dir)
	if l := look(t, m); l.Tip != moved || !l.Rebuilt {
		t.Errorf("another url is another mirror: %+v", l)
	}
	w, err := m.Window(t.Context(), Query{Cursor: tip, Tip: moved, Lookback: 5})
	if err != nil || w.Cursor != "" || len(w.Commits) != 1 {
		t.Errorf("%+v, %v", w, err)
	}
	for _, o := range []Options{{Repo: t.TempDir()}, {Repo: around.dir}, {Repo: around.dir, Remote: "-x"}} {
		o.Dir, o.Env = filepath.Join(t.TempDir(), "m"), testEnv(t.TempDir())
		if _, err := New(o).Look(t.Context()); err == nil || !strings.Contains(err.Error(), "set origin.") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestTheRepositorySaysHowToReachOrigin logs in as its own configuration says,
// in the file itself and in one that it includes.
func TestTheRepositorySaysHowToReachOrigin(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("one", nil)
	opt := Options{}
	stubSSH(t, `exec sh -c "$cmd"`)(&opt)
	ssh := strings.TrimPrefix(opt.Env[0], "GIT_SSH_COMMAND=")
	bare := []string{"--bare"}
	for name, c := range map[string]struct {
		init []string
		set  func(r repo)
	}{
		"in its file":   {set: func(r repo) { r.git("config", "core.sshCommand", ssh) }},
		"in a bare one": {init: bare, set: func(r repo) { r.git("config", "CORE.SSHCOMMAND", ssh) }},
		"included": {set: func(r repo) {
			r.git("config", "-f", filepath.Join(r.dir, "more"), "core.sshCommand", ssh)
			r.git("config", "include.path", filepath.Join(r.dir, "more"))
		}},
	} {
		around := newRepo(t, c.init...)
		around.git("remote", "add", "origin", "ssh://git@host"+strings.ReplaceAll(r.dir, " ", "%20"))
		c.set(around)
		l := look(t, mirrorOf(t, "", func(o *Options) { o.Repo = around.dir }))
		if l.Tip != tip || l.Local {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestWhichConfigurationsAreAskedAbout(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.git("remote", "add", "origin", "https://host/ssh/credential.git")
	config := filepath.Join(r.dir, ".git", "config")
	if mayGrantAccess(config) {
		t.Error("a plain configuration is asked about")
	}
	if !mayGrantAccess(filepath.Join(r.dir, "none")) {
		t.Error("one that cannot be read is not asked about")
	}
	plain, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"core.sshCommand", "core.gitProxy", "ssh.variant", "credential.helper", "credential.https://host.username",
		"http.extraHeader", "http.https://host/.sslVerify", "include.path", "includeIf.gitdir:/x/.path",
	} {
		r.git("config", key, "x")
		if !mayGrantAccess(config) {
			t.Errorf("%s is not asked about", key)
		}
		if err := os.WriteFile(config, plain, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
