package loop

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

func TestSites(t *testing.T) {
	ssh := config.Launcher{Type: "ssh", Host: "a", Options: map[string]string{"Port": "22"}}
	for _, c := range []struct {
		name string
		a, b config.Launcher
		same bool
	}{
		{"another host", ssh, config.Launcher{Type: "ssh", Host: "b", Options: ssh.Options}, false},
		{"another port", ssh, config.Launcher{Type: "ssh", Host: "a", Options: map[string]string{"Port": "23"}}, false},
		{"another socket", ssh, config.Launcher{Type: "ssh", Host: "a", Socket: "x", Options: ssh.Options}, false},
		{"the default socket", ssh, config.Launcher{Type: "ssh", Host: "a", Socket: "pawl", Options: ssh.Options}, true},
		{"another way to log in", ssh, config.Launcher{Type: "ssh", Host: "a", Program: "/p", Options: map[string]string{"Port": "22", "IdentityFile": "k"}}, true},
		{"an option of a program", config.Launcher{Type: "x", Options: map[string]string{"dir": "1"}}, config.Launcher{Type: "x", Options: map[string]string{"dir": "2"}}, false},
		{"another program", config.Launcher{Type: "x"}, config.Launcher{Type: "y"}, false},
		{"tmux with its socket's name", config.Launcher{Type: "tmux"}, config.Launcher{Type: "tmux", Socket: "pawl"}, true},
		{"tmux elsewhere", config.Launcher{Type: "tmux"}, config.Launcher{Type: "tmux", Socket: "q"}, false},
		{"process is process", config.Launcher{Type: "process"}, config.Launcher{Type: "process", Socket: "q"}, true},
	} {
		a, b := placeText(c.a), placeText(c.b)
		if (site(a) == site(b)) != c.same || site(a) == "" {
			t.Errorf("%s: sites %q and %q", c.name, site(a), site(b))
		}
	}
}

// A session stays with the launcher that it was started on, whatever becomes of
// the entry; where that is put back, it is the same launcher again.
func TestSessionsStayWhereTheyAre(t *testing.T) {
	old := config.Launcher{Name: "far", Type: "ssh", Host: "old"}
	other := config.Launcher{Name: "far", Type: "ssh", Host: "new"}
	var made []string
	connect := func(l config.Launcher) launcher.Launcher {
		made = append(made, l.Name+" "+l.Host)
		return &distant{}
	}
	engine := func(l config.Launcher) *Engine {
		return &Engine{
			Log: slog.New(slog.DiscardHandler), Connect: connect, Made: map[string]config.Launcher{"far": l},
			Launchers: map[string]launcher.Launcher{"far": connect(l)},
		}
	}
	row := func(name, place string) ledger.State {
		return ledger.State{Sessions: map[string]ledger.Session{"a": {Agent: "a", Launcher: name, Place: place}}}
	}
	former := "far@" + site(placeText(old))
	seatOf := func(e *Engine, st ledger.State) string {
		e.seats(st)
		return st.Sessions["a"].Launcher
	}

	e := engine(old)
	first := e.where()["far"]
	if at := seatOf(e, row("far", placeText(old))); at != "far" {
		t.Errorf("unchanged: %s", at)
	}
	e.connect(&config.Config{Launchers: map[string]config.Launcher{"far": other}})
	if at := seatOf(e, row("far", placeText(old))); at != former || e.where()[former] != first {
		t.Errorf("after a reload it is on %s, which is %v", at, e.where()[at])
	}
	if at := seatOf(e, row("far", "")); at != "far" {
		t.Errorf("a row of an older pawl is on %s", at)
	}
	if _, kept := e.where()[former]; kept {
		t.Error("a former launcher without sessions is kept")
	}

	e, made = engine(other), nil
	if at := seatOf(e, row("far", placeText(old))); at != former || !slices.Equal(made, []string{former + " old"}) {
		t.Errorf("in another process it is on %s, and made was %v", at, made)
	}
	e = engine(old)
	if at := seatOf(e, row(former, placeText(old))); at != "far" {
		t.Errorf("put back, it is on %s", at)
	}
	if have := slices.Collect(maps.Keys(e.where())); !slices.Equal(have, []string{"far"}) {
		t.Errorf("launchers %v", have)
	}
	if got := LauncherOf(&config.Config{Launchers: map[string]config.Launcher{"far": other}}, row(former, placeText(old)).Sessions["a"]); got.Host != "old" {
		t.Errorf("LauncherOf: %+v", got)
	}
}

// hosted says which host it leads to.
type hosted struct {
	distant
	host string
}

func (h *hosted) Host() string { return h.host }

func TestAnotherHostUnderTheSameNameIsNoAnswer(t *testing.T) {
	w := World{State: ledger.State{Sessions: map[string]ledger.Session{"a": {Agent: "a", Launcher: "far", Host: "one"}}}}
	for host, want := range map[string]bool{"one": false, "": false, "two": true} {
		err := elsewhere(w, "far", &hosted{host: host})
		if (err != nil) != want || err != nil && !strings.Contains(err.Error(), "another host than the one where a was started") {
			t.Errorf("host %q: %v", host, err)
		}
	}
}

// A session that cannot be looked at is given up by the operator alone; then its
// row ends, and what it owed is open again.
func TestGivingUpASession(t *testing.T) {
	cfg, err := config.Parse("/p/pawl.yaml", []byte("version: 1\nproject: p\nadapters: {script: {command: [x]}}\nagents: {a: {kind: persistent, prompt: be, adapter: script, launcher: process}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []ledger.SessionState{ledger.Live, ledger.GivenUp} {
		w := World{
			Now: dawn, Config: cfg, Default: "process", Blind: map[string]error{"process@1": errNoAnswer},
			State: ledger.State{
				Agents:   map[string]ledger.Agent{"a": {Name: "a", Wanted: ledger.Down, Generation: "g", Generations: 1}},
				Sessions: map[string]ledger.Session{"a": {Generation: "g", Agent: "a", Name: "p-a", Launcher: "process@1", State: state}},
				Loop:     ledger.Loop{Told: map[string]string{}},
			},
		}
		d := Plan(w)
		row, there := d.After.Sessions["a"]
		if there != (state == ledger.Live) {
			t.Errorf("%s: on record %v", state, there)
		}
		if there && (row.Doing != unknown || !strings.Contains(row.Evidence, "launcher process was changed while a runs where it was before") || !strings.Contains(row.Evidence, "pawl down a --forget")) {
			t.Errorf("%s: %s, %s", state, row.Doing, row.Evidence)
		}
		if len(d.Actions) > 0 {
			t.Errorf("%s: %+v", state, d.Actions)
		}
	}
}
