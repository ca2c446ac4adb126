package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
)

// world is a folder with a bare origin and a clone of it, and a program that
// stands for pawl: it writes down how it was called.
type world struct {
	t    testing.TB
	dir  string
	env  []string
	yaml string // a path that the shell must take as it is
}

func newWorld(t testing.TB) *world {
	t.Helper()
	path, env := os.Getenv("PATH"), []string{}
	if other := os.Getenv("PAWL_TEST_GIT"); other != "" {
		path = filepath.Dir(other) + ":" + path
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: dir, yaml: filepath.Join(dir, "it's \"a\"\n$PATH", "pawl.yaml")}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GIT_") && !strings.HasPrefix(kv, "PAWL_") && !strings.HasPrefix(kv, "PATH=") {
			env = append(env, kv)
		}
	}
	w.env = append(env, "PATH="+w.at("bin")+":"+path, "HOME="+w.at("home"), "LOG="+w.at("log"), "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@test.invalid", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@test.invalid")
	w.write("home/.gitconfig", "[protocol \"file\"]\nallow = always\n[init]\ndefaultBranch = main\n", 0o644)
	w.git(dir, "init", "-q", "--bare", "--template=", "origin.git")
	w.clone("dev")
	w.git(w.at("dev"), "commit", "-q", "--allow-empty", "-m", "start")
	w.git(w.at("dev"), "push", "-q", "-u", "origin", "main")
	return w
}

func (w *world) at(name string) string { return filepath.Join(w.dir, name) }

func (w *world) clone(name string) {
	w.t.Helper()
	w.git(w.dir, "clone", "-q", "--template=", "origin.git", name)
}

func (w *world) write(name, text string, mode fs.FileMode) {
	w.t.Helper()
	path := name
	if !filepath.IsAbs(path) {
		path = w.at(name)
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode), os.Chmod(path, mode)); err != nil {
		w.t.Fatal(err)
	}
}

// pawl puts the stand-in on PATH; it ends with code after it was called.
func (w *world) pawl(code int) {
	w.write("bin/pawl", fmt.Sprintf(`#!/bin/sh
hook=
for arg; do case $arg in --config|--) ;; hook) hook=1 ;; *) [ -z "$hook" ] || printf '%%s ' "$arg" ;; esac; done >"$LOG.part$$"
{ cat; env | grep -e '^GIT_' -e '^PAWL_'; } >>"$LOG.part$$"
echo "at $2" >>"$LOG.part$$"
mv "$LOG.part$$" "$LOG.$$"
echo "first line of pawl"
echo "second line of pawl" >&2
exit %d
`, code), 0o755)
}

// run runs git and returns all that it prints, and whether it succeeded.
func (w *world) run(dir string, args ...string) (string, bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Path = w.gitProgram()
	cmd.Dir, cmd.Env = dir, w.env
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		w.t.Fatal(err)
	}
	return string(out), err == nil
}

func (w *world) gitProgram() string {
	if other := os.Getenv("PAWL_TEST_GIT"); other != "" {
		return other
	}
	return need.Program(w.t, "git")
}

// git runs git, which must succeed.
func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	out, ok := w.run(dir, args...)
	if !ok {
		w.t.Fatalf("git %s: %s", strings.Join(args, " "), out)
	}
	return out
}

// runner is what the package runs git with.
func (w *world) runner(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Path = w.gitProgram()
	cmd.Dir, cmd.Env = dir, w.env
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w", failed.Stderr, err)
	}
	return string(out), err
}

func (w *world) open(dir string) *Repo {
	w.t.Helper()
	r, err := Open(w.t.Context(), w.runner, dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return &r
}

// options are those of a loop on main; files keeps them out of git's configuration.
func (w *world) options() Options {
	return Options{Config: w.yaml, Program: w.at("bin/pawl"), Remote: "origin", Branch: "main", Files: os.Getenv("PAWL_TEST_GIT") == ""}
}

func (w *world) install(dir string) *Repo {
	w.t.Helper()
	r := w.open(dir)
	if err := r.Install(w.t.Context(), w.options()); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// calls are what the stand-in wrote down by the time that there are n of them.
func (w *world) calls(n int) []string {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		files, err := filepath.Glob(w.at("log.[0-9]*"))
		if err != nil {
			w.t.Fatal(err)
		}
		if len(files) == n {
			return w.take(files)
		}
		if len(files) > n || time.Now().After(deadline) {
			w.t.Fatalf("pawl was called %d times, not %d: %q", len(files), n, w.take(files))
		}
	}
}

func (w *world) take(files []string) (texts []string) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := os.Remove(file); err != nil {
			w.t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// look is all that is in a folder: modes, links and texts. What git itself writes
// while it works is left out.
func look(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, dir)
		if e.IsDir() && (e.Name() == "objects" || e.Name() == "logs" || e.Name() == "refs") {
			return fs.SkipDir
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		text := []byte{}
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			fmt.Fprintf(&b, "%s -> %s\n", name, target)
			return err
		case e.Type().IsRegular() && e.Name() != "index":
			text, err = os.ReadFile(path)
		case e.IsDir() && name == "/hooks":
			return nil
		}
		fmt.Fprintf(&b, "%s %v %q\n", name, info.Mode(), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
