package loop

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"pawl/loop/config"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
	workers "pawl/loop/run"
	"pawl/loop/turn"
)

// watching is what watchers go by, kept from pass to pass. All of it is read again
// where it is lost.
type watching struct {
	epoch  string         // of the ledger that past is from
	cfg    *config.Config // that past was priced with
	last   int64          // the newest turn that is in past
	since  time.Time      // from when on it was read
	past   map[string][]workers.Past
	whole  map[string]bool // workers all of whose turns are in past
	tracks map[string]*track
}

// pasts are the turns that are on record: those of the last day, and all of the workers
// that run.
func (o *watching) pasts(ctx context.Context, l *ledger.Ledger, w World) (map[string][]workers.Past, error) {
	since := w.Now.Add(-workers.Day)
	if since.Before(o.since.Add(-time.Minute)) || o.epoch != w.State.Loop.Epoch || !samePrices(o.cfg, w.Config) || o.past == nil {
		o.epoch, o.cfg, o.last = w.State.Loop.Epoch, w.Config, 0
		o.past, o.whole = map[string][]workers.Past{}, map[string]bool{}
	}
	o.since = since
	list, last, err := l.TurnsAfter(ctx, o.last, since)
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		o.past[t.Agent] = append(o.past[t.Agent], workers.PastOf(w.Config, t))
	}
	o.last = last
	for id, r := range w.State.Runs {
		if r.Status != ledger.RunRunning || o.whole[id] {
			continue
		}
		turns, err := l.TurnsOf(ctx, id, last)
		if err != nil {
			return nil, err
		}
		o.past[id] = nil
		for _, t := range turns {
			o.past[id] = append(o.past[id], workers.PastOf(w.Config, t))
		}
		o.whole[id] = true
	}
	return o.recent(w.State, since), nil
}

// recent forgets what is older than a day, but for workers that run.
func (o *watching) recent(st ledger.State, since time.Time) map[string][]workers.Past {
	out := make(map[string][]workers.Past, len(o.past))
	for agent, list := range o.past {
		if r, worker := st.Runs[agent]; !worker || r.Status != ledger.RunRunning {
			old := 0
			for old < len(list) && list[old].Ended.Before(since) {
				old++
			}
			list = list[old:]
			delete(o.whole, agent)
		}
		if o.past[agent] = list; len(list) == 0 {
			delete(o.past, agent)
			continue
		}
		out[agent] = slices.Clip(list) // what is added later is none of this pass's
	}
	return out
}

func samePrices(a, b *config.Config) bool { return a != nil && slices.Equal(a.Prices, b.Prices) }

// track follows the record of one session.
type track struct {
	generation string
	rules      map[string]config.Watcher // that trails follow it for
	file       *logfile.Follower
	lines      splitter
	trails     map[string]*workers.Trail
}

// entry takes in one line of the record.
func (t *track) entry(line []byte) {
	var e turn.Entry
	if json.Unmarshal(line, &e) == nil {
		for _, trail := range t.trails {
			trail.Follow(e)
		}
	}
}

// steps is what watchers find in what is done within turns. Without one that looks at
// that, nothing is read.
func (o *watching) steps(w World, log *slog.Logger) map[string][]workers.Finding {
	out := map[string][]workers.Finding{}
	seen := map[string]bool{}
	for _, a := range w.Config.Agents {
		row, running := w.State.Sessions[a.Name]
		rules := stepRules(w.Config, a)
		if len(rules) == 0 || !running || w.Turns[a.Name].Generation != row.Generation {
			continue
		}
		t, err := o.track(w.Config, a, row.Generation, rules)
		if err == nil {
			seen[a.Name] = true
			err = t.file.More(&t.lines)
		}
		if err != nil {
			log.Warn("what an agent does is not watched", "agent", a.Name, "generation", row.Generation, "error", err)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(t.trails)) {
			out[a.Name] = append(out[a.Name], t.trails[name].Finding())
		}
	}
	for agent := range o.tracks {
		if !seen[agent] {
			o.leave(agent, log)
		}
	}
	return out
}

// stepRules are the watchers that look at what an agent does within its turns.
func stepRules(cfg *config.Config, a config.Agent) map[string]config.Watcher {
	rules := map[string]config.Watcher{}
	for name, w := range cfg.Watchers {
		if (w.BySteps() || w.Watch == config.WatchLLM) && w.Follows(a) {
			rules[name] = w
		}
	}
	return rules
}

// track is the one of a session. A rule that has changed reads all from the beginning.
func (o *watching) track(cfg *config.Config, a config.Agent, generation string, rules map[string]config.Watcher) (*track, error) {
	if t := o.tracks[a.Name]; t != nil && t.generation == generation && reflect.DeepEqual(t.rules, rules) {
		return t, nil
	}
	if t := o.tracks[a.Name]; t != nil {
		if err := t.file.Close(); err != nil {
			return nil, err
		}
		delete(o.tracks, a.Name)
	}
	file, err := logfile.Follow(TurnEvents(cfg, a.Name, generation))
	if err != nil {
		return nil, err
	}
	t := &track{generation: generation, rules: rules, file: file, trails: map[string]*workers.Trail{}}
	t.lines.each = t.entry
	dirs := []string{a.Dir}
	if real, err := filepath.EvalSymlinks(a.Dir); err == nil && real != a.Dir {
		dirs = append(dirs, real) // by which programs may call it
	}
	for name, w := range rules {
		t.trails[name] = workers.NewTrail(w, generation, dirs...)
	}
	if o.tracks == nil {
		o.tracks = map[string]*track{}
	}
	o.tracks[a.Name] = t
	return t, nil
}

func (o *watching) leave(agent string, log *slog.Logger) {
	if err := o.tracks[agent].file.Close(); err != nil {
		log.Warn("a record is not closed", "agent", agent, "error", err)
	}
	delete(o.tracks, agent)
}

// rest closes what is open.
func (o *watching) rest(log *slog.Logger) {
	for agent := range o.tracks {
		o.leave(agent, log)
	}
}
