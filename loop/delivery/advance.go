package delivery

import "time"

// Evidence is what a look at the session says about one wake.
type Evidence struct {
	Live    bool      // the generation that the wake is for is still there
	Written time.Time // zero: the launcher has not seen its id
	Drained time.Time // zero: the program has not read it
	Moot    bool      // nothing that it says is still to be said
}

// Step is what follows from the evidence.
type Step string

// The steps of a wake in flight.
const (
	Wait Step = "wait" // given to the session, not read yet
	Send Step = "send" // give it to the session, again perhaps: its id keeps it from being told twice
	Mark Step = "mark" // it went out: queued → sent
	Take Step = "take" // it was read: → taken
	Drop Step = "drop" // it will never be read
)

// Advance decides how a wake that is queued or sent goes on. It is the whole
// recovery after a crash: what the launcher remembers decides, never what the
// coordinator believes to have done.
func Advance(w Wake, e Evidence) Step {
	switch {
	case !e.Live && e.Drained.IsZero():
		return Drop
	case !e.Drained.IsZero():
		return Take
	case !e.Written.IsZero() && w.State == Queued:
		return Mark
	case !e.Written.IsZero():
		return Wait
	case e.Moot && w.State == Queued:
		return Drop
	}
	return Send
}
