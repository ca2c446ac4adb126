package trial

import (
	"strings"
	"testing"

	"pawl/loop/sim"
)

func TestBreaches(t *testing.T) {
	claim := []Commit{claimed(c1, "p1/g1")}
	const w1, w2 = "w000000000001", "w000000000002"
	again := func(n int) []sim.Told {
		var out []sim.Told
		for i := range n {
			out = append(out, told1(w1, "a", i))
		}
		return out
	}
	jump := []Happened{{Begin: at(0), End: at(3)}}
	reminded := func(n int) []sim.Told {
		out := []sim.Told{told1(w1, "a", 0)}
		for i := range n {
			out = append(out, told("adversary-1", "a", 1+i, w2+" reminder 1 of 3: claim-1(p1/g1) 1111111. Pull origin and take your turn."))
		}
		return out
	}
	for _, tt := range []struct {
		name string
		seen Seen
		want string // a part of the one breach; "": none
	}{
		{"told once", Seen{Told: again(1)}, ""},
		{"evidence could not decide twice", Seen{Told: again(3)}, ""},
		{"the same wake for ever", Seen{Told: again(4)}, "3 times more under one wake id"},
		{"a reminder while the clock was right", Seen{Told: reminded(1)}, "1 times, and that was not due"},
		{"reminders after the clock jumped", Seen{Jumps: jump, Told: reminded(3)}, ""},
		{"a reminder long after the clock jumped", Seen{Jumps: jump, Told: []sim.Told{
			told("adversary-1", "a", 1, w1+" claim-1(p1/g1) 1111111."), told("adversary-1", "a", 60, w2+" reminder 1 of 3: claim-1(p1/g1) 1111111."),
		}}, "1 times, and that was not due"},
		{"reminders without end", Seen{Jumps: jump, Told: reminded(4)}, "4 times, and that was not due"},
		{"a letter to its reader", Seen{Told: []sim.Told{told("builder-1", "a", 1, w1+" inbox letter-1-1.md. Pull origin and take your turn.")}}, ""},
		{"a letter to another", Seen{Told: []sim.Told{told("builder-2", "a", 1, w1+" inbox letter-1-1.md.")}}, "builder-2, whom it does not concern"},
		{"a claim to its builder", Seen{Told: []sim.Told{told("builder-1", "a", 1, w1+" claim-1(p1/g1) 1111111.")}}, "builder-1, whom it does not concern"},
		{"after what somebody had typed", Seen{Told: []sim.Told{told("adversary-1", "a", 1, "hello "+w1+" claim-1(p1/g1) 1111111.")}}, "does not begin with a wake's id"},
		{"pasted twice and submitted once", Seen{Told: []sim.Told{
			told("adversary-1", "a", 1, strings.Repeat(w1+" claim-1(p1/g1) 1111111. Pull origin and take your turn.", 2)),
		}}, "several wakes in one line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.seen.History = claim
			got := Breaches(tt.seen, Judge(tt.seen))
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("got %q, want none", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("got %q, want one with %q", got, tt.want)
			}
		})
	}
}
