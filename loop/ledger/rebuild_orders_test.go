package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/delivery"
)

func want(t testing.TB, l *Ledger, w Want) {
	t.Helper()
	if err := l.Edit(t.Context(), func(s *State) error {
		s.Agents["builder"] = Agent{Name: "builder", Wanted: w}
		s.PutItem(Item{ID: "m-" + string(w), Agent: "builder", Kind: delivery.Message, Text: "be " + string(w), State: handoff.Open, CreatedAt: noon})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func wanted1(t testing.TB, dir string) Want {
	t.Helper()
	return loaded(t, reopen(t, dir)).Agents["builder"].Wanted
}

// What the operator asked for last is in force, whether a pass has kept it beside the
// ledger or not: the pass that finds the damage may be the one that the order led to.
func TestTheLastOrderOutlivesItsLedger(t *testing.T) {
	need.Unraced(t)
	t.Run("no pass has kept it", func(t *testing.T) {
		l, dir := fresh(t)
		want(t, l, Up)
		if err := l.KeepWants(t.Context(), loaded(t, l)); err != nil {
			t.Fatal(err)
		}
		want(t, l, Down)
		r, err := l.Rebuild(t.Context(), errWrong, noon)
		if got := wanted1(t, dir); err != nil || !r.Wants || got != Down {
			t.Errorf("the builder is wanted %q, %+v, %v", got, r, err)
		}
		if got := loaded(t, l).Pending; !slices.Equal(got, []string{"m-up", "m-down"}) {
			t.Errorf("it is to be told %q", got)
		}
	})
	t.Run("nothing was ever kept", func(t *testing.T) {
		l, dir := fresh(t)
		want(t, l, Up)
		if _, err := l.Rebuild(t.Context(), errWrong, noon); err != nil {
			t.Fatal(err)
		}
		if got := wanted1(t, dir); got != Up {
			t.Errorf("the builder is wanted %q", got)
		}
	})
	t.Run("what was kept is another ledger's", func(t *testing.T) {
		l, dir := fresh(t)
		if err := l.KeepWants(t.Context(), State{Loop: Loop{Epoch: "before", Revision: 9}, Agents: map[string]Agent{"builder": {Name: "builder", Wanted: Up}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Rebuild(t.Context(), errWrong, noon); err != nil {
			t.Fatal(err)
		}
		if got := wanted1(t, dir); got == Up {
			t.Error("a ledger that began empty starts an agent")
		}
	})
	t.Run("the ledger knows less", func(t *testing.T) {
		l, dir := fresh(t)
		want(t, l, Up)
		s := loaded(t, l)
		s.Loop.Revision, s.Agents["builder"] = 9, Agent{Name: "builder", Wanted: Down}
		if err := l.KeepWants(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Rebuild(t.Context(), errWrong, noon); err != nil {
			t.Fatal(err)
		}
		if got := wanted1(t, dir); got != Down {
			t.Errorf("the builder is wanted %q", got)
		}
	})
}

// An order that comes while the ledger is set aside is in force after it, or whoever
// gave it is told that it is not.
func TestAnOrderWhileTheLedgerIsSetAside(t *testing.T) {
	for range 3 {
		l, dir := fresh(t)
		other := reopen(t, dir)
		for range 3 {
			want(t, l, Up)
		}
		if err := l.KeepWants(t.Context(), loaded(t, l)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var given int64
		var over atomic.Bool
		wg.Go(func() {
			for !over.Load() {
				var revision int64
				err := other.Edit(t.Context(), func(s *State) error {
					s.Loop.OriginError, revision = "", s.Loop.Revision+1
					s.Agents["builder"] = Agent{Name: "builder", Wanted: Down}
					return nil
				})
				if errors.Is(err, ErrReplaced) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				given = revision
				if err := pause(t.Context(), 20*time.Millisecond); err != nil { // the lock is free meanwhile
					t.Error(err)
					return
				}
			}
		})
		_, err := l.Rebuild(t.Context(), errWrong, noon)
		for n := 0; isBusy(err) && n < 5; n++ { // as the next pass does
			_, err = l.Rebuild(t.Context(), errWrong, noon)
		}
		over.Store(err != nil) // else it goes on until it is told
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		s := loaded(t, l)
		if s.Loop.Revision <= given || given > 3 && s.Agents["builder"].Wanted != Down {
			t.Fatalf("order %d was given and nobody was told that it is lost; the new ledger knows of %d and wants %q", given, s.Loop.Revision, s.Agents["builder"].Wanted)
		}
	}
}

// Who tells others of an event while the ledger is set aside writes down its number
// afterwards. Nothing that happens later is left out by that.
func TestACourierOutlivesItsLedger(t *testing.T) {
	l, dir := fresh(t)
	for range 9 {
		note(t, l, "old")
	}
	if err := l.KeepNotices(t.Context(), []string{"r"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, File), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Rebuild(t.Context(), errWrong, noon); err != nil {
		t.Fatal(err)
	}
	if err := l.KeepNotices(t.Context(), []string{"r"}); err != nil {
		t.Fatal(err)
	}
	note(t, l, "new")
	if kept, err := l.SettleNotice(t.Context(), Notice{Name: "r", Seq: 9}); !kept || err != nil {
		t.Fatal(kept, err)
	}
	behind, err := l.Behind(t.Context())
	if err != nil || len(behind) != 1 {
		t.Fatalf("behind are %v, %v", behind, err)
	}
	if list, err := l.Events(t.Context(), behind[0].Seq, 10); err != nil || len(list) != 1 || list[0].Kind != "new" {
		t.Errorf("still to be told are %v, %v", list, err)
	}
}

// A log or an index that is deleted under an open ledger parts those who have it open
// from those who open it later.
func TestAFileBesideAnOpenLedgerIsDeleted(t *testing.T) {
	for _, suffix := range []string{logSuffix, indexSuffix} {
		t.Run(suffix, func(t *testing.T) {
			l, dir := fresh(t)
			want(t, l, Up)
			if err := l.KeepWants(t.Context(), loaded(t, l)); err != nil {
				t.Fatal(err)
			}
			if err := l.Settle(t.Context()); err != nil {
				t.Fatalf("a sound one: %v", err)
			}
			if err := os.Remove(filepath.Join(dir, File+suffix)); err != nil {
				t.Fatal(err)
			}
			if suffix == indexSuffix {
				want(t, reopen(t, dir), Down) // who opens it later
			} else if other, err := Open(t.Context(), dir); !Damaged(err) {
				if err == nil {
					_, err = other.Load(t.Context())
				}
				if !Damaged(err) {
					t.Errorf("who opens it later reads it: %v", err)
				}
			}
			why := l.Settle(t.Context())
			if !Damaged(why) || !strings.Contains(why.Error(), "deleted or replaced") {
				t.Fatalf("it is found to be %v", why)
			}
			if _, err := l.Rebuild(t.Context(), why, noon); err != nil {
				t.Fatal(err)
			}
			expect := map[string]Want{logSuffix: Up, indexSuffix: Down}[suffix]
			if got := wanted1(t, dir); got != expect {
				t.Errorf("the builder is wanted %q, not %q", got, expect)
			}
			if err := l.Settle(t.Context()); err != nil {
				t.Errorf("the new one: %v", err)
			}
		})
	}
}

// What a command or a coordinator writes to first is looked at before it begins, and
// who stumbled over something else leaves word.
func TestCheckFindsWhatIsWrittenNext(t *testing.T) {
	need.Unraced(t)
	for table, seen := range map[string]bool{"events": true, "config": true, "sqlite_sequence": true, "notices": true, "handoffs": true, "memo": false} {
		t.Run(table, func(t *testing.T) {
			dir := lived(t, false)
			path := filepath.Join(dir, File)
			data := readFile(t, path)
			pages := firsts(t, reopen(t, dir), "SELECT max(pageno) FROM dbstat WHERE name = ?", table)
			page, err := strconv.Atoi(pages[0])
			if err != nil {
				t.Fatal(err)
			}
			data[(page-1)*pageSize+100] ^= 1
			bad := t.TempDir()
			overwrite(t, filepath.Join(bad, File), data)
			l := reopen(t, bad)
			if err := l.Check(t.Context()); Damaged(err) != seen {
				t.Errorf("page %d: it is found to be %v", page, err)
			}
			if seen {
				return
			}
			if _, known := l.Memo(nil).Get("k"); known || l.Damage() == nil {
				t.Fatal("the page was not read")
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if err := reopen(t, bad).Check(t.Context()); !Damaged(err) {
				t.Errorf("the next one finds it to be %v", err)
			}
		})
	}
}
