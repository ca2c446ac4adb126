package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
)

func note(t testing.TB, l *Ledger, kind string) {
	t.Helper()
	if err := l.AddEvents(t.Context(), Event{Kind: kind, Time: noon}); err != nil {
		t.Fatal(err)
	}
}

var errWrong = errors.New("a test says so")

// A new ledger has what the operator asked for, and the events; the old one lies
// aside as it was. Who had it open goes on, or is told.
func TestRebuild(t *testing.T) {
	dir := lived(t, true)
	path := filepath.Join(dir, File)
	l, other := reopen(t, dir), reopen(t, dir)
	before := loaded(t, l)
	list, err := l.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Rebuild(t.Context(), &DamagedError{path, errWrong}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if want := path + ".damaged-" + noon.Format(asideMoments); r.Aside != want || r.Why != errWrong.Error() || !r.Wants || r.Events != len(list) {
		t.Errorf("it tells %+v", r)
	}
	after := loaded(t, l)
	if after.Loop.Epoch == before.Loop.Epoch || after.Loop.Revision <= before.Loop.Revision || after.Loop.Cursor != "" || len(after.Handoffs) != 0 {
		t.Errorf("the new one has %+v", after)
	}
	if after.Loop.Phase != before.Loop.Phase || after.Loop.Told["done:core"] != "done" || !strings.Contains(after.Loop.Told[Rebuilt], r.Aside) {
		t.Errorf("the new one has the phase %+v and was told %v", after.Loop.Phase, after.Loop.Told)
	}
	if b, a := after.Agents["builder"], after.Agents["adversary"]; b.Wanted != Up || b.Model != "opus" || a.Wanted != Down || !a.Parked {
		t.Errorf("the agents are %+v", after.Agents)
	}
	if _, text, ok, err := l.Config(t.Context()); text != longText || !ok || err != nil {
		t.Errorf("the configuration is %q, %v", text, err)
	}
	got, err := l.Events(t.Context(), 0, 1000)
	if err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("of %d events there are %d, %v", len(list), len(got), err)
	}
	if l.Lost() || !other.Lost() {
		t.Errorf("lost is said to be the new one: %v, and the old: %v", l.Lost(), other.Lost())
	}
	if err := other.Edit(t.Context(), func(s *State) error { s.Loop.Paused = true; return nil }); !errors.Is(err, ErrReplaced) {
		t.Errorf("an edit of the old one: %v", err)
	}
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	note(t, l, "new")
	if err := l.Scrub(t.Context()); err != nil {
		t.Error(err)
	}
}

// Who closes a ledger that was set aside leaves alone what has its name now.
func TestTheLastUserOfAnOldLedger(t *testing.T) {
	dir := lived(t, true)
	l, other := reopen(t, dir), reopen(t, dir)
	if _, err := l.Rebuild(t.Context(), errWrong, noon); err != nil {
		t.Fatal(err)
	}
	note(t, l, "first")
	if err := other.Edit(t.Context(), func(s *State) error { s.Loop.Paused = true; return nil }); !errors.Is(err, ErrReplaced) {
		t.Fatal(err)
	}
	if err := other.db.Close(); err != nil {
		t.Fatal(err)
	}
	note(t, l, "second")
	third := reopen(t, dir)
	got, err := third.Events(t.Context(), 0, 2)
	if err != nil || len(got) != 2 || got[0].Kind != "first" || got[1].Kind != "second" {
		t.Errorf("it has %v, %v", got, err)
	}
	if loaded(t, third).Loop.Paused {
		t.Error("what was written to the old one is in the new one")
	}
}

// Whatever is left of a ledger, Mend makes one of it that can be opened, and that
// knows what the operator asked for.
func TestMend(t *testing.T) {
	need.Unraced(t)
	for name, damage := range map[string]func(path string) error{
		"cut to nothing":   func(path string) error { return os.Truncate(path, 0) },
		"cut in a page":    func(path string) error { return errors.Join(os.Truncate(path, 5000), os.Truncate(path+logSuffix, 0)) },
		"text":             func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("no database\n"), 1000), 0o600) },
		"without database": os.Remove,
		"without log":      func(path string) error { return os.Remove(path + logSuffix) },
		"cut off":          func(path string) error { return errors.Join(os.Rename(path, path+newSuffix), remove(path+logSuffix)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := lived(t, name != "cut off")
			path := filepath.Join(dir, File)
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
			_, rebuilt, err := Mend(t.Context(), dir, noon)
			if err != nil || !rebuilt {
				t.Fatalf("mended: %v, %v", rebuilt, err)
			}
			s := loaded(t, reopen(t, dir))
			if s.Agents["builder"].Wanted != Up || s.Agents["adversary"].Wanted != Down || s.Loop.Phase.Current != "core" {
				t.Errorf("it has %+v", s)
			}
			want := []string{"m-open", "m-queued"}
			if name == "cut off" {
				want = append(want, "probe") // nothing of it was lost
			}
			if !slices.Equal(s.Pending, want) || s.Items["m-queued"].Text != "sweep the floor" {
				t.Errorf("what waits is %q: %+v", s.Pending, s.Items)
			}
			if state := s.Items["m-queued"].State; state != handoff.Open && name != "cut off" {
				t.Errorf("what was on its way is %s", state)
			}
			if left, err := filepath.Glob(path + ".[np]*"); len(left) > 0 || err != nil {
				t.Errorf("left beside it: %v, %v", left, err)
			}
			if _, rebuilt, err := Mend(t.Context(), dir, noon); rebuilt || err != nil {
				t.Errorf("mended once more: %v, %v", rebuilt, err)
			}
		})
	}
}

// Without a ledger, and with all of it gone, nothing is restored: the state directory
// may be emptied at any moment, and then nothing starts.
func TestMendLeavesAloneWhatIsNotThere(t *testing.T) {
	dir := lived(t, false)
	if err := remove(filepath.Join(dir, File), filepath.Join(dir, File+logSuffix)); err != nil {
		t.Fatal(err)
	}
	if _, rebuilt, err := Mend(t.Context(), dir, noon); rebuilt || err != nil {
		t.Errorf("mended: %v, %v", rebuilt, err)
	}
	if s := loaded(t, reopen(t, dir)); len(s.Agents) != 0 {
		t.Errorf("it has %+v", s.Agents)
	}
}

// What was kept serves only if it is what was written.
func TestKeptWantsThatChangedAreNotBelieved(t *testing.T) {
	need.Unraced(t)
	dir := lived(t, false)
	path := filepath.Join(dir, File)
	data := readFile(t, wantsFile(path))
	for i := range data {
		flipped := bytes.Clone(data)
		flipped[i] ^= 1
		overwrite(t, wantsFile(path), flipped)
		if w, err := readWants(path); w != nil || err != nil {
			t.Fatalf("byte %d: %+v, %v", i, w, err)
		}
		overwrite(t, wantsFile(path), data[:i])
		if w, err := readWants(path); w != nil || err != nil {
			t.Fatalf("cut to %d: %+v, %v", i, w, err)
		}
	}
}

// The newest three are kept.
func TestAsides(t *testing.T) {
	l, dir := fresh(t)
	for n := range 5 {
		if _, err := l.Rebuild(t.Context(), errWrong, noon.Add(time.Duration(n/2)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := Asides(dir)
	if err != nil || len(list) != asidesKept || !strings.HasSuffix(list[0], noon.Add(2*time.Hour).Format(asideMoments)) {
		t.Errorf("they are %q, %v", list, err)
	}
}

// A ledger without checksums gets them once nobody else uses it.
func TestAPlainLedgerIsSealed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, File)
	earlier(t, path, 3)
	user := reopen(t, dir)
	note(t, user, "kept")
	if kind := kindOf(readFile(t, path)); kind != plain {
		t.Fatalf("it is of kind %d", kind)
	}
	want := loaded(t, user)
	if _, rebuilt, err := Mend(t.Context(), dir, noon); rebuilt || err != nil {
		t.Fatal(rebuilt, err)
	}
	if kind := kindOf(readFile(t, path)); kind != sealed {
		t.Fatalf("it is of kind %d", kind)
	}
	l := reopen(t, dir)
	list, err := l.Events(t.Context(), 0, 10)
	if err != nil || len(list) != 1 || list[0].Kind != "kept" || !reflect.DeepEqual(loaded(t, l), want) {
		t.Errorf("it has %v, %v and\n%+v, not\n%+v", list, err, loaded(t, l), want)
	}
	note(t, l, "second")
	if err := l.Scrub(t.Context()); err != nil {
		t.Error(err)
	}
}
