package trial

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pawl/loop/sim/origin"
)

// loopIn is a loop of one pair and two phases whose folder is there, with nothing running.
func loopIn(t *testing.T) *play {
	t.Helper()
	s := &stage{dir: t.TempDir(), kind: origin.Path, plan: Plan{Pairs: 1, Phases: 2}, logger: slog.New(slog.DiscardHandler), origin: &origin.Origin{}}
	for _, dir := range []string{"record", "screens"} {
		if err := os.Mkdir(filepath.Join(s.dir, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return &play{stage: s, ended: map[string]int{}}
}

// Each session is one of the first phase, of the second, or follows on one that a fault ended.
func TestSessionsAreAccountedFor(t *testing.T) {
	for _, tt := range []struct {
		agent           string
		lines, onScreen int
		ended           int
		want            string
	}{
		{agent: "auditor", lines: 1},
		{agent: "auditor", lines: 2, ended: 1},
		{agent: "auditor", lines: 2, want: "auditor began 2 sessions, and faults and phases account for 1"},
		{agent: "builder-1", lines: 2},
		{agent: "builder-1", lines: 3, want: "builder-1 began 3 sessions, and faults and phases account for 2"},
		{agent: "adversary-1", onScreen: 3, ended: 1},
		{agent: "adversary-1", onScreen: 4, ended: 1, want: "adversary-1 began 4 sessions, and faults and phases account for 3"},
	} {
		p := loopIn(t)
		p.ended[tt.agent] = tt.ended
		for i := range tt.lines {
			write(t, filepath.Join(p.record(), fmt.Sprintf("%s.%d", tt.agent, i)), fmt.Sprintf("%d started 1 1\n", i+1))
		}
		var screen strings.Builder
		for i := range tt.onScreen {
			fmt.Fprintf(&screen, `{"agent":%q,"generation":"%d","started":"fresh"}`+"\n", tt.agent, i)
		}
		write(t, p.screenRecord(tt.agent), screen.String())
		if err := p.checkSessions(); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(p.violations, "; ")
		if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What was pushed and is gone by no fault's doing is told of, and not judged as unasked.
func TestPushesAreAccountedFor(t *testing.T) {
	p := loopIn(t)
	p.plan.Pushes = []Push{{Kind: "claim", Pair: 1, Number: 1}, {Kind: "claim", Pair: 1, Number: 2}, {Kind: "claim", Pair: 1, Number: 3}}
	p.checkPushes(Seen{
		History: []Commit{{Hash: c1, Subject: changeOf(p.plan.Pushes[0]).Subject}},
		Dropped: map[string]string{c2: changeOf(p.plan.Pushes[1]).Subject},
	})
	if len(p.violations) != 1 || !strings.Contains(p.violations[0], "claim(p1/g3)") {
		t.Errorf("got %q", p.violations)
	}
}

// A coordinator that ends by itself is told of, one that is killed is not, nor one
// that may end.
func TestACoordinatorThatEnds(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		end          func(*coordinator) error
		want         string
	}{
		{name: "by itself", script: "exit 3", want: "exit status 3"},
		{name: "by itself, without a fault", script: "exit 0", want: "exit status 0"},
		{name: "killed", script: "exec sleep 60", end: (*coordinator).kill},
		{name: "excused", script: "until [ -e go ]; do sleep 0.02; done; exit 1", end: func(c *coordinator) error {
			c.excuse()
			return os.WriteFile(filepath.Join(c.stage.dir, "go"), nil, 0o600)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := loopIn(t)
			p.pawl = filepath.Join(p.dir, "pawl.sh")
			write(t, p.pawl, "#!/bin/sh\n"+tt.script+"\n")
			if err := os.Chmod(p.pawl, 0o700); err != nil {
				t.Fatal(err)
			}
			said := ""
			c := newCoordinator(p.stage, func(how string) { said = how })
			proc, err := c.start()
			if err != nil {
				t.Fatal(err)
			}
			if tt.end != nil {
				if err := tt.end(c); err != nil {
					t.Fatal(err)
				}
			}
			<-proc.ended
			if said != tt.want {
				t.Errorf("said %q, want %q", said, tt.want)
			}
		})
	}
}
