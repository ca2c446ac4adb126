package turn

import (
	"cmp"
	"strings"
	"time"

	"pawl/handoff"
)

// Status is how a turn ended; "" while it runs.
type Status string

// How turns end.
const (
	Completed Status = "completed" // the program said that it is done
	Failed    Status = "failed"    // it did not, or said that it failed
	Stopped   Status = "stopped"   // it was asked to end
	Limited   Status = "limited"   // the account's usage limit held it up
	Refused   Status = "refused"   // it is not logged in
	Overfull  Status = "full"      // its context is full
)

// Turn is one run of a program: what its events said until now.
type Turn struct {
	N            int           `json:"n"`                      // counted from 1 in its session
	Wake         string        `json:"wake,omitempty"`         // the id of what it was told; "" for the first prompt
	Begun        time.Time     `json:"begun"`                  //
	Ended        time.Time     `json:"ended,omitzero"`         // zero while it runs
	Took         time.Duration `json:"took_ns,omitempty"`      // 0 while it runs, and where nobody measured it
	Status       Status        `json:"status,omitempty"`       // "" while it runs
	Why          string        `json:"why,omitempty"`          // of a status other than Completed, in a sentence
	Conversation string        `json:"conversation,omitempty"` // as the program named it; "" if it did not
	Model        string        `json:"model,omitempty"`        //
	Answer       string        `json:"answer,omitempty"`       // the last thing that was said
	Doing        string        `json:"doing,omitempty"`        // the last event, in a line
	Worked       bool          `json:"worked,omitempty"`       // the agent began to answer
	Tools        int           `json:"tools"`                  // commands, changes and tools that were used
	Usage        Usage         `json:"usage"`                  //
	Exit         int           `json:"exit"`                   // of the program; -1 where a signal ended it or it is not known
	Banner       string        `json:"banner,omitempty"`       // of a limit, or of a context that is full
	Reset        time.Time     `json:"reset,omitzero"`         // of a limit; zero: Banner may say
	Tree         string        `json:"tree,omitempty"`         // names the files of its folder as they are at its end; "" unknown

	said   bool   // an end was told
	ended  Event  // and this is it
	cause  string // of the last error that had one
	wrong  string // the last error since something went well
	total  Usage  // of the conversation, where the program counts so
	speech Speech
}

// Unheard says that what the turn was told is not known to have reached the agent: it
// has ended, and the agent never began to answer.
func (t Turn) Unheard() bool {
	return t.Status != "" && t.Status != Completed && (!t.Worked || t.Status == Overfull)
}

// maxSpeech bounds what is kept of one thing that was said, in bytes.
const maxSpeech = 1 << 20

// Speech is the last thing that was said in a turn, whole.
type Speech struct {
	Text string
	over bool // the next text is another one
}

// Hear takes in the next event of the turn.
func (s *Speech) Hear(e Event) {
	switch {
	case e.Kind == Text && e.Delta && !s.over:
		s.Text = handoff.Head(s.Text+e.Text, maxSpeech)
	case e.Kind == Text, e.Kind == End && e.Text != "" && !e.Failed:
		s.Text = e.Text
	}
	s.over = e.Kind != Text || !e.Delta
}

// Last bounds what a turn's row keeps of an answer, in bytes. The whole of it is in
// its session's record.
const Last = 16 << 10

// Apply takes in the next event.
func (t *Turn) Apply(e Event) {
	if e.Model != "" {
		t.Model = e.Model
	}
	switch e.Kind {
	case Session:
		t.Conversation = e.ID
	case Command, Change, Tool:
		t.Tools++
	case Limit:
		t.Banner, t.cause = handoff.Clean(e.Text, 1000), string(Limit)
		if !e.Reset.IsZero() {
			t.Reset = e.Reset
		}
	case Error:
		t.wrong = handoff.Clean(e.Text, 500)
		if e.Cause != "" {
			t.cause, t.Banner = e.Cause, t.wrong
		}
	case End:
		t.said, t.ended = true, e
	}
	switch e.Kind {
	case Text, Reasoning, Command, Change, Tool:
		t.Worked, t.wrong, t.cause = true, "", "" // it got on
	}
	t.speech.Hear(e)
	t.Answer = handoff.Head(t.speech.Text, Last)
	t.spend(e)
	if line := e.Line(); line != "" {
		t.Doing = line
	}
}

func (t *Turn) spend(e Event) {
	switch {
	case e.Usage == nil:
	case e.Running:
		t.total = *e.Usage
	default:
		t.Usage = t.Usage.Plus(*e.Usage)
	}
}

// Exit is how a program ended, as far as whoever ran it knows.
type Exit struct {
	Code    int    // -1 where a signal ended it, or it could not be run
	Stopped string // why it was ended by who ran it, in a sentence; "" where it ended by itself
	Asked   bool   // it was ended because the session was to end
	Words   string // the last line of its standard error
	Broken  string // what was wrong with its lines, in a sentence; "" nothing
}

// Close ends the turn. What the program said of its end decides; its exit status
// alone never does. before is what the conversation had cost before this turn, and
// what it has cost now is returned.
func (t *Turn) Close(x Exit, before Usage, at time.Time) (after Usage) {
	t.Ended, t.Exit, t.Took = at, x.Code, max(at.Sub(t.Begun), 0)
	after = before
	if t.total != (Usage{}) {
		t.Usage, after = t.Usage.Plus(t.total.Minus(before)), t.total
	}
	t.Status, t.Why = t.judge(x)
	t.Why = handoff.Clean(t.Why, 500)
	return after
}

func (t *Turn) judge(x Exit) (Status, string) {
	failed := t.said && t.ended.Failed
	switch {
	case x.Broken != "":
		return Failed, x.Broken
	case t.said && !failed && t.cause != string(Limit):
		return Completed, ""
	case x.Asked:
		return Stopped, x.Stopped
	case t.cause == string(Limit):
		return Limited, t.Banner
	case t.cause == CauseAuth:
		return Refused, t.wrong
	case t.cause == CauseFull:
		return Overfull, t.wrong
	case x.Stopped != "":
		return Failed, x.Stopped
	case failed:
		return Failed, cmp.Or(t.wrong, t.ended.Text, "it says that it failed")
	}
	return Failed, "it ended without saying that its turn is over: " + cmp.Or(t.wrong, x.Words, "it printed no error")
}

// Line is the event in one line; "" for one that is not worth it.
func (e Event) Line() string {
	const width = 200
	line := ""
	switch e.Kind {
	case Text, Reasoning:
		line = e.Text
	case Command:
		line = "$ " + e.Input
	case Change:
		line = "changes " + strings.Join(e.Paths, ", ")
	case Tool:
		line = e.Tool + " " + e.Input
	case Limit, Error:
		line = string(e.Kind) + ": " + e.Text
	}
	return handoff.Clean(line, width)
}
