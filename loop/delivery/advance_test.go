package delivery

import (
	"testing"
	"time"
)

// A coordinator may be killed between any two instructions. The next one knows
// the row and what the launcher remembers, and nothing else.
func TestAdvance(t *testing.T) {
	at := time.Unix(1, 0)
	for _, c := range []struct {
		name  string
		state State
		e     Evidence
		want  Step
	}{
		{"killed after the row, before the text: sent", Queued, Evidence{Live: true}, Send},
		{"killed after the text, before the mark is on record: marked", Queued, Evidence{Live: true, Written: at}, Mark},
		{"killed before both marks are on record: taken at once", Queued, Evidence{Live: true, Written: at, Drained: at}, Take},
		{"on record as sent and not read: waits", Sent, Evidence{Live: true, Written: at}, Wait},
		{"on record as sent and read: taken", Sent, Evidence{Live: true, Written: at, Drained: at}, Take},
		{"on record as sent, and the launcher has forgotten it: sent again under its id", Sent, Evidence{Live: true}, Send},
		{"the session ended before it went out: dropped", Queued, Evidence{}, Drop},
		{"the session ended with it unread: dropped", Sent, Evidence{Written: at}, Drop},
		{"the session read it and ended: taken", Sent, Evidence{Written: at, Drained: at}, Take},
		{"the session read it and ended before anything was on record: taken", Queued, Evidence{Written: at, Drained: at}, Take},
		{"nothing to say any more and not out: dropped", Queued, Evidence{Live: true, Moot: true}, Drop},
		{"nothing to say any more, but it is out: marked", Queued, Evidence{Live: true, Moot: true, Written: at}, Mark},
		{"nothing to say any more, but it was read: taken", Sent, Evidence{Live: true, Moot: true, Written: at, Drained: at}, Take},
		{"nothing to say any more and out: waits", Sent, Evidence{Live: true, Moot: true, Written: at}, Wait},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Advance(Wake{State: c.state}, c.e); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
