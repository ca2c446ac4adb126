// Package ledger remembers what was done about origin's history and what the
// operator wants: rows in .pawl/state.db, a SQLite database in WAL mode. It is
// the only package that knows SQL.
package ledger

import (
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/supervise"
	"pawl/loop/turn"
	"pawl/phases"
)

// Want is what the operator asked for.
type Want string

// The wants. An agent without one was adopted: it is told things while it
// lives, and nothing starts it.
const (
	Undecided Want = ""
	Up        Want = "up"
	Down      Want = "down" // by name: it stays down until `up NAME`
	Off       Want = "off"  // with all others: the next `up` starts it again
)

// Agent is what is known about one agent or service across its sessions.
type Agent struct {
	Name    string
	Wanted  Want
	Paused  bool
	Why     string // of Paused, where no person asked for it, in a sentence
	Parked  bool
	Model   string // `up --model`, until the next `up NAME`
	Adapter string // `up --adapter`, likewise
	Fresh   bool   // the next start does not resume a conversation
	Restart string // the reason of a restart that is due, by the operator or by supervision; "" none

	Talk Talk // the last conversation, which the next session may go on with

	Generations int    // how many there were: part of the next one's id
	Generation  string // the newest one
	Finished    bool   // a task that ran to its end
	History     supervise.History
	RestartAt   time.Time // not started before this
	FrozenSince time.Time // its reminders stand still since then

	Watched map[string]string // how far watchers have acted about it, by their names; nil: none did
}

// SessionState is how far a session is in its life, not what its program does.
type SessionState string

// The states of a session's row.
const (
	Starting SessionState = "starting" // on record; perhaps it runs already
	Live     SessionState = "live"     // it was seen
	Stopping SessionState = "stopping" // it was asked to end
	Failed   SessionState = "failed"   // it could not be started; Error says why
	GivenUp  SessionState = "given up" // the operator waits for it no longer, whatever became of it
)

// Session is one generation of an agent that has not ended, or that did.
type Session struct {
	Generation string
	Agent      string
	Name       string // the launcher's session name
	Launcher   string
	Adapter    string
	Model      string
	Phase      string
	State      SessionState
	PID        int
	Started    string // identity of that process
	CreatedAt  time.Time
	LiveAt     time.Time
	Doing      string    // starting, active, idle …: what was last seen
	DoingSince time.Time // since when
	Evidence   string    // what that was read from
	Worked     bool      // its screen showed it at work
	ProbedAt   time.Time // asked why it stands still
	StopAt     time.Time // when it was asked to stop
	KillAt     time.Time // when it is killed
	Reason     string    // why it was started, then why it was stopped
	EndedAt    time.Time
	ExitCode   int
	ExitSignal string
	Error      string

	Program      string    // another adapter's program, where its own should run; "" none
	ProgramSince time.Time // since when that was seen

	Print string // fingerprint of what the configuration said about its start; "" where that is not known
	Place string // what the configuration said about its launcher then, as JSON; "" where that is not known
	Host  string // what its launcher's host called itself then; "" where that is not known

	Known string // the newest message on its launcher's record when it was adopted: an earlier ledger knew those; "" none

	Mode   string // how its program runs, as pawl.yaml has it; "" is a session
	Talk   Talk   // its conversation
	Resume bool   // it was started to go on with Talk
	Turned int    // how many of its turns are on record
}

// Talk is a conversation with an agent's program.
type Talk struct {
	ID         string     // as the program names it; "" while that is not known
	Adapter    string     // whose program it is: no other can go on with it
	Phase      string     // that it is about
	Total      turn.Usage // what it has cost, where the program counts so
	Unfinished bool       // the last turn of it that was heard did not come to its end
	Lost       int        // sessions in a row that could not go on with it
}

// Turn is one turn that has ended.
type Turn struct {
	ID           string // of its generation and number
	Agent        string
	Generation   string
	Number       int    // counted from 1 in its session
	Wake         string // what it was told; "" for a session's first prompt
	Adapter      string
	Account      string
	Model        string // as the program names it, else as it was asked for; "" unknown
	Conversation string
	Begun        time.Time
	Ended        time.Time
	Took         time.Duration // by a clock that neither jumps nor runs while the machine sleeps, where it was measured so
	Status       turn.Status
	Why          string
	Answer       string // the beginning of it, if it is long
	Tools        int
	Exit         int
	Usage        turn.Usage
	Tree         string // names the files of the agent's folder as they were at its end; "" unknown
}

// Schedule is one schedule of an agent, by a name made of agent, expression and
// zone.
type Schedule struct {
	Name    string
	Agent   string
	Counted time.Time // up to here its slots are decided about
}

// SlotState is what became of a moment of a schedule.
type SlotState string

// The states of a slot.
const (
	Fired   SlotState = "fired"   // it has its wake
	Skipped SlotState = "skipped" // it was missed, and catch_up says skip
)

// Slot is one moment of a schedule that was decided about, at most once.
type Slot struct {
	ID        string // of agent, schedule and moment
	Agent     string
	Schedule  string // the schedule's name
	At        time.Time
	State     SlotState
	Missed    int    // earlier slots that this one stands for
	Item      string // what the agent is told; "" nothing
	DecidedAt time.Time
}

// Item is something that an agent is to be told beside handoffs: an
// operator's message, a probe.
type Item struct {
	ID        string
	Agent     string
	Kind      delivery.Kind
	Text      string
	State     handoff.State // open, queued, taken, withdrawn
	CreatedAt time.Time
}

// Waits says that an item is still to be told, or is on its way.
func (it Item) Waits() bool { return it.State == handoff.Open || it.State == handoff.Queued }

// Loop is the one row about the loop as a whole.
type Loop struct {
	ID       int    // always 1
	Epoch    string // made with the ledger: part of every generation's id
	Revision int64  // counts the operator's edits: a plan that is older is made again

	URL         string
	Branch      string
	Cursor      string // the tip up to which handoffs were derived
	Fingerprint string // of the rules that they were derived with
	FetchedAt   time.Time
	NextLook    time.Time
	Failures    int // looks at origin that failed in a row
	OriginError string

	Phase phases.State
	Facts map[string]phases.Fact // what the tip says, by phase
	Told  map[string]string      // what was said once already: key → about which commit or blob

	Paused      bool
	ConfigError string
	LastPass    time.Time
}

// Event is one line of the history.
type Event struct {
	Seq   int64
	Time  time.Time
	Kind  string
	Agent string
	Data  map[string]any
}

// Changes are the rows that one plan writes, all or none of them.
type Changes struct {
	Pass      time.Time // when the plan was made: recorded with any other change
	Loop      *Loop
	Agents    []Agent
	Sessions  []Session
	Handoffs  []handoff.Handoff
	Wakes     []delivery.Wake
	Items     []Item
	Limits    []supervise.Limit
	Slots     []Slot
	Schedules []Schedule
	Turns     []Turn
	Runs      []Run
	Events    []Event
}

// Empty says that there is nothing to write.
func (c Changes) Empty() bool {
	return c.Loop == nil && len(c.Agents)+len(c.Sessions)+len(c.Handoffs)+len(c.Wakes)+len(c.Items)+len(c.Limits)+len(c.Slots)+len(c.Schedules)+len(c.Turns)+len(c.Runs)+len(c.Events) == 0
}
