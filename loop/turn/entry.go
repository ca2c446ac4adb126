package turn

// EventsFile is the name of the file in a session's record that holds its entries,
// one a line.
const EventsFile = "events.jsonl"

// Entry is one line of a session's record: the begin of a turn, an event, or its end.
type Entry struct {
	N     int    `json:"turn"`
	Begin *Turn  `json:"begin,omitempty"`
	Told  string `json:"told,omitempty"` // what the turn began with
	Event *Event `json:"event,omitempty"`
	End   *Turn  `json:"end,omitempty"`
}
