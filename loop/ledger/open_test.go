package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestOpenMakesALedger(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", ".pawl")
	l := reopen(t, dir)
	first := loaded(t, l)
	if first.Loop.ID != 1 || len(first.Loop.Epoch) != 16 {
		t.Errorf("the new loop row is %+v", first.Loop)
	}
	if again := loaded(t, reopen(t, dir)); again.Loop.Epoch != first.Loop.Epoch {
		t.Errorf("opened again the epoch is %s, was %s", again.Loop.Epoch, first.Loop.Epoch)
	}
	other, _ := fresh(t)
	if loaded(t, other).Loop.Epoch == first.Loop.Epoch {
		t.Error("two ledgers have the same epoch, and so would two generations have the same id")
	}
}

// Prompts and messages are nobody else's business, in the write-ahead log too.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l := reopen(t, dir)
	if err := l.AddEvents(t.Context(), Event{Kind: "secret", Time: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{File, File + "-wal", File + "-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, mode)
		}
	}
}

func TestOpenExistingCreatesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".pawl")
	if _, err := OpenExisting(t.Context(), dir); !errors.Is(err, fs.ErrNotExist) || !Missing(err) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}

func TestANewerLedgerIsRefused(t *testing.T) {
	l, dir := fresh(t)
	if _, err := l.db.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "version 99") || !strings.Contains(err.Error(), "use the newer pawl") {
		t.Errorf("the error is %v", err)
	}
	if got := firsts(t, l, "PRAGMA user_version"); !slices.Equal(got, []string{"99"}) {
		t.Errorf("the version was changed to %v", got)
	}
}

// Hook, cron and coordinator may all be the first.
func TestManyOpenANewLedgerAtOnce(t *testing.T) {
	dir := t.TempDir()
	epochs := make([]string, 6)
	var wg sync.WaitGroup
	for i := range epochs {
		wg.Go(func() {
			l, err := Open(context.Background(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			s, err := l.Load(context.Background())
			if err := errors.Join(err, l.Close()); err != nil {
				t.Error(err)
			}
			epochs[i] = s.Loop.Epoch
		})
	}
	wg.Wait()
	if slices.Sort(epochs); len(slices.Compact(epochs)) != 1 || epochs[0] == "" {
		t.Errorf("they see the epochs %v", epochs)
	}
}

// A damaged ledger is a sentence that names the file, and
// never a panic or an empty state.
func TestDamagedLedgers(t *testing.T) {
	healthy := func() []byte {
		l, dir := fresh(t)
		var list []Event
		for range 500 {
			list = append(list, Event{Kind: "padding", Data: map[string]any{"text": strings.Repeat("x", 100)}})
		}
		if err := l.AddEvents(t.Context(), list...); err != nil {
			t.Fatal(err)
		}
		if _, err := l.db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}()
	for name, damage := range map[string]func([]byte) []byte{
		"text":             func([]byte) []byte { return []byte(strings.Repeat("this is not a database\n", 100)) },
		"cut in a page":    func(b []byte) []byte { return b[:5000] },
		"cut after a page": func(b []byte) []byte { return b[:4096] },
		"zeroed pages": func(b []byte) []byte {
			b = slices.Clone(b)
			clear(b[4096:])
			return b
		},
		"no loop row": nil,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, File)
			if damage == nil {
				empty := reopen(t, dir)
				if _, err := empty.db.ExecContext(t.Context(), "DELETE FROM loop"); err != nil {
					t.Fatal(err)
				}
			} else if err := os.WriteFile(path, damage(healthy), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := Open(t.Context(), dir)
			if err == nil {
				_, err = l.Load(t.Context())
				err = errors.Join(err, l.Close())
			}
			if err == nil {
				t.Fatal("no error")
			}
			if !Damaged(err) || !strings.Contains(err.Error(), "ledger "+path+" is damaged: ") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
