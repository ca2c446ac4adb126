package loop

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// turns reads what the sessions that run in turns say of themselves, whether they
// run still or have ended.
func (e *Engine) turns(w World) map[string]turn.State {
	out := map[string]turn.State{}
	for _, a := range w.Config.Agents {
		row, known := w.State.Sessions[a.Name]
		name := row.Name
		if !known {
			name = a.Session
		}
		if row.Mode != adapter.ModeTurns && (known || !a.Turns()) {
			continue
		}
		s, err := ReadTurns(e.Turns, name)
		if err != nil {
			e.Log.Debug("what a session says of its turns cannot be read", "agent", a.Name, "session", name, "error", err)
			continue
		}
		out[a.Name] = s
	}
	return out
}

// turnState is the file in which a session says what it does.
func (e *Engine) turnState(session string) string { return filepath.Join(e.Turns, session) }

// ReadTurns is what a session says of its turns, in the folder where all of them do; the
// zero State where nothing was said yet.
func ReadTurns(dir, session string) (s turn.State, err error) {
	data, err := os.ReadFile(filepath.Join(dir, session))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

// readTurnStates adds to the readings those of the live sessions that run in turns, of
// those too that are not on record: the pass that adopts one must know what it does.
func readTurnStates(w World) {
	for agent, s := range w.Turns {
		if _, known := w.State.Sessions[agent]; !known && w.runs(agent, s) {
			w.Readings[agent] = s.Reading()
		}
	}
	for agent, row := range w.State.Sessions {
		if row.Mode != adapter.ModeTurns || !w.live(row) {
			continue
		}
		if s := w.Turns[agent]; s.Generation == row.Generation {
			w.Readings[agent] = s.Reading()
		} else {
			w.Readings[agent] = adapter.Reading{State: adapter.Starting}
		}
	}
}

// runs says that the session which says so of itself was seen to run.
func (w World) runs(agent string, s turn.State) bool {
	for _, sessions := range w.Sessions {
		if o, there := sessions[s.Session]; there && o.Alive && o.Agent == agent && o.Generation == s.Generation {
			return true
		}
	}
	return false
}

// unbegun is the wake that a session which is over had read last, if the turn that it
// should have begun is not on record; "" if there is none. The turns are written down as
// they begin.
func (w World) unbegun(row ledger.Session) string {
	seen := w.Sessions[row.Launcher][row.Name]
	if row.Mode != adapter.ModeTurns || !w.over(row) || seen.Generation != row.Generation || len(seen.Marks) == 0 {
		return ""
	}
	last, s := seen.Marks[len(seen.Marks)-1], w.Turns[row.Agent]
	began := func(t turn.Turn) bool { return t.Wake == last.ID || t.Begun.After(last.Drained) }
	if last.Drained.IsZero() || s.Generation == row.Generation && slices.ContainsFunc(s.Turns, began) {
		return ""
	}
	return last.ID
}

// traceless says that a session in turns is over, what it had said of itself is gone with
// it, as after a restart of the machine, and it was not seen at work by then.
func (w World) traceless(row ledger.Session) bool {
	seen := w.Sessions[row.Launcher][row.Name]
	return row.Mode == adapter.ModeTurns && w.over(row) && seen.Generation != row.Generation &&
		w.Turns[row.Agent].Generation != row.Generation && !row.Talk.Unfinished
}

// unheard are the wakes of turns that have ended since the last pass, and that their
// agents never began to answer, and those of turns that never began.
func (e *Engine) unheard(ctx context.Context, w World) (map[string]delivery.Wake, error) {
	var ids []string
	for agent, s := range w.Turns {
		row := w.State.Sessions[agent]
		for _, t := range s.Turns {
			unheard := t.Unheard() || t.Status == "" && !t.Worked && w.over(row)
			if unheard && s.Generation == row.Generation && t.N > row.Turned && t.Wake != "" {
				ids = append(ids, t.Wake)
			}
		}
	}
	out := map[string]delivery.Wake{}
	for _, row := range w.State.Sessions {
		if id := w.unbegun(row); id != "" {
			ids = append(ids, id)
		}
		if !w.traceless(row) {
			continue
		}
		wake, known, err := e.Ledger.LastTaken(ctx, row.Agent, row.Generation)
		if err != nil {
			return nil, err
		}
		if known {
			out[wake.ID] = wake
		}
	}
	for _, id := range ids {
		wake, known, err := e.Ledger.Wake(ctx, id)
		if err != nil {
			return nil, err
		}
		if known {
			out[id] = wake
		}
	}
	return out, nil
}

// goOnTurn is the first turn of a session that goes on with a conversation whose last
// turn was broken off.
const goOnTurn = "Your last turn was interrupted. See what of it is done, and go on where you stopped."

// turnOrder is what a session that runs in turns is started from.
func (e *Engine) turnOrder(cfg *config.Config, a config.Agent, row ledger.Session, p adapter.Profile, data adapter.Data) ([]byte, error) {
	o := turn.Order{
		Version: turn.Version, Session: row.Name, Generation: row.Generation, Profile: p, Data: data, Model: row.Model,
		Prompt: data.Prompt, Wrap: a.Wrap, Timeout: a.TurnTimeout, State: e.turnState(row.Name),
		Record: TurnRecord(cfg, row.Agent, row.Generation), Once: a.Kind == config.KindTask,
	}
	for _, w := range cfg.Watchers {
		o.Tree = o.Tree || w.ByTree() && w.Follows(a)
	}
	if a.Worker != nil {
		o.Home = data.PromptFile // it goes with the state directory, and then no row knows of the session
	}
	if row.Resume {
		o.Conversation, o.Total, o.Prompt = row.Talk.ID, row.Talk.Total, ""
		if row.Talk.Unfinished {
			o.Prompt = goOnTurn
		}
	}
	o.Data.Prompt = "" // each turn has its own
	line, err := json.Marshal(o)
	return append(line, '\n'), err
}

// TurnRecord is the folder with what a session's turns printed, and the events made
// of that.
func TurnRecord(cfg *config.Config, agent, generation string) string {
	return filepath.Join(cfg.StateDir, "turns", agent+"-"+generation)
}

// TurnEvents is the file in that folder with the events.
func TurnEvents(cfg *config.Config, agent, generation string) string {
	return filepath.Join(TurnRecord(cfg, agent, generation), turn.EventsFile)
}

// spoken is a message as the session reads it: for one that runs in turns a line of
// JSON, as its text may have several.
func spoken(row ledger.Session, m launcher.Message) (launcher.Message, error) {
	if row.Mode != adapter.ModeTurns {
		return m, nil
	}
	line, err := json.Marshal(turn.Message{ID: m.ID, Text: strings.TrimSpace(m.Text)})
	m.Text = string(line)
	return m, err
}
