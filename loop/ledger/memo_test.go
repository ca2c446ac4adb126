package ledger

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// A fact is known at once in its own process, and to others once something was
// committed or the ledger closed: it does not wait for the disk by itself.
func TestFactsAreWrittenWithTheNextCommit(t *testing.T) {
	l, _ := fresh(t)
	other, err := OpenExisting(t.Context(), filepath.Dir(l.path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	known := func(l *Ledger, key string) bool {
		_, ok := l.Memo(nil).Get(key)
		return ok
	}
	l.Memo(nil).Put("a", "1")
	if !known(l, "a") || known(other, "a") {
		t.Errorf("before a commit: known here %t, there %t", known(l, "a"), known(other, "a"))
	}
	if err := l.Commit(t.Context(), 0, Changes{Events: []Event{{Time: time.Unix(1, 0), Kind: "origin.moved"}}}); err != nil {
		t.Fatal(err)
	}
	if !known(other, "a") || len(l.facts.all()) > 0 {
		t.Errorf("after a commit: known there %t, and %d wait", known(other, "a"), len(l.facts.all()))
	}
	for i := range waiting {
		l.Memo(nil).Put(fmt.Sprint(i), "1")
	}
	if !known(other, "0") {
		t.Error("many facts wait for ever")
	}
	l.Memo(nil).Put("b", "1")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if !known(other, "b") {
		t.Error("a ledger that was closed forgot a fact")
	}
}
