package ledger

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pawl/internal/need"
)

// What is wrong in the log takes away the newest transactions, as if they had not
// been written, or is noticed: never is there a state in between.
func TestADamagedLogIsAnEarlierState(t *testing.T) {
	need.Unraced(t)
	l, dir := fresh(t)
	path := filepath.Join(dir, File)
	if _, err := l.db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	var states []State
	for n := range 6 {
		states = append(states, loaded(t, l))
		if err := l.Edit(t.Context(), func(s *State) error {
			s.Agents["builder"] = Agent{Name: "builder", Generations: n + 1, Restart: strings.Repeat("x", 3000)}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	states = append(states, loaded(t, l))
	database, log := readFile(t, path), readFile(t, path+logSuffix)
	to := t.TempDir()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d, a log of %d bytes", seed, len(log))
	seen := map[int64]int{}
	for range 100 {
		bad := bytes.Clone(log)
		if random.IntN(3) == 0 {
			bad = bad[:random.IntN(len(bad))]
		} else {
			bad[random.IntN(len(bad))] ^= byte(1 + random.IntN(255))
		}
		overwrite(t, filepath.Join(to, File), database)
		overwrite(t, filepath.Join(to, File+logSuffix), bad)
		if err := remove(filepath.Join(to, File+indexSuffix)); err != nil {
			t.Fatal(err)
		}
		s, _, err := content(t.Context(), to)
		if Damaged(err) {
			seen[-1]++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, states[s.Loop.Revision]) {
			t.Fatalf("it reads as %+v, which it never was", s)
		}
		seen[s.Loop.Revision]++
	}
	if len(seen) < 3 {
		t.Errorf("of the states only %v came up", seen)
	}
}

// A page in the log that changes while the ledger is open is noticed when it is read,
// and does not get into the database when the log is moved there.
func TestADamagedLogBesideAnOpenLedger(t *testing.T) {
	l, dir := fresh(t)
	put(t, l, Changes{Events: []Event{{Kind: "k", Time: noon, Data: map[string]any{"text": strings.Repeat("x", 2000)}}}})
	path := filepath.Join(dir, File)
	log := readFile(t, path+logSuffix)
	at := bytes.LastIndex(log, []byte("xxxx"))
	f, err := os.OpenFile(path+logSuffix, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("y"), int64(at)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := OpenExisting(t.Context(), dir) // the first one has it in memory
	if err != nil {
		t.Fatal(err)
	}
	list, err := other.Events(t.Context(), 0, 10)
	if !Damaged(err) || !Damaged(other.Damage()) {
		t.Errorf("it reads %v, %v; the damage on record is %v", list, err, other.Damage())
	}
	var busy, pages, moved int
	err = other.db.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if !Damaged(err) && busy == 0 {
		t.Errorf("the log is moved: %d, %v", busy, err)
	}
	if bytes.Contains(readFile(t, path), []byte("xyx")) {
		t.Error("what changed is in the database")
	}
	if err := other.Close(); err != nil {
		t.Log(err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func overwrite(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
