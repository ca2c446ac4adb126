package run

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"pawl/handoff"
	"pawl/hooks/check"
	"pawl/loop/config"
	"pawl/loop/turn"
)

const (
	// commandsKept is how many commands are counted.
	commandsKept = 1000
	// excerptLines bounds what another model is shown. A line has some 200 bytes.
	excerptLines = 50
)

// Trail follows what one agent does within the turns of a session, for one watcher.
type Trail struct {
	w     config.Watcher
	dirs  []string // the agent's folder, by all of its names
	scope string   // the session

	level    int
	why      string
	turn     int // the last one that was counted
	changes  int
	commands map[string]int
	speech   turn.Speech
	unread   bool // something was said that the pattern was not searched in
	lines    []string
}

// NewTrail begins to follow a session of an agent whose folder has these names.
func NewTrail(w config.Watcher, generation string, dirs ...string) *Trail {
	return &Trail{w: w, dirs: dirs, scope: generation, commands: map[string]int{}}
}

// Finding is what was found so far.
func (t *Trail) Finding() Finding {
	f := Finding{Watcher: t.w.Name, Scope: t.scope, Level: t.level, Why: t.why}
	if t.w.Watch == config.WatchLLM {
		f.Level = t.level / max(t.w.Turns, 1)
		f.Excerpt = strings.Join(t.lines, "\n")
	}
	return f
}

// Follow takes in the next entry of the session's record.
func (t *Trail) Follow(e turn.Entry) {
	switch t.w.Watch {
	case config.WatchScope:
		t.scoped(e)
	case config.WatchPattern:
		t.searched(e)
	case config.WatchDelegation:
		t.delegated(e)
	case config.WatchRepeat:
		t.repeated(e)
	case config.WatchLLM:
		t.shown(e)
	}
}

// hit counts one turn in which the rule was met.
func (t *Trail) hit(n int, why string) {
	if n != t.turn {
		t.turn, t.why = n, why
		t.level++
	}
}

func (t *Trail) scoped(e turn.Entry) {
	if e.Event == nil || e.Event.Kind != turn.Change {
		return
	}
	for _, path := range e.Event.Paths {
		if name := t.within(path); !t.mayChange(name) {
			t.hit(e.N, "it changed "+handoff.Clean(name, 200)+", and may change "+handoff.Clean(strings.Join(t.w.Paths, ", "), 200))
		}
	}
}

func (t *Trail) mayChange(name string) bool {
	for _, pattern := range t.w.Paths {
		if check.Match(pattern, name) {
			return true
		}
	}
	return false
}

// within is a path as seen from the agent's folder, slash-separated.
func (t *Trail) within(path string) (name string) {
	for _, dir := range t.dirs {
		whole := path
		if !filepath.IsAbs(whole) {
			whole = filepath.Join(dir, whole)
		}
		name = filepath.ToSlash(whole)
		if rel, err := filepath.Rel(dir, whole); err == nil {
			if name = filepath.ToSlash(rel); filepath.IsLocal(rel) {
				return name
			}
		}
	}
	return name
}

// searched looks for the pattern in commands as they are run, and in texts once they
// are whole.
func (t *Trail) searched(e turn.Entry) {
	if t.w.In != config.InCommand {
		if whole := e.Event == nil || e.Event.Kind != turn.Text || !e.Event.Delta; whole && t.unread {
			t.search(e.N, t.speech.Text, "it says ")
			t.unread = false
		}
		if e.Begin != nil {
			t.speech = turn.Speech{}
		}
		if e.Event != nil {
			t.speech.Hear(*e.Event)
			t.unread = t.unread || e.Event.Kind == turn.Text
		}
	}
	if e.Event == nil || t.w.In == config.InText {
		return
	}
	switch e.Event.Kind {
	case turn.Command:
		t.search(e.N, e.Event.Input, "it runs ")
	case turn.Tool:
		t.search(e.N, strings.TrimSpace(e.Event.Tool+" "+e.Event.Input), "it uses ")
	}
}

func (t *Trail) search(n int, text, how string) {
	if t.w.Match == nil {
		return
	}
	if found := t.w.Match.FindString(text); found != "" || t.w.Match.MatchString(text) {
		t.hit(n, how+strconv.Quote(handoff.Clean(found, 120)))
	}
}

func (t *Trail) delegated(e turn.Entry) {
	if e.Event == nil || e.Event.Kind != turn.Change {
		return
	}
	t.changes++
	t.level = t.changes / max(t.w.Times, 1)
	t.why = "it changed " + handoff.Clean(strings.Join(e.Event.Paths, ", "), 200) + " itself"
}

// repeated counts commands since files were changed the last time.
func (t *Trail) repeated(e turn.Entry) {
	switch {
	case e.Event == nil:
	case e.Event.Kind == turn.Change:
		clear(t.commands)
		t.level = 0
	case e.Event.Kind == turn.Command:
		command := handoff.Clean(e.Event.Input, 500)
		if _, known := t.commands[command]; !known && len(t.commands) >= commandsKept {
			return
		}
		t.commands[command]++
		if level := t.commands[command] / max(t.w.Times, 1); level > t.level {
			t.level = level
			t.why = fmt.Sprintf("it ran %q %d times and changed no file in between", handoff.Clean(command, 120), t.commands[command])
		}
	}
}

// shown keeps the last steps, and counts the turns that ended.
func (t *Trail) shown(e turn.Entry) {
	line := ""
	switch {
	case e.Begin != nil:
		line = "> " + handoff.Clean(e.Told, 300)
	case e.Event != nil:
		line = e.Event.Line()
	case e.End != nil:
		line = fmt.Sprintf("= %s %s", e.End.Status, e.End.Why)
		t.level++
	}
	if line != "" {
		t.lines = append(t.lines, line)
		t.lines = t.lines[max(len(t.lines)-excerptLines, 0):]
	}
}
