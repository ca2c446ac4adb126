package git

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A poke holds nobody up: it is told of while pawl does not end.
func TestNobodyWaitsForAPoke(t *testing.T) {
	w := newWorld(t)
	w.install(w.at("dev"))
	w.install(w.at("origin.git"))
	w.write("bin/pawl", "#!/bin/sh\ncase $* in *post-receive|*reference-transaction) echo $$ >\"$LOG.pid.$4\"; exec sleep 60 ;; esac\n", 0o755)
	began := time.Now()
	w.git(w.at("dev"), "commit", "-q", "--allow-empty", "-m", "more")
	w.git(w.at("dev"), "push", "-q", "origin", "HEAD:main")
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("the push took %s", took)
	}
	for _, hook := range []string{postReceive, referenceTransaction} {
		pid := 0
		for deadline := time.Now().Add(10 * time.Second); pid == 0; time.Sleep(5 * time.Millisecond) {
			if _, err := fmt.Sscan(smallFile(w.at("log.pid."+hook)), &pid); err != nil && time.Now().After(deadline) {
				t.Fatalf("%s: pawl was not started", hook)
			}
		}
		p, err := os.FindProcess(pid)
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Errorf("%s: %v", hook, err)
		}
	}
}

// A thousand tags in one transaction start nothing.
func TestManyRefsStartNothing(t *testing.T) {
	w := newWorld(t)
	dev := w.at("dev")
	w.install(dev)
	w.pawl(0)
	head := strings.TrimSpace(w.git(dev, "rev-parse", "HEAD"))
	var lines strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&lines, "create refs/tags/t%d %s\n", i, head)
	}
	w.write("refs", lines.String(), 0o644)
	update := func(dir string) time.Duration {
		began := time.Now()
		w.shell(dir, "git update-ref --stdin <../refs")
		return time.Since(began)
	}
	w.clone("empty")
	w.write("empty/.git/hooks/reference-transaction", "#!/bin/sh\nexit 0\n", 0o755)
	empty := update(w.at("empty"))
	with := update(dev)
	w.calls(0)
	if with > 8*empty {
		t.Errorf("it took %s, and %s with a hook that does nothing", with, empty)
	}
	// One among many is found, where it is the last.
	w.write("refs", strings.ReplaceAll(lines.String(), "tags/", "heads/")+"update refs/remotes/origin/main "+head+"\n", 0o644)
	w.git(dev, "update-ref", "-d", "refs/remotes/origin/main")
	w.calls(1)
	w.shell(dev, "git update-ref --stdin <../refs")
	w.calls(1)
}

// A ref update takes less than 20 ms more with the hooks than without; the bound
// here is that of a machine that is busy with other tests.
func TestARefUpdateStaysCheap(t *testing.T) {
	w := newWorld(t)
	w.clone("with")
	w.install(w.at("with"))
	w.pawl(0)
	took := map[string][]time.Duration{}
	for range 9 {
		for _, dir := range []string{"dev", "with"} {
			began := time.Now()
			w.git(w.at(dir), "update-ref", "refs/tags/t", "HEAD")
			took[dir] = append(took[dir], time.Since(began))
			w.git(w.at(dir), "update-ref", "-d", "refs/tags/t")
		}
	}
	median := func(dir string) time.Duration {
		slices.Sort(took[dir])
		return took[dir][len(took[dir])/2]
	}
	with, without := median("with"), median("dev")
	t.Logf("%s with the hooks, %s without", with, without)
	if with-without > 200*time.Millisecond {
		t.Errorf("a ref update takes %s with the hooks, and %s without", with, without)
	}
	w.calls(0)
}

// shell runs a line of shell.
func (w *world) shell(dir, line string) {
	w.t.Helper()
	w.git(dir, "-c", "alias.line=!cd '"+dir+"' && "+line, "line")
}

// BenchmarkUpdateRef measures a ref update with the hooks and without.
func BenchmarkUpdateRef(b *testing.B) {
	for _, installed := range []bool{false, true} {
		b.Run(fmt.Sprintf("hooks=%v", installed), func(b *testing.B) {
			w := newWorld(b)
			w.pawl(0)
			if installed {
				w.install(w.at("dev"))
			}
			for b.Loop() {
				w.git(w.at("dev"), "update-ref", "refs/tags/t", "HEAD")
				w.git(w.at("dev"), "update-ref", "-d", "refs/tags/t")
			}
		})
	}
}
