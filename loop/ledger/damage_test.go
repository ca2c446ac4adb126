package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/delivery"
	"pawl/phases"
)

// longText does not fit on a page: it goes on in others.
var longText = "version: 1\n" + strings.Repeat("# much is said here\n", 700)

// lived makes a ledger with all kinds of rows in it, open and closed ones, and what
// was kept beside it. With log, the newest of it lies in the write-ahead log alone, as
// after a kill.
func lived(t testing.TB, log bool) (dir string) {
	t.Helper()
	l, dir := fresh(t)
	bury(t, l, 30)
	if err := l.Edit(t.Context(), func(s *State) error {
		s.Loop.Phase = phases.State{Current: "core", Held: true, Known: true}
		s.Loop.Told = map[string]string{"done:core": "done"}
		s.Agents["builder"] = Agent{Name: "builder", Wanted: Up, Model: "opus"}
		s.Agents["adversary"] = Agent{Name: "adversary", Wanted: Down, Parked: true}
		for _, it := range []Item{{ID: "m-open", State: handoff.Open}, {ID: "m-queued", State: handoff.Queued}, {ID: "m-told", State: handoff.Taken}} {
			it.Agent, it.Kind, it.Text, it.CreatedAt = "builder", delivery.Message, "sweep the floor", noon
			s.PutItem(it)
		}
		s.PutItem(Item{ID: "probe", Agent: "builder", Kind: delivery.Probe, State: handoff.Open, CreatedAt: noon})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := l.KeepConfig(t.Context(), "/p/pawl.yaml", longText, noon); err != nil {
		t.Fatal(err)
	}
	if err := l.KeepWants(t.Context(), loaded(t, l)); err != nil {
		t.Fatal(err)
	}
	if !log {
		if _, err := l.db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
	}
	to := t.TempDir()
	for _, name := range []string{File, File + logSuffix, WantsFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// content is all that the program reads of a ledger, or why it cannot.
func content(ctx context.Context, dir string) (s State, list []Event, err error) {
	l, err := OpenExisting(ctx, dir)
	if err != nil {
		return s, nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if s, err = l.Load(ctx); err != nil {
		return s, nil, err
	}
	if _, err := l.Handoffs(ctx, true, 1000); err != nil {
		return s, nil, err
	}
	if _, text, _, err := l.Config(ctx); err != nil || text != longText {
		return s, nil, errors.Join(err, l.Damage())
	}
	list, err = l.Events(ctx, 0, 1000)
	return s, list, errors.Join(err, l.Damage())
}

// trial writes a database and a log, and looks what becomes of them.
type trial struct {
	dir  string
	want State
	list []Event
}

func (x trial) holds(t *testing.T, what, file string, data []byte) (found bool) {
	t.Helper()
	for _, name := range []string{File + logSuffix, File + indexSuffix} {
		if name != file {
			if err := remove(filepath.Join(x.dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(x.dir, file), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, list, err := content(t.Context(), x.dir)
	switch {
	case Damaged(err):
		return true
	case err != nil:
		t.Fatalf("%s: it is no damage, but %v", what, err)
	case !reflect.DeepEqual(s, x.want) || !reflect.DeepEqual(list, x.list):
		t.Fatalf("%s: nothing is noticed, and it reads as\n%+v\ninstead of\n%+v", what, s, x.want)
	}
	return false
}

func newTrial(t *testing.T, dir string) trial {
	t.Helper()
	x := trial{dir: dir}
	var err error
	if x.want, x.list, err = content(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if len(x.list) < 30 || len(x.want.Agents) < 2 {
		t.Fatalf("the ledger has %d events and %d agents", len(x.list), len(x.want.Agents))
	}
	return x
}

// A byte that changed anywhere in the database is noticed, or makes no difference to
// what is read: never is a wrong row read, and none is missing.
func TestAFlippedByteIsNeverARow(t *testing.T) {
	need.Unraced(t)
	dir := lived(t, false)
	data, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	x := newTrial(t, dir)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d, %d bytes", seed, len(data))
	places := make([]int, 0, 300)
	for i := range headerSize { // each of the header's
		places = append(places, i)
	}
	for len(places) < cap(places) {
		places = append(places, random.IntN(len(data)))
	}
	if os.Getenv("PAWL_NIGHTLY") == "1" {
		for i := random.IntN(5); i < len(data); i += 5 {
			places = append(places, i)
		}
	}
	tried, noticed := map[int]int{}, map[int]int{} // by page
	for _, at := range places {
		flip := byte(1) << random.IntN(8)
		if random.IntN(2) == 0 {
			flip = byte(1 + random.IntN(255))
		}
		flipped := bytes.Clone(data)
		flipped[at] ^= flip
		if x.holds(t, fmt.Sprintf("byte %d xor %#x", at, flip), File, flipped) {
			noticed[at/pageSize]++
		}
		tried[at/pageSize]++
	}
	t.Logf("%d of %d pages were read", len(noticed), len(tried))
	for page, n := range noticed {
		if n != tried[page] {
			t.Errorf("of page %d %d of %d flipped bytes were noticed", page, n, tried[page])
		}
	}
	if len(noticed) < 10 {
		t.Errorf("only %d pages were read", len(noticed))
	}
}

// A database that was cut anywhere is noticed.
func TestACutDatabaseIsNoticed(t *testing.T) {
	dir := lived(t, false)
	data, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	x := newTrial(t, dir)
	lengths := []int{0, 1, 99, 100, 511, 512, 1024, len(data) - 1}
	for n := 1; n*pageSize < len(data); n++ {
		lengths = append(lengths, n*pageSize-1, n*pageSize, n*pageSize+1)
	}
	for _, n := range lengths {
		if !x.holds(t, fmt.Sprintf("cut to %d bytes", n), File, data[:n]) {
			t.Errorf("that it was cut to %d of %d bytes is not noticed", n, len(data))
		}
	}
}

// Pages that nothing reads are found by a scrub, and a sound ledger passes one,
// however much was removed from it.
func TestScrub(t *testing.T) {
	need.Unraced(t)
	l, dir := fresh(t)
	bury(t, l, 2000)
	if _, err := l.db.ExecContext(t.Context(), "DELETE FROM events WHERE seq % 3 > 0"); err != nil {
		t.Fatal(err)
	}
	bury2 := []Event{}
	for range 300 {
		bury2 = append(bury2, Event{Kind: "k", Time: noon, Data: map[string]any{"text": strings.Repeat("x", 5000)}})
	}
	put(t, l, Changes{Events: bury2})
	if _, err := l.db.ExecContext(t.Context(), "DELETE FROM events WHERE kind = 'k'"); err != nil {
		t.Fatal(err)
	}
	if err := l.Scrub(t.Context()); err != nil {
		t.Fatalf("a sound one: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = reopen(t, dir)
	if err := l.Scrub(t.Context()); err != nil {
		t.Fatalf("a sound one, opened again: %v", err)
	}
	path := filepath.Join(dir, File)
	data := readFile(t, path)
	pages := len(data) / pageSize
	for _, page := range []int{pages / 3, pages / 2, pages - 1} {
		bad := bytes.Clone(data)
		bad[page*pageSize+100] ^= 1
		to := t.TempDir()
		overwrite(t, filepath.Join(to, File), bad)
		other := reopen(t, to)
		if err := other.Scrub(t.Context()); !Damaged(err) {
			t.Errorf("page %d of %d: %v", page, pages, err)
		}
	}
}

func TestKindOfFile(t *testing.T) {
	sound := emptyFile()
	if kindOf(sound) != sealed {
		t.Error("a new file is not taken for a ledger")
	}
	if !pageHolds(sound, 0) || pageHolds(sound, pageSize) {
		t.Error("its page holds elsewhere, or not where it belongs")
	}
	for i := range headerSize {
		for bit := range 8 {
			flipped := slices.Clone(sound)
			flipped[i] ^= 1 << bit
			if kindOf(flipped) == plain || pageHolds(flipped, 0) {
				t.Fatalf("byte %d, bit %d: it is taken for something else", i, bit)
			}
		}
	}
}
