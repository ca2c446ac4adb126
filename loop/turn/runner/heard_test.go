package runner

import (
	"os"
	"strings"
	"testing"

	"pawl/loop/adapter"
	"pawl/loop/turn"
)

// Until the agent has answered anything, its first prompt goes before what it is told:
// a conversation without an answer is none.
func TestAFirstPromptThatNobodyHeardIsSaidAgain(t *testing.T) {
	r := begin(t, `told=$(cat); echo "<$1> <$told>" >>calls; echo '{"is":"hello","id":"c1"}'
case $told in begin) echo '{"is":"limit","text":"no more today"}';; *) echo '{"is":"say","text":"heard"}'; echo '{"is":"bye"}';; esac`)
	r.turns(1, adapter.Limited)
	r.tell("w1", "one")
	r.turns(2, adapter.Idle)
	r.tell("w2", "two")
	r.turns(3, adapter.Idle)
	if got, want := r.file("calls"), "<> <begin>\n<> <begin\n\none>\n<c1> <two>\n"; got != want {
		t.Errorf("the program was called as %q, want %q", got, want)
	}
}

// A state file that is gone, or could not be written, is written again while the
// session waits: without it nobody tells it anything.
func TestAStateThatIsGoneIsWrittenAgain(t *testing.T) {
	r := begin(t, talk)
	r.turns(1, adapter.Idle)
	if err := os.Remove(r.order.State); err != nil {
		t.Fatal(err)
	}
	r.turns(1, adapter.Idle)
}

func TestATaskEndsWithItsFirstTurn(t *testing.T) {
	r := begin(t, talk, func(o *turn.Order) { o.Once = true })
	if err := r.over(); err != nil {
		t.Error(err)
	}
	if s := r.state(); len(s.Turns) != 1 || s.Last().Status != turn.Completed {
		t.Errorf("it ended as %+v", s)
	}
}

// An event that was cut off by the program's end is none, and says nothing of the turn.
func TestALastLineThatIsCutOff(t *testing.T) {
	r := begin(t, `echo '{"is":"bye"}'; printf '{"is":"say","te'`)
	if s := r.turns(1, adapter.Idle); s.Last().Status != turn.Completed {
		t.Errorf("it ended as %+v", s.Last())
	}
	if raw := r.file("record/0001.out"); !strings.HasSuffix(raw, `"te`) {
		t.Errorf("it is kept as %q", raw)
	}
}
