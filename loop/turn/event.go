// Package turn is one run of an agent's program without a terminal: the lines
// that it prints become events of one vocabulary, and the events say how the turn
// goes and how it ended. It is pure; package runner runs the programs.
package turn

import "time"

// Kind is what an event tells of.
type Kind string

// The vocabulary.
const (
	Session   Kind = "session"   // the conversation has a name
	Text      Kind = "text"      // the agent says something
	Reasoning Kind = "reasoning" // the agent thinks
	Command   Kind = "command"   // a command is run
	Change    Kind = "change"    // files are changed
	Tool      Kind = "tool"      // another tool is used
	Result    Kind = "result"    // what came of a command or a tool
	Tokens    Kind = "usage"     // what it cost
	Limit     Kind = "limit"     // the account's usage limit is reached
	Error     Kind = "error"     // something went wrong; the program may go on
	End       Kind = "end"       // the turn is over
)

// Causes of an error after which a turn cannot go on by itself.
const (
	CauseAuth = "auth" // not logged in
	CauseFull = "full" // the context is full
)

// Event is one thing that a program told of its turn. Texts are bounded and have
// no control characters but newlines and tabs.
type Event struct {
	At      time.Time `json:"at"` // when the line was read; Decode leaves it to who reads
	Kind    Kind      `json:"kind"`
	ID      string    `json:"id,omitempty"`      // of the conversation, for Session; else of the call
	Model   string    `json:"model,omitempty"`   // that answers
	Text    string    `json:"text,omitempty"`    // what was said or printed, or went wrong
	Delta   bool      `json:"delta,omitempty"`   // Text goes on where the one before it ended
	Tool    string    `json:"tool,omitempty"`    // the tool's name
	Input   string    `json:"input,omitempty"`   // the command, or what the tool was given
	Paths   []string  `json:"paths,omitempty"`   // files that are changed
	Exit    *int      `json:"exit,omitempty"`    // of a command; nil: not known
	Failed  bool      `json:"failed,omitempty"`  // the command, the tool or the turn did
	Reset   time.Time `json:"reset,omitzero"`    // when a limit is over; zero: Text may say
	Cause   string    `json:"cause,omitempty"`   // of an error, where that is one of the known ones
	Usage   *Usage    `json:"usage,omitempty"`   // for Tokens, and where an end tells it
	Running bool      `json:"running,omitempty"` // Usage is of the whole conversation so far
}

// Usage is what a turn, or many of them, cost.
type Usage struct {
	Input   int64   `json:"input_tokens"`                // read, and not from a cache
	Cached  int64   `json:"cached_tokens"`               // read from a cache
	Written int64   `json:"cache_written_tokens"`        // written into a cache
	Output  int64   `json:"output_tokens"`               // made, reasoning among them
	Cost    float64 `json:"cost_usd"`                    // as the program says; 0 where it does not
	Counted bool    `json:"cost_from_program,omitempty"` // Cost is the program's word
}

// Tokens is how many there were in all.
func (u Usage) Tokens() int64 { return u.Input + u.Cached + u.Written + u.Output }

// Plus is the sum of both.
func (u Usage) Plus(o Usage) Usage {
	return Usage{
		Input: u.Input + o.Input, Cached: u.Cached + o.Cached, Written: u.Written + o.Written, Output: u.Output + o.Output,
		Cost: u.Cost + o.Cost, Counted: u.Counted || o.Counted,
	}
}

// Minus is what u has more than o. A conversation that counts anew has less: then
// it is u.
func (u Usage) Minus(o Usage) Usage {
	d := Usage{
		Input: u.Input - o.Input, Cached: u.Cached - o.Cached, Written: u.Written - o.Written, Output: u.Output - o.Output,
		Cost: u.Cost - o.Cost, Counted: u.Counted,
	}
	if d.Input < 0 || d.Cached < 0 || d.Written < 0 || d.Output < 0 || d.Cost < 0 {
		return u
	}
	return d
}
