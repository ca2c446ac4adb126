//go:build linux || darwin

package process

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/launcher"
)

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(15 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// testSpec is a session of a generation that no other run of the tests has: whatever
// carries a generation's name is ended with it. If the test fails, it shows what the
// session's keeper had to tell.
func testSpec(t testing.TB, l *Launcher, session, generation, script string) launcher.Spec {
	t.Helper()
	dir := t.TempDir()
	generation += "-" + strconv.Itoa(os.Getpid())
	ref := launcher.Ref{Session: session, Generation: generation}
	t.Cleanup(func() {
		if notes, err := os.ReadFile(noteFile(l.layout.folder(session))); t.Failed() {
			t.Logf("the keeper of %s: %s (%v)", session, notes, err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := l.Stop(ctx, ref, 0); err != nil && !errors.Is(err, launcher.ErrGone) {
			t.Error(err)
		}
		waitFor(t, "the end of "+session, func() bool { return l.Forget(ctx, ref) == nil })
	})
	return launcher.Spec{Ref: ref, Agent: "builder", Owner: "o", Phase: "p", Argv: []string{"sh", "-c", script},
		Env: []string{"PATH=" + os.Getenv("PATH"), "PAWL_GENERATION=" + generation}, Dir: dir, Log: filepath.Join(dir, "agent.log")}
}

func TestRefusedBeforeAnythingIsStarted(t *testing.T) {
	opts := testOptions(t)
	good := launcher.Spec{Ref: launcher.Ref{Session: "s", Generation: "g"}, Argv: []string{"true"}, Dir: "/", Log: "/tmp/never.log"}
	open := filepath.Join(opts.Runtime, "open")
	link := filepath.Join(opts.Runtime, "link")
	if err := errors.Join(os.Mkdir(open, 0o755), os.Chmod(open, 0o755), os.Symlink(open, link)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		runtime string
		change  func(*launcher.Spec)
		want    string
	}{
		{"a name that leaves the folder", opts.Runtime, func(s *launcher.Spec) { s.Session = "../x" }, `"../x"`},
		{"an empty name", opts.Runtime, func(s *launcher.Spec) { s.Session = "" }, "empty"},
		{"no generation", opts.Runtime, func(s *launcher.Spec) { s.Generation = "" }, "generation is empty"},
		{"no command", opts.Runtime, func(s *launcher.Spec) { s.Argv = nil }, "command is empty"},
		{"a relative folder", opts.Runtime, func(s *launcher.Spec) { s.Dir = "work" }, `"work"`},
		{"a relative log", opts.Runtime, func(s *launcher.Spec) { s.Log = "a.log" }, `"a.log"`},
		{"a runtime folder that is too long", opts.Runtime + strings.Repeat("/x", 40), func(*launcher.Spec) {}, "shorter runtime folder"},
		{"a runtime folder that is open to others", open, func(*launcher.Spec) {}, "mode 0755"},
		{"a runtime folder that is a link", link, func(*launcher.Spec) {}, "not a folder"},
	} {
		o, spec := opts, good
		o.Runtime = c.runtime
		c.change(&spec)
		if err := New(o).Start(testContext(t), spec); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want an error with %q", c.name, err, c.want)
		}
	}
}

func TestHalfMadeFolderIsNoSession(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	l := New(opts)
	if err := l.layout.prepare(); err != nil {
		t.Fatal(err)
	}
	spec := testSpec(t, l, "acme-half", "test-half", "exec sleep 1000")
	folder := l.layout.folder(spec.Session)
	for _, file := range []string{"", "spec", "state"} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if file != "" {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(`{"generation":`), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := l.Observe(testContext(t)); err != nil || len(all) != 0 {
			t.Errorf("with %q: %v, %v", file, all, err)
		}
	}
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatalf("Start over a half-made folder: %v", err)
	}
	if _, err := os.Stat(specFile(folder)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the spec file, with its secrets, is still there: %v", err)
	}
	for path := range strings.FieldsSeq(folder + " " + stateFile(folder) + " " + spec.Log) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v; others must not read it", path, info.Mode(), err)
		}
	}
}

func TestKeeperThatIsAskedToEndStopsItsAgent(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	l := New(opts)
	spec := testSpec(t, l, "acme-term", "test-term", "trap 'exit 9' TERM; echo up; while :; do sleep 0.02; done")
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	s, c, err := l.find(spec.Session)
	if err != nil || c != running {
		t.Fatalf("condition %d, %v", c, err)
	}
	waitFor(t, "the trap", func() bool {
		lines, err := l.Capture(testContext(t), spec.Ref, 1)
		return err == nil && len(lines) == 1 && lines[0] == "up"
	})
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if err := syscall.Kill(s.Keeper.PID, sig); err != nil {
			t.Fatal(err)
		}
	}
	var x *launcher.Exit
	waitFor(t, "the end", func() bool {
		all, err := l.Observe(testContext(t))
		x = all[spec.Session].Exit
		return err == nil && x != nil
	})
	if x.Code != 9 || x.Lost {
		t.Errorf("exit %+v, want code 9", x)
	}
}

func TestStartLeavesNoChild(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	l := New(opts)
	spec := testSpec(t, l, "acme-child", "test-child", "exec sleep 1000")
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	s, _, err := l.find(spec.Session)
	if err != nil {
		t.Fatal(err)
	}
	var ws syscall.WaitStatus
	if pid, err := syscall.Wait4(s.Keeper.PID, &ws, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("the keeper is our child: %d, %v", pid, err)
	}
}

func TestCaptureShowsOnlyItsOwnGeneration(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	l := New(opts)
	spec := testSpec(t, l, "acme-log", "test-log", "echo mine; exec sleep 1000")
	if err := os.WriteFile(spec.Log, []byte("of a predecessor\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	var lines []string
	waitFor(t, "the output", func() bool {
		var err error
		lines, err = l.Capture(testContext(t), spec.Ref, 10)
		return err == nil && len(lines) > 0
	})
	if len(lines) != 1 || lines[0] != "mine" {
		t.Errorf("captured %q", lines)
	}
	data, err := os.ReadFile(spec.Log)
	if err != nil || string(data) != "of a predecessor\nmine\n" {
		t.Errorf("the log holds %q, %v; it is appended to", data, err)
	}
}

func TestUnreadableJournalAcceptsNothing(t *testing.T) {
	j, err := openJournal(filepath.Join(t.TempDir(), "journal"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.record(entry{ID: "w1"}, true); err != nil {
		t.Fatal(err)
	}
	if err := j.file.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.record(entry{ID: "w2"}, true); err == nil || j.seen("w2") {
			t.Errorf("recorded on a closed file: %v, seen %v", err, j.seen("w2"))
		}
	}
	if !j.seen("w1") {
		t.Error("w1 is forgotten")
	}
}
