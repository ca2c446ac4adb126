package daemon

import (
	"errors"
	"testing"
)

// Who tells others holds up nobody but those who would tell as well.
func TestTellingHasALockOfItsOwn(t *testing.T) {
	p := Place{Root: t.TempDir(), Dir: t.TempDir()}
	tells, err := Outbox(p, Holder{PID: 7, What: "notify"})
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := Outbox(p, Holder{PID: 8}); !errors.As(err, &held) || held.Holder.PID != 7 {
		t.Errorf("a second one gets %v", err)
	}
	passes, err := Acquire(p, "o", "main", "acme", Holder{})
	if err != nil {
		t.Fatalf("a pass is held up: %v", err)
	}
	waits, err := WaitTurn(p, Holder{})
	if err != nil {
		t.Fatalf("one that waits for its turn is held up: %v", err)
	}
	if err := errors.Join(tells.Release(), passes.Release(), waits.Release()); err != nil {
		t.Fatal(err)
	}
	again, err := Outbox(p, Holder{})
	if err != nil {
		t.Fatalf("it is not free again: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}
