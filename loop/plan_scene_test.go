package loop

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/model/branch"
	"pawl/loop/turn"
	"pawl/loop/witness"
)

// dawn is when all stories begin.
var dawn = time.Date(2026, 1, 2, 6, 0, 0, 0, time.UTC)

// scene is a world for Plan: origin, a ledger, and sessions that do what a
// decision says. What a crash leaves undone stays undone.
type scene struct {
	t        testing.TB
	yaml     setup
	cfg      *config.Config
	now      time.Time
	origin   *branch.Branch
	shelf    *books
	programs map[string]*program // by session name, those that ended too
	past     []*program          // those whose name was taken over
	pids     int
	planned  int
	ledgers  int
	step     time.Duration // between passes; 0 is the configured interval
	ahead    time.Duration // how far the wall clock was set forward
	lag      time.Duration // how far the clock is behind by which programs read

	dark  bool            // origin does not answer
	deaf  map[string]bool // agents that read nothing
	mute  map[string]bool // agents that read and print nothing
	slow  map[string]bool // agents that end only when they are killed
	blind bool            // the launcher does not answer
	fails bool            // the launcher starts nothing
	tails map[string][]string
	texts map[string]string // prompt files
	stray map[string]bool   // agents whose process the launcher does not know any more
	swift map[string]string // how the turns of agents end as soon as they have begun; all: of those not named
	drawn map[string]bool   // agents whose sessions draw a screen
	dull  map[string]bool   // those whose screen stays as it is when they read

	steps   map[string][]turn.Entry    // what agents did within the turns of their sessions
	claims  map[string]string          // gate → its newest claim
	carried map[string][]delivery.Item // by the wakes that went out, whatever became of the ledger
	did     []Action                   // of the last pass, without repeated orders
	last    Decision
	trail   []string // what happened, to be told of a failure
}

// program is one session as the launcher keeps it.
type program struct {
	obs    launcher.Observation
	killAt time.Time
	texts  []string
	ids    map[string]bool // messages that it was given
	screen *adapter.Reading
	turns  *turn.State // of one that runs in turns
	began  string      // with which conversation it was started
	wiped  bool        // the machine was restarted: nothing is left of what it said

	witness *witness.State // what its hooks said
}

func newScene(t testing.TB, yaml setup) *scene {
	t.Helper()
	s := &scene{
		t: t, yaml: yaml, now: dawn, origin: branch.New(), programs: map[string]*program{},
		steps: map[string][]turn.Entry{}, deaf: map[string]bool{}, mute: map[string]bool{}, slow: map[string]bool{}, tails: map[string][]string{}, claims: map[string]string{},
		carried: map[string][]delivery.Item{}, texts: map[string]string{}, drawn: map[string]bool{}, dull: map[string]bool{}, stray: map[string]bool{}, swift: map[string]string{},
	}
	s.configure()
	s.loseLedger()
	return s
}

func (s *scene) configure() {
	s.t.Helper()
	cfg, err := config.Parse("/p/pawl.yaml", []byte(s.yaml.String()))
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.yaml)
	}
	s.cfg = cfg
}

func (s *scene) loseLedger() {
	s.ledgers++
	s.shelf = newBooks(fmt.Sprint("epoch", s.ledgers))
}

// world is what Observe would gather.
func (s *scene) world(look bool) World {
	st := s.shelf.Load()
	w := World{
		Now: s.now, Config: Staffed(s.cfg, st), Rules: Rules(s.cfg), State: st, Default: s.yaml.where(),
		Sessions: map[string]map[string]launcher.Observation{}, Blind: map[string]error{}, Tails: maps.Clone(s.tails), Texts: maps.Clone(s.texts),
		Origin: Origin{Print: fingerprint(s.cfg)}, Astray: maps.Clone(s.stray), Terminals: map[string]bool{"tmux": true},
	}
	if s.blind {
		w.Blind[s.yaml.where()] = errors.New("it does not answer")
	} else {
		seen := map[string]launcher.Observation{}
		for name, p := range s.programs {
			o := p.obs
			o.Marks = slices.Clone(o.Marks)
			seen[name] = o
		}
		w.Sessions[s.yaml.where()] = seen
		w.Readings = s.readings()
		w.Turns, w.Unheard = s.turnStates(st)
		w.Past, w.Steps = s.watched(w)
		w.Witness = s.witnesses()
	}
	w.Origin.Looked = look
	if look && s.dark {
		w.Origin.Err = "no route to host"
		return w
	}
	tip := st.Loop.Cursor
	if look {
		tip = s.origin.Tip()
		w.Origin.URL, w.Origin.Branch = "/origin.git", "main"
	}
	if tip != "" && s.origin.Tip() == tip && (tip != st.Loop.Cursor || w.Origin.Print != st.Loop.Fingerprint) {
		var asked []string
		for _, h := range s.shelf.Handoffs {
			if h.Kind == handoff.Signal {
				asked = append(asked, h.Commit)
			}
		}
		slices.Sort(asked)
		asked = slices.Compact(asked)
		w.Origin.Window = windowOf(s.origin, s.cfg, st.Loop.Cursor, asked)
		if tip == st.Loop.Cursor { // other rules: as if nothing were known of the history
			again := windowOf(s.origin, s.cfg, "", asked)
			again.Inboxes, w.Origin.Window = w.Origin.Window.Inboxes, again
		}
		w.Origin.Known = s.shelf.Known(handoff.Concerns(*w.Origin.Window, w.Rules))
		w.Origin.Facts = factsOf(s.origin, s.cfg)
	}
	return w
}

// How far a pass comes before the coordinator is killed.
type extent int

const (
	whole     extent = -1 // all of it
	unwritten extent = -2 // killed before the rows are written
)

// pass lets a moment go by, looks, plans and acts. An extent of zero or
// more is how many actions are taken before the coordinator is killed.
func (s *scene) pass(until extent) {
	s.t.Helper()
	s.wait(max(s.step, s.cfg.Supervise.Interval))
	w := s.world(true)
	d := s.plan(w)
	s.last, s.did = d, nil
	if until == unwritten {
		return
	}
	s.shelf.commit(d.Changes)
	s.settled()
	for i, a := range d.Actions {
		if !a.Again {
			s.did = append(s.did, a)
		}
		if until == whole || i < int(until) {
			s.touch(d, a)
		}
	}
}

// plan checks what must hold of every plan.
func (s *scene) plan(w World) Decision {
	s.t.Helper()
	before := w.State.Clone()
	before.Loop.Told = maps.Clone(w.State.Loop.Told)
	d := Plan(w)
	// Hours in which nothing happens are looked at now and then: comparing whole
	// worlds takes longer than planning.
	if s.planned++; len(d.Actions)+len(d.Changes.Events) > 0 || s.planned%8 == 0 {
		if !reflect.DeepEqual(before, w.State) {
			s.fail("Plan changed the state that it was given:\n%+v\nwas\n%+v", w.State, before)
		}
		if again := Plan(w); !reflect.DeepEqual(d, again) {
			s.fail("the same world gives\n%+v\nand\n%+v", d, again)
		}
	}
	if !d.Next.After(w.Now) || d.Next.After(w.Now.Add(s.cfg.Supervise.Interval)) {
		s.fail("the next pass is due %s after this one", d.Next.Sub(w.Now))
	}
	s.lawful(w, d)
	s.underWay(d)
	return d
}

// underWay fails if something counts as on its way that no wake carries: it would stay
// so for ever.
func (s *scene) underWay(d Decision) {
	s.t.Helper()
	carried := map[string]bool{}
	for _, w := range d.After.Wakes {
		for _, it := range w.Items {
			carried[it.ID] = carried[it.ID] || w.State.InFlight()
		}
	}
	for id, it := range d.After.Items {
		if it.State == handoff.Queued && !carried[id] {
			s.fail("%s %q of %s is queued, and no wake carries it", it.Kind, it.Text, it.Agent)
		}
	}
	for id, h := range d.After.Handoffs {
		if h.State == handoff.Queued && !carried[id] {
			s.fail("%s of %s is %s, and no wake carries it", h.Label(), h.Agent, h.State)
		}
	}
}

// settled fails unless a plan from the rows that were just written, with
// nothing touched, has nothing to add but the same orders again.
func (s *scene) settled() {
	s.t.Helper()
	d := Plan(s.world(false))
	if !d.Changes.Empty() {
		s.fail("planned again with nothing changed it writes %+v", d.Changes)
	}
	for _, a := range d.Actions {
		if !a.Again {
			s.fail("planned again with nothing changed it does %+v", a)
		}
	}
}

// wait lets time go by: programs read what they were given and end if asked to.
func (s *scene) wait(d time.Duration) {
	read := s.now.Add(time.Second - s.lag)
	s.now = s.now.Add(d)
	for _, p := range s.programs {
		if !p.obs.Alive {
			continue
		}
		for i, m := range p.obs.Marks {
			if m.Drained.IsZero() && !m.Written.IsZero() && !s.deaf[p.obs.Agent] {
				p.obs.Marks[i].Drained, p.obs.Pending = read, 0
				s.reads(p, read)
				p.beginTurn(m.ID, s.now)
			}
		}
		if how := cmp.Or(s.swift[p.obs.Agent], s.swift["all"]); how != "" && p.inTurn() {
			s.ends(p.obs.Agent, strings.Fields(how))
		}
		if !p.killAt.IsZero() && (!s.slow[p.obs.Agent] || !s.now.Before(p.killAt)) {
			s.end(p, 0)
		}
	}
}

// jump sets the wall clock.
func (s *scene) jump(d time.Duration) { s.now, s.ahead = s.now.Add(d), s.ahead+d }

func (s *scene) end(p *program, code int) {
	p.obs.Alive, p.obs.PID, p.obs.Exit = false, 0, &launcher.Exit{Code: code, At: s.now}
}

// touch is what Act and a launcher do.
func (s *scene) touch(d Decision, a Action) {
	s.t.Helper()
	row := d.After.Sessions[a.Agent]
	p := s.programs[row.Name]
	mine := p != nil && p.obs.Generation == a.Generation && p.obs.Alive
	switch a.Kind {
	case Start, Restart:
		s.start(row, p)
	case Stop:
		if mine && p.killAt.IsZero() {
			p.killAt = row.KillAt
		}
		if p != nil && p.obs.Generation != a.Generation && p.obs.Alive {
			s.note("a stop of %s for another session", a.Agent)
		}
	case Wake:
		if !mine {
			return
		}
		w := d.After.Wakes[a.WakeID]
		if w.Text == "" || w.ID != a.WakeID {
			s.fail("wake %s of %s is not on record: %+v", a.WakeID, a.Agent, w)
		}
		if !p.submit(s.now) || p.ids[w.ID] {
			return
		}
		p.ids[w.ID], s.carried[w.ID] = true, w.Items
		p.obs.Marks = append(p.obs.Marks, launcher.Mark{ID: w.ID, Items: w.ItemIDs(), Written: s.now})
		p.obs.Pending += len(w.Text)
		p.texts = append(p.texts, strings.TrimPrefix(w.Text, w.ID+" "))
		s.note("%s is told %q", a.Agent, p.texts[len(p.texts)-1])
	}
}

func (s *scene) start(row ledger.Session, p *program) {
	switch {
	case p != nil && p.obs.Alive && p.obs.Generation == row.Generation:
		return
	case p != nil && p.obs.Alive, s.fails:
		s.shelf.failed(row.Generation, "it does not start")
		return
	case p != nil && p.obs.Generation == row.Generation:
		return // it ran and ended; it is still to be seen
	case p != nil:
		s.past = append(s.past, p)
	}
	s.run(row.Name, row.Agent, row.Generation, Owner(s.cfg.Path, row.Agent), row.Phase)
	if row.Mode == adapter.ModeTurns {
		s.programs[row.Name].startTurns(row, s.now)
		return
	}
	if s.programs[row.Name].began = "fresh"; row.Resume {
		s.programs[row.Name].began = row.Talk.ID
		if row.Talk.Unfinished {
			s.programs[row.Name].began += "!"
		}
	}
}

func (s *scene) run(name, agent, generation, owner, phase string) {
	s.pids++
	s.note("%s runs", agent)
	s.programs[name] = &program{ids: map[string]bool{}, obs: launcher.Observation{
		Ref: launcher.Ref{Session: name, Generation: generation}, Agent: agent, Owner: owner, Phase: phase,
		PID: s.pids, Started: fmt.Sprint(s.pids), Alive: true, Output: s.now,
	}}
	if s.drawn[agent] {
		s.programs[name].screen = &adapter.Reading{State: adapter.Idle, Composer: adapter.Composer{Found: true}}
	}
}

// program is the newest session of an agent.
func (s *scene) program(agent string) *program {
	return cmp.Or(s.programs["p-"+agent], s.programs["p-run-"+agent])
}

func (s *scene) note(format string, args ...any) {
	s.trail = append(s.trail, s.now.Sub(dawn).String()+" "+fmt.Sprintf(format, args...))
}

func (s *scene) fail(format string, args ...any) {
	s.t.Helper()
	s.t.Fatalf("at %s: %s\n%s", s.now.Sub(dawn), fmt.Sprintf(format, args...), strings.Join(s.trail, "\n"))
}
