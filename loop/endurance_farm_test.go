//go:build linux

package loop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// farm is twenty agents on one origin: the real engine, ledger and mirror, a real
// bare origin, and sessions that are rows in memory. It lives in a bubble of
// testing/synctest, whose clock is the only one.
type farm struct {
	t      testing.TB
	dir    string
	engine *Engine
	ward   *ward
	drawn  *drawnWard
	line   *line
	passes int
}

// newFarm makes one and has its agents started.
func newFarm(t testing.TB) *farm {
	t.Helper()
	f := &farm{t: t, dir: t.TempDir(), ward: newWard()}
	f.drawn = &drawnWard{ward: newWard()}
	f.line = newLine(t, filepath.Join(f.dir, "origin.git"))
	path := filepath.Join(f.dir, "pawl.yaml")
	if err := os.WriteFile(path, []byte(f.yaml()), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), f.state())
	if err != nil {
		t.Fatal(err)
	}
	f.engine = &Engine{
		Source: &Source{Path: path}, Ledger: l, Default: "process", Log: slog.New(slog.DiscardHandler),
		Now: time.Now, Env: func() []string { return gitTestEnv },
		Launchers: map[string]launcher.Launcher{"process": f.ward, "tmux": f.drawn},
	}
	err = l.Edit(t.Context(), func(s *ledger.State) error {
		for _, name := range f.config().Names() {
			row := s.Agent(name)
			row.Wanted = ledger.Up
			s.Agents[name] = row
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// gitTestEnv is an environment in which no configuration of the machine counts.
var gitTestEnv = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"}

func (f *farm) state() string { return filepath.Join(f.dir, ".pawl") }

func (f *farm) config() *config.Config {
	f.t.Helper()
	cfg, err := config.Load(f.engine.Source.Path)
	if err != nil {
		f.t.Fatal(err)
	}
	return cfg
}

// close ends what the engine holds; a bubble ends with all its goroutines.
func (f *farm) close() {
	f.t.Helper()
	if err := errors.Join(f.engine.Close(), f.engine.Ledger.Close()); err != nil {
		f.t.Error(err)
	}
}

const (
	phaseCount = 40
	phaseDays  = 12 // of each
)

func (f *farm) yaml() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: farm\norigin: {url: %q, poll: 15s}\nphases:\n  sequence:\n", f.line.dir)
	for i := range phaseCount {
		fmt.Fprintf(&b, "    - {id: %s, plan: plans/x.md, status: %s}\n", phaseName(i), statusName(i))
	}
	b.WriteString("adapters:\n  script: {command: [agent]}\n")
	b.WriteString("  drawn: {command: [agent], detect: {composer: '^> ?(.*)$', limit: '^LIMIT'}}\n")
	b.WriteString("defaults: {adapter: script, launcher: process, watch: heal}\nagents:\n")
	for i := range 5 {
		where := ""
		if i < 2 {
			where = ", launcher: tmux, adapter: drawn"
		}
		fmt.Fprintf(&b, "  b%d: {kind: loop, role: builder%s}\n  a%d: {kind: loop, role: adversary%s}\n", i, where, i, where)
	}
	b.WriteString("  supervisor: {kind: persistent, prompt: watch them, wakes: [{cron: \"0 * * * *\", prompt: look around}]}\n")
	for i := range 8 {
		fmt.Fprintf(&b, "  c%d: {kind: persistent, prompt: keep your part in order, wakes: [{cron: \"%d */6 * * *\", prompt: see to it}]}\n", i, i)
	}
	b.WriteString("  clerk: {kind: persistent, prompt: write it down, wakes: [{cron: \"30 6 * * *\", prompt: write the page}]}\n")
	return b.String()
}

func phaseName(i int) string  { return fmt.Sprintf("p%02d", i) }
func statusName(i int) string { return "STATUS-" + phaseName(i) + ".md" }

// pass runs one pass, with a look if look, and waits for what goes on beside it.
func (f *farm) pass(look bool) Report {
	f.t.Helper()
	var seen Look
	if look {
		seen = f.engine.LookAtOrigin(f.t.Context())
	}
	rep, err := f.engine.Pass(f.t.Context(), seen)
	if err = errors.Join(err, seen.Err); err != nil {
		f.t.Fatal(err)
	}
	f.passes++
	synctest.Wait()
	return rep
}

// live lets so many days go by.
func (f *farm) live(days int) {
	f.t.Helper()
	for day := range days {
		f.day(day)
	}
}

// pauses are between the passes of one window.
var pauses = []time.Duration{
	0, 5 * time.Second, 5 * time.Second, 20 * time.Second, 10 * time.Minute, 30 * time.Minute, 80 * time.Minute,
}

// day is some windows, each with its commits and what becomes of them; two
// sessions that crash, now and then a usage limit, and what the agents print.
func (f *farm) day(day int) {
	f.t.Helper()
	if err := errors.Join(f.ward.chatter(64<<10), f.drawn.chatter(64<<10)); err != nil {
		f.t.Fatal(err)
	}
	for window, tip := range f.line.day(day, time.Now()) {
		begin := time.Now()
		f.line.move(tip)
		f.drawn.mu.Lock()
		f.drawn.limited = day%7 == 3 && window == 3
		f.drawn.mu.Unlock()
		for i, pause := range pauses {
			time.Sleep(pause)
			f.pass(i == 0 || i == 4) // a look that finds nothing new is when the mirror packs
			if i == 3 && window%2 == 1 {
				f.ward.crash(day + window)
			}
		}
		time.Sleep(time.Until(begin.Add(each * time.Hour)))
	}
	f.age()
}

// age makes the mirror a day older: git and the mirror go by the disk's clock.
func (f *farm) age() {
	f.t.Helper()
	err := filepath.WalkDir(filepath.Join(f.state(), "origin.git"), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		at := info.ModTime().Add(-24 * time.Hour)
		return os.Chtimes(path, at, at)
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// git runs git in a folder and returns what it says.
func git(ctx context.Context, dir, in string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(in)
	cmd.Env = append(gitTestEnv[:len(gitTestEnv):len(gitTestEnv)], "GIT_COMMITTER_NAME=c", "GIT_COMMITTER_EMAIL=c@d")
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), err
}
