package adapter

// State is what a screen says about its program.
type State string

// The states of a screen.
const (
	Unknown  State = "unknown"  // nothing on it is known: doubt, from which nothing follows
	Starting State = "starting" // it shows no input line yet
	Active   State = "active"   // it works
	Idle     State = "idle"     // it waits for input
	Waiting  State = "waiting"  // a dialog wants a person: nothing may be typed
	Auth     State = "auth"     // it is not logged in, or asks for a key: a person must see to it
	Limited  State = "limited"  // the account's usage limit is reached
	Full     State = "full"     // its context is full, and it could not make room
	Fatal    State = "fatal"    // it cannot go on, and wants a restart
)

// States are all states, in the order in which they are told of one screen.
var States = []State{Waiting, Auth, Limited, Fatal, Full, Active, Idle, Starting, Unknown}

// Reading is what a look at a screen says.
type Reading struct {
	State    State
	Evidence string   // the row that says so, cleaned and bounded; "" without one
	Banner   string   // for Limited and Full: the program's whole message, on one line
	Composer Composer // the input line
}

// Composer is the program's input line, which may be several rows high.
type Composer struct {
	Found  bool   // the screen shows one, ready to be typed into
	Text   string // what is in it, rows joined without a separator; "" is empty. Hints are not in it
	Folded bool   // it shows a placeholder that stands for a paste
}

// What a reading keeps of a screen, in bytes.
const (
	maxEvidence = 240
	maxBanner   = 1000
)
