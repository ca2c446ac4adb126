package phases

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sequence makes phases of "a b c".
func sequence(names string) []Phase {
	var seq []Phase
	for _, id := range strings.Fields(names) {
		seq = append(seq, Phase{ID: id})
	}
	return seq
}

// done makes the facts in which the named phases are done.
func done(names string) map[string]Fact {
	facts := map[string]Fact{}
	for _, id := range strings.Fields(names) {
		facts[id] = Fact{Verdict: Verdict{Done: true}}
	}
	return facts
}

func at(id string) State { return State{Current: id, Known: true} }

func held(st State) State { st.Held = true; return st }

func complete(last string) State { return State{Complete: true, Last: last, Known: true} }

// tell writes changes down as "advanced a>c over b".
func tell(changes []Change) string {
	var lines []string
	for _, c := range changes {
		s := fmt.Sprintf("%s %s>%s", c.Kind, c.From, c.To)
		if len(c.Skipped) > 0 {
			s += " over " + strings.Join(c.Skipped, " ")
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, ", ")
}

func TestStep(t *testing.T) {
	const auto, stay = true, false
	for _, c := range []struct {
		name      string
		seq, done string
		from      State
		advance   bool
		to        State
		changes   string
	}{
		{"no phases", "", "", State{}, auto, State{}, ""},
		{"no phases any more", "", "", held(at("a")), auto, State{}, ""},
		{"an empty ledger begins at the first", "a b", "", State{}, auto, at("a"), "entered >a"},
		{"an empty ledger begins at the first that is not done", "a b c", "a", State{}, auto, at("b"), "entered >b over a"},
		{"an earlier phase that is not done comes first", "a b c", "b", State{}, auto, at("a"), "entered >a"},
		{"an empty ledger without auto-advance", "a b", "a", State{}, stay, at("b"), "entered >b over a"},
		{"an empty ledger and all done", "a b", "a b", State{}, auto, complete("b"), "found-complete > over a b"},
		{"an id that is gone", "a b c", "a", at("x"), auto, at("b"), "entered x>b over a"},
		{"an id that is gone and all done", "a b", "a b", at("x"), auto, complete("b"), "found-complete x> over a b"},
		{"an id that is gone under a hold stays held", "a b", "", held(at("x")), auto, held(at("a")), "entered x>a"},
		{"not done stays", "a b", "", at("a"), auto, at("a"), ""},
		{"a later one that is done moves nothing", "a b", "b", at("a"), auto, at("a"), ""},
		{"done advances", "a b", "a", at("a"), auto, at("b"), "advanced a>b"},
		{"advancing skips what is done", "a b c d", "a b c", at("a"), auto, at("d"), "advanced a>d over b c"},
		{"an earlier one that is not done is not gone back to", "a b c", "b", at("b"), auto, at("c"), "advanced b>c"},
		{"an earlier marker that vanished is not gone back to", "a b", "", at("b"), auto, at("b"), ""},
		{"after the last it is complete", "a b", "a b", at("b"), auto, complete("b"), "completed b>"},
		{"complete with an earlier one not done", "a b", "b", at("b"), auto, complete("b"), "completed b>"},
		{"complete over those that are done", "a b c", "a b c", at("a"), auto, complete("c"), "completed a> over b c"},
		{"complete is told once", "a b", "a b", complete("b"), auto, complete("b"), ""},
		{"complete stays when a marker vanishes", "a b", "a", complete("b"), auto, complete("b"), ""},
		{"a phase appended later resumes", "a b c", "a b", complete("b"), auto, at("c"), "resumed b>c"},
		{"appended and done is passed in silence", "a b c", "a b c", complete("b"), auto, complete("c"), ""},
		{"appended, the first of them done", "a b c d", "a b c", complete("b"), auto, at("d"), "resumed b>d over c"},
		{"appended resumes without auto-advance", "a b c", "a b", complete("b"), stay, at("c"), "resumed b>c"},
		{"inserted before the last is not gone back to", "a x b", "a b", complete("b"), auto, complete("b"), ""},
		{"inserted and appended", "a x b c", "a b", complete("b"), auto, at("c"), "resumed b>c"},
		{"complete and the last one gone", "a c", "a", complete("b"), auto, at("c"), "resumed b>c over a"},
		{"complete, the last one gone and all done", "a", "a", complete("b"), auto, complete("a"), ""},
		{"complete under a hold stays", "a b c", "a b", held(complete("b")), auto, held(complete("b")), ""},
		{"held does not advance", "a b", "a", held(at("a")), auto, held(at("a")), ""},
		{"held at the last does not complete", "a b", "a b", held(at("b")), auto, held(at("b")), ""},
		{"released advances", "a b", "a", Release(held(at("a"))), auto, at("b"), "advanced a>b"},
		{"without auto-advance a done phase stays", "a b", "a", at("a"), stay, at("a"), ""},
		{"without auto-advance the last stays", "a", "a", at("a"), stay, at("a"), ""},
		{"moved in the list, it stays itself", "b c a", "", at("a"), auto, at("a"), ""},
		{"one inserted before changes nothing", "x a b", "a", at("a"), auto, at("b"), "advanced a>b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to, changes := Step(sequence(c.seq), done(c.done), c.from, c.advance)
			if to != c.to || tell(changes) != c.changes {
				t.Fatalf("got %+v, %q\nwant %+v, %q", to, tell(changes), c.to, c.changes)
			}
		})
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		name      string
		seq, done string
		from, to  State
		changes   string
		err       string
	}{
		{"past a phase that is not done", "a b", "", at("a"), at("b"), "advanced a>b", ""},
		{"skips what is done", "a b c", "b", at("a"), at("c"), "advanced a>c over b", ""},
		{"past the last", "a b", "", at("b"), complete("b"), "completed b>", ""},
		{"a hold stays", "a b", "", held(at("a")), held(at("b")), "advanced a>b", ""},
		{"with an empty ledger", "a b c", "a", State{}, at("c"), "entered >b over a, advanced b>c", ""},
		{"when complete", "a", "a", complete("a"), complete("a"), "", "the sequence is complete"},
		{"when complete, with one appended", "a b", "a", complete("a"), at("b"), "resumed a>b", ""},
		{"when complete and held, with one appended", "a b", "a", held(complete("a")), held(at("b")), "resumed a>b", ""},
		{"with an empty ledger and all done", "a", "a", State{}, State{}, "", "the sequence is complete"},
		{"without phases", "", "", State{}, State{}, "", "the sequence has no phases"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to, changes, err := Next(sequence(c.seq), done(c.done), c.from)
			if to != c.to || tell(changes) != c.changes {
				t.Fatalf("got %+v, %q\nwant %+v, %q", to, tell(changes), c.to, c.changes)
			}
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Fatalf("error %v, want %q", err, c.err)
			}
		})
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ name, seq, value, want string }{
		{"by id", "a b c", "b", "b"},
		{"by index", "a b c", "2", "c"},
		{"the first index", "a b c", "0", "a"},
		{"an id wins over an index", "a 0 b", "0", "0"},
		{"an index where another id is a number", "a 7", "1", "7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, from := range []State{{}, at("c"), complete("c")} {
				got, err := Set(sequence(c.seq), from, c.value)
				if err != nil || got != held(at(c.want)) {
					t.Fatalf("Set(%q) from %+v = %+v, %v", c.value, from, got, err)
				}
			}
		})
	}
	for _, value := range []string{"99", "3", "-1", "+1", "01", " 1", "1.0", "", "x", "A", "99999999999999999999"} {
		got, err := Set(sequence("a b c"), at("b"), value)
		var unknown *UnknownPhaseError
		if got != at("b") || !errors.As(err, &unknown) || unknown.Value != value {
			t.Errorf("Set(%q) = %+v, %v", value, got, err)
		}
	}
	_, err := Set(sequence("core cli"), at("core"), "99")
	if want := `phase "99" is not in the sequence: write an id (core, cli) or an index from 0 to 1`; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if _, err := Set(nil, State{}, "0"); err == nil || !strings.Contains(err.Error(), "no phases") {
		t.Errorf("without phases: %v", err)
	}
}

func TestIndex(t *testing.T) {
	seq := sequence("a b c")
	for _, c := range []struct {
		st   State
		want int
	}{{State{}, 0}, {at("a"), 0}, {at("c"), 2}, {complete("c"), 3}, {at("gone"), 0}} {
		if got := Index(seq, c.st); got != c.want {
			t.Errorf("Index(%+v) = %d, want %d", c.st, got, c.want)
		}
	}
	if got := Index(nil, State{}); got != 0 {
		t.Errorf("Index without phases = %d", got)
	}
}

// A sequence that grows anywhere, and facts that come and go, never move the
// index back, never complete twice in a row, and a second Step does nothing.
func TestStepOnlyMovesForward(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		seq := sequence("p0 p1 p2")
		st, facts := State{}, map[string]Fact{}
		for turn := range 40 {
			if r.IntN(5) == 0 {
				seq = slices.Insert(seq, r.IntN(len(seq)+1), Phase{ID: fmt.Sprintf("n%d", turn)})
			}
			p := seq[r.IntN(len(seq))].ID
			facts[p] = Fact{Verdict: Verdict{Done: r.IntN(4) > 0}}
			next, changes := Step(seq, facts, st, r.IntN(4) > 0)
			if st.Known && place(seq, next) < place(seq, st) {
				t.Fatalf("seed %d: from %+v back to %+v in %v", seed, st, next, ids(seq))
			}
			if len(changes) > 1 || len(changes) == 1 && changes[0].Kind == Completed && st.Complete {
				t.Fatalf("seed %d: from %+v: %q", seed, st, tell(changes))
			}
			if next.Complete == (next.Current != "") || !next.Known {
				t.Fatalf("seed %d: neither here nor there: %+v", seed, next)
			}
			again, more := Step(seq, facts, next, true)
			if len(changes) > 0 && (again != next || len(more) > 0) {
				t.Fatalf("seed %d: a second step from %+v: %+v, %q", seed, next, again, tell(more))
			}
			st = next
		}
	}
}

// place orders states: twice the index, and one more when it was passed.
func place(seq []Phase, st State) int {
	if st.Complete {
		return 2*find(seq, st.Last) + 1
	}
	return 2 * find(seq, st.Current)
}
