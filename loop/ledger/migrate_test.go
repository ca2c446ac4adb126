package ledger

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"pawl/internal/need"
	"pawl/loop/supervise"
)

// A ledger of each earlier version, with a session in it, is brought up to date
// and keeps what it holds.
func TestEarlierLedgersAreMigrated(t *testing.T) {
	need.Unraced(t)
	for version := 1; version < len(migrations); version++ {
		t.Run("version "+strconv.Itoa(version), func(t *testing.T) {
			dir := t.TempDir()
			earlier(t, filepath.Join(dir, File), version)
			l := reopen(t, dir)
			got := loaded(t, l)
			if got.Loop.Epoch != "old" || got.Loop.Revision != 7 || got.Sessions["builder"].Generation != "g" || got.Sessions["builder"].Worked {
				t.Errorf("it holds %+v", got)
			}
			if have := firsts(t, l, "PRAGMA user_version"); !slices.Equal(have, []string{strconv.Itoa(len(migrations))}) {
				t.Errorf("its version is %v", have)
			}
		})
	}
}

// earlier writes a ledger of an earlier version, with a session in it.
func earlier(t testing.TB, path string, version int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	statements := append(slices.Clone(migrations[:version]),
		`INSERT INTO loop VALUES (1, 'old', 7, '', '', '', '', 0, 0, 0, '', '{}', '{}', '{}', 0, '', 0)`,
		`INSERT INTO sessions (generation, agent, name, launcher, adapter, model, phase, state, pid, started, created_at, live_at, doing,
		   doing_since, evidence, probed_at, stop_at, kill_at, reason, ended_at, exit_code, exit_signal, error)
		 VALUES ('g', 'builder', 'p-builder', 'tmux', 'claude', '', '', 'live', 1, '1', 1, 1, 'idle', 1, '', 0, 0, 0, '', 0, 0, '', '')`,
		`PRAGMA user_version = `+strconv.Itoa(version))
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLimitsAreKept(t *testing.T) {
	l, dir := fresh(t)
	at := time.UnixMilli(1_800_000_000_123).UTC()
	want := supervise.Limit{Account: "claude", Agent: "builder", Banner: "resets 3pm", Since: at, Until: at.Add(time.Hour),
		Members: map[string]supervise.Member{"builder": {Generation: "g", Limited: true}}}
	before := loaded(t, l)
	after := before.Clone()
	after.Limits["claude"] = want
	if _, there := before.Limits["claude"]; there {
		t.Error("a clone shares the limits")
	}
	changes := Diff(before, after)
	if changes.Empty() || len(changes.Limits) != 1 {
		t.Errorf("the changes are %+v", changes)
	}
	if err := l.Commit(t.Context(), 0, changes); err != nil {
		t.Fatal(err)
	}
	got := loaded(t, reopen(t, dir))
	if !got.Limits["claude"].Until.Equal(want.Until) || !got.Limits["claude"].Members["builder"].Limited {
		t.Errorf("it holds %+v", got.Limits)
	}
	if again := Diff(got, got.Clone()); !again.Empty() {
		t.Errorf("nothing changed, and it writes %+v", again)
	}
}
