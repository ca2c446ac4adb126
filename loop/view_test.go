package loop

import (
	"errors"
	"reflect"
	"testing"

	"pawl/handoff"
	"pawl/loop/control"
)

func TestView(t *testing.T) {
	s := newScene(t, usualSetup())
	if got := View(Report{}); len(got.Actions) != 0 || got.Actions == nil {
		t.Errorf("a report of nothing is %+v, and its actions would be null in JSON", got)
	}
	s.up()
	s.origin.Push("work", handoff.Trailers{}, nil)
	s.pass(whole)
	rep := Report{Decision: s.last, Config: s.cfg, Moved: true, Results: []Result{
		{Action{Kind: Start, Agent: "builder", Reason: "up"}, OK, nil},
		{Action{Kind: Wake, Agent: "adversary", Again: true}, OK, nil},
		{Action{Kind: Stop, Agent: "adversary", Again: true}, Deferred, errors.New("no answer")},
	}}
	want := control.Report{
		Tip: s.origin.Tip(), Moved: true, Phase: control.Phase{ID: "core", Total: 2},
		Actions: []control.Action{
			{Kind: "start", Agent: "builder", Reason: "up", Result: "ok"},
			{Kind: "stop", Agent: "adversary", Result: "deferred", Error: "no answer"},
		},
	}
	if got := View(rep); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// The page says what the tip says, whatever is done with it.
func TestPhaseView(t *testing.T) {
	y := usualSetup()
	y.rules = append(y.rules, "auto_advance: false")
	s := newScene(t, y)
	play(t, s, `
		up
		done core
		set core
		pass 2`)
	if got, want := PhaseView(s.cfg, s.shelf.Loop), (control.Phase{ID: "core", Total: 2, Done: true, Held: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	s = newScene(t, usualSetup())
	play(t, s, `
		up
		done core
		done cli
		pass 2`)
	if got, want := PhaseView(s.cfg, s.shelf.Loop), (control.Phase{Index: 2, Total: 2, Complete: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
