package model

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, fault string }{
		{"claim:a fetch plan write act:adversary reads:adversary", ""},
		{"", ""},
		{"claim:z", `step "claim:z" is none that a model can take`},
		{"fetch Plan", `step "Plan" is none`},
	} {
		s, err := Parse(c.text)
		if c.fault == "" && (err != nil || s.String() != c.text) {
			t.Errorf("%q: got %q, %v", c.text, s, err)
		}
		if c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("%q: got %v, want %s", c.text, err, c.fault)
		}
	}
}

func TestAScheduleIsAboutAgentsOfItsModel(t *testing.T) {
	m, w := sound(t, 1, false)
	if err := m.Run(w, parsed(t, "dies:builder")); err == nil || !strings.Contains(err.Error(), "does not have") {
		t.Errorf("got %v", err)
	}
}

// All schedules that can be written can be run: no panic, and no law is broken.
func FuzzSchedule(f *testing.F) {
	f.Add("claim:a tick crash reads:adversary pass:a lose tick")
	f.Add("letter tick unletter letter back tick")
	m, err := New(2, false, None)
	if err != nil {
		f.Fatal(err)
	}
	w, err := m.Running()
	if err != nil {
		f.Fatal(err)
	}
	words := slices.Concat(Steps(2)...)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			// What is no word stands for one all the same.
			for _, b := range []byte(text) {
				s = append(s, words[int(b)%len(words)])
			}
		}
		if len(s) > 40 {
			s = s[:40]
		}
		if again, err := Parse(s.String()); err != nil || !slices.Equal(again, s) {
			t.Fatalf("%q is read as %q, %v", s, again, err)
		}
		if err := m.Run(w, s); err != nil {
			t.Error(err)
		}
	})
}

// A long schedule that fails is told in the few steps that matter.
func TestShrink(t *testing.T) {
	_, w := sound(t, 1, true)
	m := broken(t, 1, RewriteUnseen)
	r := rand.New(rand.NewPCG(1, 1))
	long := slices.Concat(NewTheme(r, 1, 0).Draw(r, 15), parsed(t, "claim:a tick drop"), NewTheme(r, 1, 0).Draw(r, 15))
	if m.Run(w, long) == nil {
		t.Fatal("it does not fail")
	}
	if got, want := m.Shrink(w, long).String(), "claim:a tick drop"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if kept := m.Shrink(w, parsed(t, "claim:a tick")); len(kept) != 2 {
		t.Errorf("a schedule that does not fail became %s", kept)
	}
}

// A graph must say what the steps themselves say.
func TestAGraphIsItsModel(t *testing.T) {
	m, w := sound(t, 2, false)
	g := NewGraph(m, 100) // too few: some worlds are remembered, some are not
	r := rand.New(rand.NewPCG(3, 3))
	theme := NewTheme(r, 2, 8)
	for range 60 {
		s := theme.Draw(r, 10)
		byGraph, direct := g.at(w), w
		for _, step := range s {
			var err error
			if byGraph, err = g.take(byGraph, step); err != nil {
				t.Fatal(err)
			}
			if direct, err = m.Step(direct, step); err != nil {
				t.Fatal(err)
			}
			if byGraph.key() != direct.key() {
				t.Fatalf("at %s of %s the graph is somewhere else", step, s)
			}
		}
	}
	if g.Recalled == 0 || g.Worlds() != 100 {
		t.Errorf("%d steps recalled, %d worlds: it shows nothing", g.Recalled, g.Worlds())
	}
}
