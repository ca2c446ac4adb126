package loop

import (
	"reflect"
	"testing"

	"pawl/internal/need"
	"pawl/loop/ledger"
)

// The stories are told with a ledger in memory. Here a real one gets the same
// rows, and has the same state after every pass.
func TestTheShelfIsALedger(t *testing.T) {
	need.Unraced(t)
	c := randomScene(t, 11)
	var twin *ledger.Ledger
	for range 100 {
		if c.shelf.twin == nil {
			twin = c.giveTwin()
		}
		c.happen()
		if c.shelf.twin == nil {
			continue // the ledger was lost
		}
		c.proceed()
		got, err := twin.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := c.shelf.Load()
		if len(want.Loop.Told) == 0 {
			want.Loop.Told = got.Loop.Told
		}
		if !reflect.DeepEqual(got, want) {
			c.fail("the ledger has\n%+v\nand the shelf\n%+v", got, want)
		}
	}
	if len(c.shelf.Handoffs) == 0 {
		t.Error("the story has no handoffs: it shows nothing")
	}
}

func (c chance) giveTwin() *ledger.Ledger {
	c.t.Helper()
	twin, err := ledger.Open(c.t.Context(), c.t.TempDir())
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := twin.Close(); err != nil {
			c.t.Error(err)
		}
	})
	c.shelf.twin = twin
	row := c.shelf.Loop
	c.shelf.commit(ledger.Changes{Loop: &row})
	return twin
}
