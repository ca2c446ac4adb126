package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pawl/loop/ledger"
)

// A ledger that lost its newest transactions with the end of its log, or all of them
// with a page, makes nobody be told twice, and nothing be forgotten.
func TestTheLedgerIsDamagedBetweenTwoCoordinators(t *testing.T) {
	r := newRig(t, "")
	r.up()
	claims := []string{}
	for i, damage := range []func(log []byte) []byte{
		func(log []byte) []byte { return log[:len(log)/2] },
		func(log []byte) []byte { log[len(log)*3/4] ^= 1; return log },
		func(log []byte) []byte { return log[:len(log)-1] },
		func([]byte) []byte { return nil },
	} {
		w := r.watch()
		claims = append(claims, r.claim(fmt.Sprintf("gate%d", i)))
		r.hears("adversary", claims...)
		r.closeBook() // the last user of a log empties it
		w.kill()
		path := filepath.Join(r.state(), ledger.File+"-wal")
		log, err := os.ReadFile(path)
		if err != nil || len(log) == 0 {
			t.Fatalf("the log has %d bytes, %v", len(log), err)
		}
		if err := os.WriteFile(path, damage(log), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := r.processes()
	r.watch()
	claims = append(claims, r.claim("last"))
	r.hears("adversary", claims...)
	if after := r.processes(); after != before {
		t.Errorf("the sessions were %s and are %s", before, after)
	}
	r.settled()
}

// processes names the sessions that are on record.
func (r *rig) processes() string {
	r.t.Helper()
	r.pawl("tick", "-q")
	s := r.loaded().Sessions
	return fmt.Sprint(s["builder"].PID, s["adversary"].PID)
}
