// Package report makes one page of what a loop did in a time: the gates with
// their verdicts, the phases, who waited for whom, the time that was lost and
// why, and what needs a person now. It is pure: it is handed what is on record.
package report

import (
	"iter"
	"strings"
	"time"

	"pawl/handoff"
)

// Worker is one that failed.
type Worker struct{ ID, Title, Why string }

// Facts are what a report is made from.
type Facts struct {
	Project      string
	Since, Until time.Time
	// KnownFrom is the time of the oldest event on record; zero with none.
	KnownFrom time.Time
	Before    Earlier
	// Events are those since Since in their order. They are read once.
	Events iter.Seq[Event]
	// Handoffs are those that are open, those that something happened to in the
	// time, and the others of the gates that were claimed or reviewed then, in
	// the order in which they became known.
	Handoffs []handoff.Handoff
	// Expired are the handoffs that nobody answered and nothing followed.
	Expired []handoff.Handoff
	Rules   handoff.Rules

	Phase   Phase
	Agents  []Member // in the configuration's order
	Failed  []Worker // workers that failed and were not cleared away, oldest first
	Held    []Worker // workers that are paused
	Limits  []Limit  // the newest of each account
	Commits []Credit
	// NoCommits says why the commits could not be counted; "" when they were.
	NoCommits string

	OriginError string // why origin cannot be seen now; "" when it can
	ConfigError string // why pawl.yaml cannot be used as it is now; "" when it can
	// ConfigHeld is the agent that could have made the change of pawl.yaml that
	// waits for the operator; "" when none waits.
	ConfigHeld string
	ConfigAt   time.Time // when pawl.yaml was written last; zero when it is missing
	Paused     bool      // the whole loop
	Running    bool      // a coordinator runs now
	LastPass   time.Time // zero when none is on record
}

// Earlier is what older events tell of the moment at which the time begins.
type Earlier struct {
	Watched bool      // a coordinator had begun, and not ended as far as is known
	Ended   bool      // that a coordinator ended was the last sign of one
	Down    bool      // the operator had taken everything down
	Invalid bool      // pawl.yaml could not be used
	Held    bool      // a change of it waited for the operator
	Sign    time.Time // the last event that is not the operator's; zero without one
}

// OperatorKinds are the events that an operator's command leaves, whether a
// coordinator runs or not; * stands for any text.
var OperatorKinds = []string{"operator.*", "config.approved", "handoff.retried", "handoff.dismissed"}

// Event is one decision on record.
type Event struct {
	Time  time.Time
	Kind  string
	Agent string
	Data  map[string]any // as JSON has it: numbers may be float64
}

// Member is an agent or a service as it stands now.
type Member struct {
	Name       string
	Wanted     bool // it is to be up
	Parked     bool
	Paused     bool
	Why        string // of Paused, where no person asked for it
	Restarting bool   // it ended, and its next start is due
	// Waiting says that its screen waits for a person; WaitingSince since when.
	Waiting      bool
	WaitingSince time.Time
	Evidence     string // what that was read from; hostile
}

// Limit is the newest usage limit of an account.
type Limit struct {
	Account string
	Since   time.Time
	Holds   []string // the agents that it holds now; none when it is over
	Members []string // those that it holds or held
}

// Phase is where the sequence stands now.
type Phase struct {
	Current  string // "" before the first and when complete
	Index    int
	Total    int
	Complete bool
	Held     bool
	Done     bool // the current one's STATUS says so
	// Unclear are the current one's markers that are not obeyed, in words.
	Unclear []string
	// Missing is why the current one's DONE is not obeyed although it is clear.
	Missing []string
	// Entered is when which phase was entered last before Since, if known.
	Entered   string
	EnteredAt time.Time
}

// Credit is how many commits one author made.
type Credit struct {
	Name    string // an agent's name, or what an author calls himself, cleaned
	Agent   bool
	Commits int
}

// text is a string of an event's data, fit to be shown.
func (e Event) text(key string) string {
	s, _ := e.Data[key].(string)
	return handoff.Clean(s, maxText)
}

// maxText bounds any text in a report, in bytes.
const maxText = 200

func (e Event) number(key string) int {
	switch n := e.Data[key].(type) {
	case float64:
		return int(n)
	case int:
		return n
	case int64:
		return int(n)
	}
	return 0
}

// names are a list of agents in an event's data: words, or a list of them.
func (e Event) names(key string) []string {
	switch list := e.Data[key].(type) {
	case string:
		return strings.Fields(list)
	case []string:
		return list
	case []any:
		var out []string
		for _, v := range list {
			if name, ok := v.(string); ok {
				out = append(out, name)
			}
		}
		return out
	}
	return nil
}
