package loop

import (
	"errors"
	"testing"

	"pawl/loop/ledger"
)

// A tick that waited for the lock, while the one before it set the ledger aside, has
// the old one open: it neither acts by what that says, nor sets the new one aside.
func TestAPassOnALedgerThatWasSetAside(t *testing.T) {
	h := newHouse(t)
	first, err := ledger.Open(t.Context(), h.cfg.StateDir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := first.Rebuild(t.Context(), errors.New("a test says so"), h.now); err != nil {
		t.Fatal(err)
	}
	if err := ledger.Doubt(h.cfg.StateDir); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Pass(t.Context(), Look{}); !errors.Is(err, ledger.ErrReplaced) {
		t.Errorf("the pass ends with %v", err)
	}
	if list, err := ledger.Asides(h.cfg.StateDir); len(list) != 1 || err != nil || first.Lost() {
		t.Errorf("set aside are %q, %v; the new one is gone: %v", list, err, first.Lost())
	}
}
