package bench

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkClaim is a pass with one new claim: by a coordinator that runs, and by a
// `pawl tick` that starts from nothing. Beside it are git's fetch and log of the same
// commit, and the least that any program could do: one fetch, one ref read, one tmux call.
func BenchmarkClaim(b *testing.B) {
	for _, n := range sizes() {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newField(b, n)
			p := newProject(b, f.dir, origin(f.origin)+twoAgents)
			b.Run("first", func(b *testing.B) { claimFirst(b, f, p) })
			b.Run("cold", func(b *testing.B) { claimCold(b, f, p) })
			p.start()
			b.Run("warm", func(b *testing.B) { claimWarm(b, f, p) })
			p.stop()
		})
	}
}

func claimWarm(b *testing.B, f *field, p *project) {
	least := []contender{
		{name: "log", do: f.fetchAndLog},
		{name: "fetch", do: f.fetch},
		{name: "ref", do: func() { f.ref() }},
	}
	if socket := emptyServer(b); socket != "" {
		least = append(least, contender{name: "tmux", do: func() { command(b, "", "tmux", "-S", socket, "list-panes", "-a") }})
	}
	var r race
	for b.Loop() {
		f.grow(1)
		r.round(append([]contender{{name: "pawl", do: func() {
			if !p.tick() {
				b.Fatal("the pass has not seen the claim")
			}
		}}}, least...)...)
	}
	r.report(b, [2]string{"pawl", "log"}, [2]string{"pawl", "fetch"}, [2]string{"pawl", "ref"}, [2]string{"pawl", "tmux"})
	m := memory(b, p.watch.Process.Pid)
	b.ReportMetric(m.resident, "rss-MB")
	b.ReportMetric(m.peak, "peak-MB")
}

// claimFirst is the very first pass of a new project, which makes the mirror and the
// ledger, beside a clone: once, whatever is asked.
func claimFirst(b *testing.B, f *field, p *project) {
	var r race
	for b.Loop() {
		if r.rounds == 0 {
			r.round(contender{name: "pawl", do: func() { p.pawl("tick") }}, contender{name: "clone", do: func() { f.clone("cloned.git", "--no-local") }})
		}
	}
	r.report(b, [2]string{"pawl", "clone"})
}

// claimCold is a pass of a program that starts from nothing, with all that the
// repositories and the ledger hold on the disk alone. The programs stay in memory.
func claimCold(b *testing.B, f *field, p *project) {
	var r race
	for b.Loop() {
		f.grow(1)
		r.round(
			contender{"pawl", func() { p.pawl("tick", "--quiet") }, func() { evict(b, f.dir) }},
			contender{"log", f.fetchAndLog, func() { evict(b, f.dir) }},
		)
	}
	r.report(b, [2]string{"pawl", "log"})
}

// emptyServer is the socket of a tmux server with one session; "" where tmux is not here.
func emptyServer(b *testing.B) string {
	b.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		return ""
	}
	socket := filepath.Join(scratch(b), "s")
	command(b, "", "tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "sleep 100000")
	b.Cleanup(func() { command(b, "", "tmux", "-S", socket, "kill-server") })
	return socket
}
