package loop

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/atomicfile"
	"pawl/loop/config"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
	"pawl/loop/witness"
)

// hookFile is where the hooks of a session write to. It lies beside what sessions say
// of their turns, and outlives the state directory's removal as they do.
func (e *Engine) hookFile(session string) string { return filepath.Join(e.Turns, session+".hooks") }

// tells says that something can be known of a session beside its screen. What a program
// writes on another host nobody could read.
func tells(cfg *config.Config, row ledger.Session) bool {
	p, known := cfg.Profile(row.Adapter, row.Mode)
	here := cfg.Launchers[row.Launcher].Type
	return known && row.Mode != adapter.ModeTurns && p.Tells() && (here == "tmux" || here == "process")
}

// installHooks makes what the hooks of one launch need, and says so in data and in the
// session's environment.
func (e *Engine) installHooks(cfg *config.Config, row ledger.Session, p adapter.Profile, data *adapter.Data, env []string) ([]string, error) {
	if !tells(cfg, row) || !p.Hooked() || len(e.Runner) == 0 {
		return env, nil
	}
	data.Hooks = filepath.Join(cfg.StateDir, "hooks", row.Agent+"-"+row.Generation)
	program := quoted(e.Runner[0])
	// A sandbox may not have the program: then nothing is told, and nothing fails.
	data.Hook = fmt.Sprintf("test ! -x %s || %s hook %s", program, program, witness.Word)
	files, err := p.HookFiles(*data)
	if err != nil {
		return env, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(data.Hooks, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return env, err
		}
		if err := atomicfile.Write(path, []byte(files[name])); err != nil {
			return env, err
		}
	}
	vars, err := p.HookEnv(*data)
	if err != nil {
		return env, err
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if EnvValue(env, name) == "" { // the user's own goes before
			env = append(env, name+"="+vars[name])
		}
	}
	return last(append(env, witness.EnvFile+"="+e.hookFile(row.Name))), os.MkdirAll(e.Turns, 0o700)
}

// quoted is a word of a shell's command.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// ears have heard what the hooks of sessions told, as far as it was read.
type ears struct {
	mu    sync.Mutex
	heard map[string]*hearing // by generation
}

// mostHeard bounds what is read of one record at once, in bytes.
const mostHeard = 8 << 20

// hearing is one session's.
type hearing struct {
	profile adapter.Profile
	decoder *witness.Decoder
	state   witness.State
	file    *logfile.Follower
	lines   splitter
	script  transcript
	fault   string // what was wrong with the transcript, and was said
}

// hear reads what was added to the records of a session.
func (e *Engine) hear(cfg *config.Config, row ledger.Session) (witness.State, error) {
	e.ears.mu.Lock()
	defer e.ears.mu.Unlock()
	h, err := e.hearing(cfg, row)
	if err != nil {
		return witness.State{}, err
	}
	if err := h.file.More(&h.lines); err != nil {
		return h.state, err
	}
	if err := e.readTranscript(cfg, row, h); err != nil && h.fault != err.Error() {
		h.fault = err.Error() // what the hooks say counts without it
		e.Log.Warn("a transcript cannot be read", "agent", row.Agent, "generation", row.Generation, "error", err)
	}
	return h.state, nil
}

// hearing is the one of a session. One whose adapter tells otherwise now is begun anew.
func (e *Engine) hearing(cfg *config.Config, row ledger.Session) (*hearing, error) {
	profile, _ := cfg.Profile(row.Adapter, row.Mode)
	if h := e.ears.heard[row.Generation]; h != nil {
		if reflect.DeepEqual(h.profile.Hooks, profile.Hooks) && reflect.DeepEqual(h.profile.Transcript, profile.Transcript) {
			return h, nil
		}
		if err := h.close(); err != nil {
			return nil, err
		}
		delete(e.ears.heard, row.Generation)
	}
	decoder, err := witness.NewDecoder(profile)
	if err != nil {
		return nil, err
	}
	file, err := logfile.Follow(e.hookFile(row.Name))
	if err != nil {
		return nil, err
	}
	file.Most = mostHeard
	h := &hearing{profile: profile, decoder: decoder, file: file, state: witness.State{Generation: row.Generation, Since: row.CreatedAt}}
	if row.Resume {
		h.state.Conversation = row.Talk.ID // a program that goes on with one need not name it again
	}
	h.lines.each = func(line []byte) { h.state = decoder.Apply(h.state, line, e.Now()) }
	if e.ears.heard == nil {
		e.ears.heard = map[string]*hearing{}
	}
	e.ears.heard[row.Generation] = h
	return h, nil
}

func (h *hearing) close() error { return errors.Join(h.file.Close(), h.script.close()) }

// witnesses are what the hooks of all sessions have said. What the screens say is put
// together with that.
func (e *Engine) witnesses(w World) map[string]witness.State {
	out, live := map[string]witness.State{}, map[string]bool{}
	for agent, row := range w.State.Sessions {
		if !tells(w.Config, row) {
			continue
		}
		s, err := e.hear(w.Config, row)
		if err != nil {
			e.Log.Warn("what a program's hooks tell cannot be read", "agent", agent, "session", row.Name, "generation", row.Generation, "error", err)
			continue
		}
		out[agent], live[row.Generation] = s, true
		if r, read := w.Readings[agent]; read {
			w.Readings[agent] = s.Agree(r, w.Sessions[row.Launcher][row.Name].Output, w.Now)
		}
	}
	e.ears.keep(live, e)
	return out
}

// keep forgets all other sessions.
func (o *ears) keep(live map[string]bool, e *Engine) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for generation, h := range o.heard {
		if live[generation] {
			continue
		}
		if err := h.close(); err != nil {
			e.Log.Warn("a record of hooks is not closed", "generation", generation, "error", err)
		}
		delete(o.heard, generation)
	}
}

// believing is a reader of a session's screens that knows what its hooks say at that
// moment.
func (e *Engine) believing(cfg *config.Config, row ledger.Session, r *adapter.Reader) *adapter.Reader {
	if r == nil || !tells(cfg, row) {
		return r
	}
	with := *r
	with.Also = func(reading adapter.Reading) adapter.Reading {
		s, err := e.hear(cfg, row)
		if err != nil {
			return reading // the pass says so
		}
		return s.Agree(reading, time.Time{}, e.Now())
	}
	return &with
}
