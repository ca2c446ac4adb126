package loop_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/launcher/process"
	"pawl/loop/launcher/tmux"
	"pawl/loop/ledger"
)

// bench is an engine on a ledger that lies on the disk, with real sessions.
type bench struct {
	tb     testing.TB
	dir    string
	engine *loop.Engine
}

// newBench builds the pawl that keeps the sessions, an origin, and n agents that sleep.
func newBench(tb testing.TB, n int, where string) *bench {
	tb.Helper()
	dir, err := os.MkdirTemp("", "pawl-bench-") // short: sockets lie below it
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	b := &bench{tb: tb, dir: dir}
	program := filepath.Join(dir, "pawl")
	b.run(".", "go", "build", "-o", program, "pawl/cmd/pawl")
	b.run(dir, "git", "init", "-q", "--bare", "-b", "main", "origin.git")
	var yaml strings.Builder
	fmt.Fprintf(&yaml, "version: 1\nproject: bench\norigin: {url: %q, poll: 1h}\n", filepath.Join(dir, "origin.git"))
	yaml.WriteString("adapters:\n  script: {command: [sleep, \"100000\"]}\n  screen: {command: [sh, -c, 'printf \"> \"; exec sleep 100000'], detect: {composer: '^> ?(.*)$'}}\n")
	fmt.Fprintf(&yaml, "defaults: {adapter: %s, launcher: %s}\nagents:\n", map[string]string{"process": "script", "tmux": "screen"}[where], where)
	for i := range n {
		role := [...]string{"builder", "adversary", "other"}[min(i, 2)]
		fmt.Fprintf(&yaml, "  a%d: {kind: loop, role: %s}\n", i, role)
	}
	path := filepath.Join(dir, "pawl.yaml")
	if err := os.WriteFile(path, []byte(yaml.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	l, err := ledger.Open(tb.Context(), filepath.Join(dir, ".pawl"))
	if err != nil {
		tb.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	b.engine = &loop.Engine{
		Source: &loop.Source{Path: path}, Ledger: l, Default: "process", Log: log, Now: time.Now, Env: os.Environ,
		Launchers: map[string]launcher.Launcher{
			"process": process.New(process.Options{Runtime: filepath.Join(dir, "p"), Program: program, Self: []string{"pawl", "pump"}, Log: log}),
			"tmux":    tmux.New(tmux.Options{Socket: filepath.Join(dir, "s"), Runtime: filepath.Join(dir, "t"), Self: []string{program, "pane"}, Log: log}),
		},
	}
	tb.Cleanup(func() {
		b.want(ledger.Off)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := b.engine.Local(ctx, time.Minute)
		if err := errors.Join(err, b.engine.Close(), l.Close()); err != nil {
			tb.Error(err)
		}
	})
	return b
}

func (b *bench) run(dir, name string, args ...string) {
	b.tb.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=b", "GIT_AUTHOR_EMAIL=b@c", "GIT_COMMITTER_NAME=b", "GIT_COMMITTER_EMAIL=b@c")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.tb.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// want asks for all agents to run, or for none.
func (b *bench) want(w ledger.Want) {
	b.tb.Helper()
	cfg, err := config.Load(b.engine.Source.Path)
	if err != nil {
		b.tb.Fatal(err)
	}
	ctx := context.WithoutCancel(b.tb.Context())
	err = b.engine.Ledger.Edit(ctx, func(s *ledger.State) error {
		for _, name := range cfg.Names() {
			row := s.Agent(name)
			row.Wanted = w
			s.Agents[name] = row
		}
		return nil
	})
	if err != nil {
		b.tb.Fatal(err)
	}
}

// idle starts the agents and waits until a pass has nothing to write.
func (b *bench) idle() {
	b.tb.Helper()
	b.want(ledger.Up)
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			b.tb.Fatal("the loop does not become idle")
		}
		rep, err := b.engine.Pass(b.tb.Context(), loop.Look{})
		if err != nil {
			b.tb.Fatal(err)
		}
		if rep.Changes.Empty() && len(rep.Actions) == 0 {
			return
		}
	}
}

// BenchmarkIdlePass is a pass in which nothing happens.
func BenchmarkIdlePass(b *testing.B) {
	for _, where := range []string{"process", "tmux"} {
		for _, n := range []int{2, 50, 300} {
			b.Run(fmt.Sprint(where, "/", n), func(b *testing.B) {
				if n > 50 && (testing.Short() || where == "tmux") {
					b.Skip("many sessions: to start them takes minutes")
				}
				loop := newBench(b, n, where)
				loop.idle()
				before := cpu(b)
				for b.Loop() {
					rep, err := loop.engine.Pass(b.Context(), lookless)
					if err != nil || len(rep.Actions) > 0 {
						b.Fatal(rep.Actions, err)
					}
				}
				b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N)/float64(n), "cpu-µs/agent")
			})
		}
	}
}

var lookless loop.Look
