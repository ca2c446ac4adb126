package mirror

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stubSSH is an ssh that does what a script says; $cmd is git's command.
func stubSSH(t testing.TB, script string) func(*Options) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ssh")
	text := "#!/bin/sh\nfor cmd; do :; done\n" + script + "\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.Env = append(o.Env, "GIT_SSH_COMMAND="+path) }
}

func TestARemoteOriginTakesOneLsRemote(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit("one", map[string]string{"a": "1"})
	set, forks := counted(t)
	m := mirrorOf(t, "ssh://git:pw@host"+strings.ReplaceAll(r.dir, " ", "%20"), set, stubSSH(t, `exec sh -c "$cmd"`))
	if l := look(t, m); l.Local || !l.Fetched || l.Branch != "main" || strings.Contains(l.URL, "pw") {
		t.Errorf("%+v", l)
	}
	own := func() (n []string) {
		for _, c := range forks() {
			if strings.HasPrefix(c, "-c core.hooksPath") {
				n = append(n, c)
			}
		}
		return n
	}
	own()
	for range 2 {
		look(t, m)
		if calls := own(); len(calls) != 1 || !strings.Contains(calls[0], "ls-remote") {
			t.Errorf("an unchanged look ran %q", calls)
		}
	}
	tip := r.commit("two", nil)
	if l := look(t, m); l.Tip != tip || !l.Fetched {
		t.Errorf("%+v", l)
	}
	r.git("branch", "-m", "trunk")
	if l := look(t, m); l.Tip != tip || l.Branch != "trunk" {
		t.Errorf("a renamed branch: %+v", l)
	}
}

// gone waits until a process has ended.
func gone(t *testing.T, pidFile string) {
	t.Helper()
	b, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	proc := filepath.Join("/proc", strings.TrimSpace(string(b)))
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		stat, err := os.ReadFile(proc + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %s still runs: %s", b, stat)
		}
	}
}

func TestAHangingOriginIsKilledWithAllItsHelpers(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit("one", map[string]string{"a": "1"})
	url := "ssh://host" + strings.ReplaceAll(r.dir, " ", "%20")
	for name, before := range map[string]string{
		"at once":           ``,
		"in the fetch only": `if [ ! -e "$0.once" ]; then touch "$0.once"; exec sh -c "$cmd"; fi`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pid := filepath.Join(t.TempDir(), "pid")
			stub := stubSSH(t, before+"\ntrap '' TERM\necho $$ >"+pid+"\nwhile :; do sleep 1; done")
			m := mirrorOf(t, url, stub, func(o *Options) { o.Timeout = 300 * time.Millisecond })
			start := time.Now()
			_, err := m.Look(t.Context())
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 20*time.Second {
				t.Errorf("%v after %v", err, time.Since(start))
			}
			gone(t, pid)
		})
	}
	pid := filepath.Join(t.TempDir(), "pid")
	m := mirrorOf(t, url, stubSSH(t, "echo $$ >"+pid+"\nexec sleep 1000"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := m.Look(ctx)
		ended <- err
	}()
	waitFor(t, pid)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	gone(t, pid)
}

func waitFor(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", path)
		}
	}
}
