package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

const (
	editDir   = "LEDGER_TEST_DIR"
	editCount = "LEDGER_TEST_EDITS"
)

// TestMain can be another process: one that edits the ledger as commands do.
func TestMain(m *testing.M) {
	dir := os.Getenv(editDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	n, err := strconv.Atoi(os.Getenv(editCount))
	if err == nil {
		err = edits(context.Background(), dir, n)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// edits counts up an agent's generations n times.
func edits(ctx context.Context, dir string, n int) error {
	l, err := Open(ctx, dir)
	if err != nil {
		return err
	}
	for range n {
		err := l.Edit(ctx, func(s *State) error {
			a := s.Agent("counter")
			a.Generations++
			s.Agents["counter"] = a
			return nil
		})
		if err != nil {
			return errors.Join(err, l.Close())
		}
	}
	return l.Close()
}

// planned changes the same row as a coordinator does: from a state that it
// loaded some time ago, and again when that is stale.
func planned(ctx context.Context, l *Ledger) (stale int, err error) {
	for {
		before, err := l.Load(ctx)
		if err != nil {
			return stale, err
		}
		after := before.Clone()
		a := after.Agent("counter")
		a.Generations++
		after.Agents["counter"] = a
		err = l.Commit(ctx, before.Loop.Revision, Diff(before, after))
		if !errors.Is(err, ErrStale) {
			return stale, err
		}
		stale++
	}
}

// Neither an operator's edit nor a plan is lost when they come at once, from
// another process, another handle, and the plan's own.
func TestEditsAndCommitsAtOnce(t *testing.T) {
	const each = 25
	l, dir := fresh(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), editDir+"="+dir, editCount+"="+strconv.Itoa(each))
		cmd.WaitDelay = time.Second
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("the other process: %v\n%s", err, out)
		}
	})
	wg.Go(func() {
		if err := edits(ctx, dir, each); err != nil {
			t.Error(err)
		}
	})
	for range each {
		if _, err := planned(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	s := loaded(t, l)
	if got := s.Agents["counter"].Generations; got != 3*each {
		t.Errorf("%d changes are left of %d", got, 3*each)
	}
	if s.Loop.Revision != 2*each {
		t.Errorf("the revision is %d after %d edits", s.Loop.Revision, 2*each)
	}
}

func TestAStalePlanWritesNothing(t *testing.T) {
	l, dir := fresh(t)
	other := reopen(t, dir)
	before := loaded(t, l)
	if err := other.Edit(t.Context(), func(s *State) error { s.Loop.Paused = true; return nil }); err != nil {
		t.Fatal(err)
	}
	after := before.Clone()
	after.Loop.Cursor = "tip"
	after.Events = []Event{{Kind: "x"}}
	if err := l.Commit(t.Context(), before.Loop.Revision, Diff(before, after)); !errors.Is(err, ErrStale) {
		t.Errorf("the error is %v, want ErrStale", err)
	}
	if err := l.Commit(t.Context(), before.Loop.Revision, Changes{}); !errors.Is(err, ErrStale) {
		t.Errorf("without rows the error is %v: its actions would be taken although they are stale", err)
	}
	s := loaded(t, l)
	if s.Loop.Cursor != "" || !s.Loop.Paused {
		t.Errorf("the loop row is %+v", s.Loop)
	}
	if list, err := l.Events(t.Context(), 0, 9); err != nil || len(list) != 0 {
		t.Errorf("the events are %v, %v", list, err)
	}
	if err := l.Commit(t.Context(), s.Loop.Revision, Changes{}); err != nil {
		t.Errorf("nothing, from the newest state: %v", err)
	}
}

func TestAnEditThatFailsChangesNothing(t *testing.T) {
	l, _ := fresh(t)
	no := errors.New("no")
	err := l.Edit(t.Context(), func(s *State) error {
		s.Loop.Paused = true
		return no
	})
	if s := loaded(t, l); !errors.Is(err, no) || s.Loop.Paused || s.Loop.Revision != 0 {
		t.Errorf("the error is %v and the loop row %+v", err, s.Loop)
	}
}
