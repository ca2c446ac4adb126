package loop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// parsed is the configuration that text says.
func parsed(t *testing.T, text string) *config.Config {
	t.Helper()
	cfg, err := config.Parse(filepath.Join(t.TempDir(), "pawl.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

const twoListeners = "version: 1\nadapters: {script: {command: [cat]}}\ndefaults: {adapter: script, launcher: process}\nagents: {a: {}, b: {}}\n"

func TestOriginIsAskedLessOftenWhileItDoesNotAnswer(t *testing.T) {
	w := World{Now: time.Unix(1_700_000_000, 0), Config: parsed(t, twoListeners)}
	for failures := range 12 {
		w.Origin = Origin{Looked: true, Err: "no route"}
		d := Plan(w)
		base := min(15*time.Second<<failures, 15*time.Minute)
		if got := d.After.Loop.NextLook.Sub(w.Now); got < base*9/10 || got > base*11/10 {
			t.Errorf("after %d failures the next look comes after %s, want %s ± 10%%", failures+1, got, base)
		}
		w.State = d.After
		w.Now = d.After.Loop.NextLook
	}
	w.Origin = Origin{Looked: true}
	if got := Plan(w).After.Loop.NextLook.Sub(w.Now); got > 17*time.Second {
		t.Errorf("once origin answers, the next look comes after %s", got)
	}
}

func TestAHealthyPollIsSpread(t *testing.T) {
	w := World{Now: time.Unix(1_700_000_000, 0), Config: parsed(t, twoListeners), Origin: Origin{Looked: true}}
	seen := map[time.Duration]bool{}
	for range 50 {
		got := Plan(w).After.Loop.NextLook.Sub(w.Now)
		if got < 13500*time.Millisecond || got > 16500*time.Millisecond {
			t.Fatalf("the next look comes after %s, want 15 s ± 10%%", got)
		}
		seen[got] = true
		w.Now = w.Now.Add(got)
	}
	if len(seen) < 40 {
		t.Errorf("50 polls have %d distances", len(seen))
	}
}

// stuck is a launcher whose orders to one session hang until their context ends.
type stuck struct {
	launcher.Launcher
	session string
	sent    chan string
}

func (s *stuck) Send(ctx context.Context, ref launcher.Ref, _ launcher.Message) error {
	if ref.Session == s.session {
		<-ctx.Done()
		return ctx.Err()
	}
	s.sent <- ref.Session
	return nil
}

func TestAnOrderThatHangsHoldsUpOnlyItsAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &stuck{session: "a", sent: make(chan string, 10)}
		e := &Engine{Log: slog.New(slog.DiscardHandler), Now: time.Now, Launchers: map[string]launcher.Launcher{"process": l}}
		d := Decision{After: ledger.State{Sessions: map[string]ledger.Session{
			"a": {Agent: "a", Name: "a", Launcher: "process"}, "b": {Agent: "b", Name: "b", Launcher: "process"},
		}}}
		d.Actions = []Action{{Kind: Wake, Agent: "a"}, {Kind: Notify}, {Kind: Wake, Agent: "b"}}
		want := []string{Deferred, OK, OK}
		for pass, longest := range []time.Duration{touchPatience, 0, 0} {
			begin := time.Now()
			results := e.act(t.Context(), &config.Config{}, d)
			if took := time.Since(begin); took != longest {
				t.Errorf("pass %d waited %s for its orders, want %s", pass, took, longest)
			}
			for i, r := range results {
				if r.Outcome != want[i] {
					t.Errorf("pass %d: %s of %q is %s, want %s", pass, r.Kind, r.Agent, r.Outcome, want[i])
				}
			}
			if got := <-l.sent; got != "b" {
				t.Errorf("told %q", got)
			}
		}
		begin := time.Now()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took != touchTimeout-touchPatience {
			t.Errorf("Close waited %s, want until the order is given up", took)
		}
		if !e.reserve("a") {
			t.Error("an agent whose order ended is not free")
		}
	})
}

func TestASessionsEnvironment(t *testing.T) {
	cfg := parsed(t, "version: 1\nproject: p\nadapters: {script: {command: [cat]}}\ndefaults: {adapter: script, launcher: process}\n"+
		"agents: {a: {role: builder, env: {PATH: '/own:${PATH}', GREETING: 'hello ${WHO}', EMPTY: '${NOBODY}'}}}\n")
	e := &Engine{Env: func() []string {
		return []string{"PATH=/first", "PATH=/bin", "WHO=you", "GIT_DIR=.", "GIT_COMMON_DIR=x", "GIT_CONFIG_PARAMETERS=y", "GIT_SSH_COMMAND=ssh -v", "PAWL_CONFIG=/other", "PAWL_AGENT=other"}
	}}
	env, own := e.environment(cfg, cfg.Agents[0], ledger.Session{Generation: "g", Phase: "core"}, "/prompt.md")
	for _, want := range []string{"PATH=/own:/bin", "GREETING=hello you", "EMPTY=", "GIT_SSH_COMMAND=ssh -v", "PAWL_AGENT=a", "PAWL_ROLE=builder",
		"PAWL_PROJECT=p", "PAWL_PHASE=core", "PAWL_GENERATION=g", "PAWL_CONFIG=" + cfg.Path, "PAWL_PROMPT_FILE=/prompt.md"} {
		if !slices.Contains(env, want) {
			t.Errorf("%q is missing in %q", want, env)
		}
	}
	if want := "PAWL_AGENT PAWL_ROLE PAWL_PROJECT PAWL_PHASE PAWL_GENERATION PAWL_CONFIG PAWL_PROMPT_FILE PATH GREETING EMPTY"; strings.Join(own, " ") != want {
		t.Errorf("%q are the session's own, want %s", own, want)
	}
	cfg.Notify = []config.Notify{{SecretEnv: "WHO"}, {SecretEnv: "GREETING"}}
	signed, _ := e.environment(cfg, cfg.Agents[0], ledger.Session{}, "")
	if slices.Contains(signed, "WHO=you") || !slices.Contains(signed, "GREETING=hello you") {
		t.Errorf("with secrets: %q", signed)
	}
	names := map[string]int{}
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if names[name]++; names[name] > 1 {
			t.Errorf("%s is there twice: a program may see either", name)
		}
	}
	for _, name := range []string{"GIT_DIR", "GIT_COMMON_DIR", "GIT_CONFIG_PARAMETERS"} {
		if names[name] > 0 {
			t.Errorf("%s would make every git of the agent work on another repository", name)
		}
	}
}

// opened is a ledger of the test's own.
func opened(t *testing.T, dir string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// A file that is replaced by one of the same size and date is read again, once it
// stays as it is.
func TestTheSourceNoticesEachChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "pawl.yaml")
		l := opened(t, filepath.Join(dir, ".pawl"))
		s := &Source{Path: path}
		date := time.Now().Add(-time.Hour)
		write := func(n int) {
			text := strings.Replace(twoListeners, "version: 1\n", fmt.Sprintf("version: 1\nproject: p%d\n", n), 1)
			next := filepath.Join(dir, "next")
			if err := errors.Join(os.WriteFile(next, []byte(text), 0o600), os.Chtimes(next, date, date), os.Rename(next, path)); err != nil {
				t.Fatal(err)
			}
		}
		want := func(n int) {
			t.Helper()
			cfg, err := s.Load(t.Context(), l)
			if err != nil || cfg.Project != fmt.Sprint("p", n) {
				t.Errorf("project %q, want p%d: %v", cfg.Project, n, err)
			}
			again, err := s.Load(t.Context(), l)
			if err != nil || again != cfg {
				t.Errorf("an unchanged file was read again: %v", err)
			}
		}
		write(0)
		want(0) // there is nothing else to go on with
		for n := range 2 {
			write(n + 1)
			want(n)
			time.Sleep(steady)
			want(n + 1)
		}
		// What git shows for a moment while it rebases.
		write(0)
		want(2)
		if !s.Changing() {
			t.Error("a change is seen, and nobody is to look again")
		}
		time.Sleep(steady / 2)
		write(2)
		want(2)
		time.Sleep(steady / 2)
		want(2)
		time.Sleep(steady / 2)
		want(2)
		if s.Changing() {
			t.Error("the change was read, and somebody is to look again")
		}
		if notes := s.Notes(); len(notes) != 2 {
			t.Errorf("notes of two changes: %v", notes)
		}
		// Who gives an order knows what the file says.
		write(3)
		s.Hurry()
		want(3)
		// One that changes again and again is read all the same.
		begin, read := time.Now(), 3
		for n := 4; read == 3 && n < 60; n++ {
			write(n)
			cfg, err := s.Load(t.Context(), l)
			if err != nil {
				t.Fatal(err)
			}
			if cfg.Project != "p3" {
				read = n
			}
			time.Sleep(steady / 2)
		}
		if took := time.Since(begin); read == 3 || took < unsteady || took > 2*unsteady { // an inode may come again, with which it looks unchanged
			t.Errorf("a file that changes again and again was read after %s", took)
		}
	})
}

// A clock that was set back leaves no deadline hours away.
func TestTheClockIsSetBack(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	w := World{Now: now, Config: parsed(t, twoListeners), Origin: Origin{Looked: true}}
	w.State.Agents, w.State.Handoffs, w.State.Sessions = map[string]ledger.Agent{}, map[string]handoff.Handoff{}, map[string]ledger.Session{}
	w.State = Plan(w).After
	w.State.Agents["a"] = ledger.Agent{Name: "a", Wanted: ledger.Up, RestartAt: now.Add(time.Minute)}
	w.State.Handoffs["h"] = handoff.Handoff{ID: "h", Agent: "a", State: handoff.Taken, RemindAt: now.Add(20 * time.Minute)}
	w.State.Order = []string{"h"}
	w.Origin = Origin{}
	after := Plan(w).After
	if after.Agents["a"].RestartAt.IsZero() || !after.Loop.NextLook.After(now) || !after.Handoffs["h"].RemindAt.Equal(now.Add(20*time.Minute)) {
		t.Errorf("deadlines in reach were moved: %+v", after)
	}
	w.Now = now.Add(-3 * time.Hour)
	after = Plan(w).After
	if after.Loop.NextLook.After(w.Now) {
		t.Errorf("the next look is %s away", after.Loop.NextLook.Sub(w.Now))
	}
	if at := after.Agents["a"].RestartAt; at.After(w.Now) {
		t.Errorf("the restart is %s away", at.Sub(w.Now))
	}
	if at := after.Handoffs["h"].RemindAt; !at.Equal(w.Now.Add(30 * time.Minute)) {
		t.Errorf("the reminder is %s away", at.Sub(w.Now))
	}
}

// Trouble with the mirror alone has origin looked at, and counts as no failure of it.
func TestAMirrorThatCannotBeReadIsLookedAtNow(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	w := World{Now: now, Config: parsed(t, twoListeners), Origin: Origin{Looked: true}}
	w.State = Plan(w).After
	w.Origin = Origin{Err: "an object is missing"}
	after := Plan(w).After
	if !after.Loop.NextLook.Equal(now) || after.Loop.Failures != 0 || after.Loop.OriginError != "" {
		t.Errorf("%d failures, %q, the next look is %s away", after.Loop.Failures, after.Loop.OriginError, after.Loop.NextLook.Sub(now))
	}
}
