package delivery

// Target is what decides whether a session may be told something now.
type Target struct {
	Wanted   bool   // up, or adopted without an order to the contrary
	Parked   bool   // given up on after too many restarts
	Paused   string // who is paused, in a sentence: "the loop is paused"; "" nobody
	Held     string // the usage limit that holds it, in a sentence; "" none
	Complete bool   // its sequence is complete
	Present  bool   // it has a session
	Ready    bool   // that session is live, known to be the right one, and not stopping
	Blocked  string // what is on its screen that must be seen to first, in a sentence; "" nothing
	Idle     bool   // and waiting for input
	Queues   bool   // its adapter queues input, so that busy is no reason to wait
	InFlight string // the id of a wake that it has not taken yet
}

// Hold is the first rule that keeps t from being told something, in a sentence
// for explain; "" when nothing does.
func Hold(t Target) string {
	switch {
	case t.Complete:
		return "the sequence is complete"
	case t.Parked:
		return "the agent is parked after too many restarts; pawl logs shows why, and pawl up with its name starts it again"
	case t.Paused != "":
		return t.Paused + "; pawl resume lets it go on"
	case t.Held != "":
		return t.Held
	case !t.Present && !t.Wanted:
		return "the agent is down; pawl up starts it"
	case !t.Present:
		return "the agent has no session yet"
	case !t.Ready:
		return "the session is not ready"
	case t.Blocked != "":
		return t.Blocked
	case t.InFlight != "":
		return "wake " + t.InFlight + " is not taken yet"
	case !t.Idle && !t.Queues:
		return "the agent is busy"
	}
	return ""
}
