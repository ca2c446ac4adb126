package trial

import (
	"fmt"
	"testing"
	"time"

	"pawl/loop/sim"
)

// Commits of the tests: what they begin with is what wakes name them by.
const (
	c1 = "1111111111111111111111111111111111111111"
	c2 = "2222222222222222222222222222222222222222"
	c3 = "3333333333333333333333333333333333333333"
)

var start = time.Unix(1_800_000_000, 0)

func at(second int) time.Time { return start.Add(time.Duration(second) * time.Second) }

func claimed(hash, gate string) Commit {
	return Commit{Hash: hash, Subject: "claim(" + gate + "): it holds", Body: fmt.Sprintf("Acted-At: %d\n", start.UnixNano())}
}

func told(reader, generation string, second int, text string) sim.Told {
	return sim.Told{Agent: reader, Generation: generation, At: at(second), Line: text}
}

// told1 are wakes of the first commit, as the adversary of the first pair and the auditor get them.
func told1(id, generation string, second int) sim.Told {
	return told("adversary-1", generation, second, id+" claim-1(p1/g1) 1111111. Pull origin and take your turn.")
}

func TestJudge(t *testing.T) {
	claim := []Commit{claimed(c1, "p1/g1")}
	const w1, w2 = "w000000000001", "w000000000002"
	type want struct{ lost, twice, again, recall int }
	for _, tt := range []struct {
		name string
		seen Seen
		want want // of adversary-1 and this claim
	}{
		{"never told", Seen{History: claim}, want{lost: 1}},
		{"told once", Seen{History: claim, Told: []sim.Told{told1(w1, "a", 1)}}, want{}},
		{"told twice to one generation", Seen{History: claim, Told: []sim.Told{told1(w1, "a", 1), told1(w2, "a", 2)}}, want{twice: 1}},
		{"told once to each of two generations", Seen{History: claim, Told: []sim.Told{told1(w1, "a", 1), told1(w2, "b", 2)}}, want{}},
		{"told again under one wake id", Seen{History: claim, Told: []sim.Told{told1(w1, "a", 1), told1(w1, "a", 2)}}, want{again: 1}},
		{"told twice beside another claim", Seen{History: append(claim, claimed(c2, "p1/g2")), Told: []sim.Told{
			told1(w1, "a", 1), told("adversary-1", "a", 2, w2+" claim-1(p1/g2) 2222222; claim-1(p1/g1) 1111111. Pull origin and take your turn."),
		}}, want{twice: 1}},
		{"told twice in one line", Seen{History: claim, Told: []sim.Told{
			told("adversary-1", "a", 1, w1+" claim-1(p1/g1) 1111111; claim-1(p1/g1) 1111111. Pull origin and take your turn."),
		}}, want{twice: 1}},
		{"told twice without an id", Seen{History: claim, Told: []sim.Told{
			told("adversary-1", "a", 1, "claim-1(p1/g1) 1111111."), told("adversary-1", "a", 2, "claim-1(p1/g1) 1111111."),
		}}, want{twice: 1}},
		{"a reminder", Seen{History: claim, Told: []sim.Told{
			told1(w1, "a", 1), told("adversary-1", "a", 2, w2+" reminder 1 of 3: claim-1(p1/g1) 1111111. Pull origin and take your turn."),
		}}, want{recall: 1}},
		{"only reminded", Seen{History: claim, Told: []sim.Told{
			told("adversary-1", "a", 2, w2+" reminder 1 of 3: claim-1(p1/g1) 1111111."),
		}}, want{lost: 1, recall: 1}},
		{"only another agent was told", Seen{History: claim, Told: []sim.Told{
			told("auditor", "a", 1, w1+" heard-claim(p1/g1) 1111111. Pull origin and take your turn."),
		}}, want{lost: 1}},
		{"told of it by its old name", Seen{History: []Commit{claimed(c3, "p1/g1")}, Moved: map[string]string{c1: c2, c2: c3}, Told: []sim.Told{told1(w1, "a", 1)}}, want{}},
		{"told of it by both names", Seen{History: []Commit{claimed(c2, "p1/g1")}, Moved: map[string]string{c1: c2}, Told: []sim.Told{
			told1(w1, "a", 1), told("adversary-1", "a", 2, w2+" claim-1(p1/g1) 2222222. Pull origin and take your turn."),
		}}, want{twice: 1}},
		{"dropped and never told", Seen{Dropped: map[string]string{c1: "claim(p1/g1): it holds"}}, want{}},
		{"dropped and told twice", Seen{Dropped: map[string]string{c1: "claim(p1/g1): it holds"}, Told: []sim.Told{told1(w1, "a", 1), told1(w2, "a", 2)}}, want{twice: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got want
			for _, h := range Judge(tt.seen) {
				if h.Reader != "adversary-1" || h.Key != "claim(p1/g1)" {
					continue
				}
				if h.Lost() {
					got.lost++
				}
				got.twice, got.again, got.recall = got.twice+h.Twice, got.again+h.Again, got.recall+h.Recall
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// A builder is told once of the end of each worker that it asked for.
func TestJudgeOfWorkers(t *testing.T) {
	notice := func(id, generation string, second int) sim.Told {
		return told("builder-1", generation, second, id+" <task-notification> <task-id>rabc12</task-id> <type>general</type> <description>p1-w1</description> <status>completed</status>")
	}
	spawned := []Spawned{{Name: "p1-w1", Parent: "builder-1", At: at(1)}}
	deleted := []Happened{{Begin: at(2), End: at(3)}}
	for _, tt := range []struct {
		name        string
		seen        Seen
		lost, twice int
	}{
		{"never told", Seen{Spawned: spawned}, 1, 0},
		{"told once", Seen{Spawned: spawned, Told: []sim.Told{notice("w000000000001", "a", 5)}}, 0, 0},
		{"told twice", Seen{Spawned: spawned, Told: []sim.Told{notice("w000000000001", "a", 5), notice("w000000000002", "a", 6)}}, 0, 1},
		{"forgotten with the state", Seen{Spawned: spawned, Deleted: deleted}, 0, 0},
		{"told before the state was deleted", Seen{Spawned: []Spawned{{Name: "p1-w1", Parent: "builder-1", At: at(0)}}, Deleted: deleted, Told: []sim.Told{notice("w000000000001", "a", 1)}}, 0, 0},
		{"asked for after the state was deleted", Seen{Spawned: []Spawned{{Name: "p1-w1", Parent: "builder-1", At: at(4)}}, Deleted: deleted}, 1, 0},
		{"told to somebody else", Seen{Spawned: []Spawned{{Name: "p1-w1", Parent: "builder-2", At: at(1)}}, Told: []sim.Told{notice("w000000000001", "a", 5)}}, 1, 0},
	} {
		lost, twice := 0, 0
		for _, h := range Judge(tt.seen) {
			if twice += h.Twice; h.Lost() {
				lost++
			}
		}
		if lost != tt.lost || twice != tt.twice {
			t.Errorf("%s: lost %d, twice %d", tt.name, lost, twice)
		}
	}
}

func TestWhoMustBeTold(t *testing.T) {
	for subject, want := range map[string]string{
		"claim(p1/g1): it holds":                "claim(p1/g1) [adversary-1 auditor]",
		"claim(p12/g3-mended): it holds now":    "claim(p12/g3-mended) [adversary-12 auditor]",
		"review(p2/g1): it breaks":              "review(p2/g1) [builder-2 auditor]",
		letterSubject + "letter-2-1.md":         "letter-2-1.md [builder-2]",
		"worker(p2-w7)":                         "worker(p2-w7) [builder-2]",
		"read letter-2-1.md":                    " []",
		"phase 1 is done":                       " []",
		"the seed of everything (p1/g1): claim": " []",
	} {
		if key, who := readers(subject); fmt.Sprint(key, " ", who) != want {
			t.Errorf("%q: %s %v, want %s", subject, key, who, want)
		}
	}
}

func TestALetterIsOneHandoff(t *testing.T) {
	seen := Seen{
		History: []Commit{{Hash: c1, Subject: letterSubject + "letter-1-1.md"}, claimed(c2, "p1/g1")},
		Told:    []sim.Told{told("builder-1", "a", 1, "w000000000001 inbox letter-1-1.md. Pull origin and take your turn.")},
	}
	seen.History[0].Body = claimed(c1, "x").Body
	for _, h := range Judge(seen) {
		if h.Key == "letter-1-1.md" && (h.Lost() || h.Reader != "builder-1") {
			t.Errorf("%+v", h)
		}
	}
}

// What was open while a fault was felt counts in its row, what came before or after does not.
func TestTally(t *testing.T) {
	fault := func(name string, begin, end int) Happened {
		return Happened{Step: Step{Fault: name}, Begin: at(begin), End: at(end)}
	}
	out := Outcome{
		Happened: []Happened{fault("kill-coordinator", 10, 12), fault("kill-coordinator", 30, 31), fault("origin-away", 50, 60)},
		Handoffs: []Handoff{
			{Key: "before", Pushed: at(1), Told: at(2), Last: at(2)},
			{Key: "over the first", Pushed: at(9), Told: at(14), Last: at(14)},
			{Key: "in the second", Pushed: at(30), Told: at(31), Last: at(31), Twice: 1},
			{Key: "right after the second, still felt", Pushed: at(32), Told: at(33), Last: at(33)},
			{Key: "lost while away", Pushed: at(55)},
			{Key: "dropped", Told: at(11), Last: at(11), Again: 1},
		},
	}
	missed := fault("kill-session", 5, 6)
	missed.Missed = "no session ran then"
	out.Happened = append(out.Happened, missed)
	want := []Row{
		{Words: "coordinator killed", Times: 2, Open: 3, Twice: 1, Again: 1, Longest: 5 * time.Second},
		{Words: "origin unreachable", Times: 1, Open: 1, Lost: 1},
		{Words: "all", Times: 3, Open: 5, Lost: 1, Twice: 1, Again: 1, Longest: 5 * time.Second},
	}
	got := Tally([]Outcome{out})
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}
