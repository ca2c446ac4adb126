package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

func TestDownLeavesOthersRestartsDue(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	p := &project{cfg: &config.Config{Agents: []config.Agent{{Name: "builder"}, {Name: "adversary"}}}}
	state := func() *ledger.State {
		due := ledger.Agent{Wanted: ledger.Up, Restart: "it exited", RestartAt: at}
		return &ledger.State{Agents: map[string]ledger.Agent{"builder": due, "adversary": due}}
	}
	s := state()
	if err := p.unwant(s, []string{"builder"}); err != nil {
		t.Fatal(err)
	}
	if row := s.Agents["builder"]; row.Wanted != ledger.Down || row.Restart != "" || !row.RestartAt.IsZero() {
		t.Errorf("the named one is %+v", row)
	}
	if row := s.Agents["adversary"]; row.Wanted != ledger.Up || row.Restart != "it exited" || !row.RestartAt.Equal(at) {
		t.Errorf("the other one is %+v", row)
	}
	s = state()
	if err := p.unwant(s, nil); err != nil {
		t.Fatal(err)
	}
	for name, row := range s.Agents {
		if row.Wanted != ledger.Off || row.Restart != "" {
			t.Errorf("without names %s is %+v", name, row)
		}
	}
}

func TestTheLogsLastErrorIsShown(t *testing.T) {
	const old = "pawl: an earlier fault\n"
	for name, c := range map[string]struct{ log, want string }{
		"a hint follows the error":    {"level=INFO msg=x\npawl: it is held\nhint: pawl down\n", "it is held"},
		"the last of two errors":      {"pawl: one\npawl: two\n", "two"},
		"no error of pawl's":          {"panic: x\n", "panic: x"},
		"nothing since the last time": {"", ""},
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(old+c.log), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := lastLine(path, int64(len(old))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
