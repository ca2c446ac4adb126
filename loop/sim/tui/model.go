package tui

import "time"

// behaviour is what the options say about how the program acts.
type behaviour struct {
	queue      bool          // a busy program keeps what is submitted; else its turn is dropped for it
	pasteBurst bool          // an Enter right after a paste or fast typing is a newline
	script     bool          // a turn runs a script
	work       time.Duration // the least a turn takes
	model      string
}

// How keys are told from one another by time.
const (
	fastTyping  = 8 * time.Millisecond   // characters this close are taken as pasted
	burst       = 120 * time.Millisecond // how long after those an Enter is a newline
	exitWindow  = 2 * time.Second        // a second C-c within it ends the program
	longPaste   = 100                    // bytes; a longer one is folded
	mostHistory = 400                    // blocks that are kept
)

// look is how a block of the history is drawn.
type look string

const (
	said   look = "said"   // a prompt
	answer look = "answer" // the program's own words
	output look = "output" // what a script printed: it belongs to the block above
	fault  look = "fault"  // an error of the service
	noise  look = "noise"
)

type block struct {
	look look
	text string
}

// turn is the work on one prompt.
type turn struct {
	id      int
	prompt  string // "" when an order made the program busy
	since   time.Time
	until   time.Time
	running bool // its script has not ended
}

// model is all that the program knows. Its methods are transitions: they read no
// clock and touch nothing; what is to be done is left in effects.
type model struct {
	behaviour
	composer composer
	history  []block
	gone     int // blocks that the history has lost at its beginning
	turn     *turn
	turns    int // that were begun
	queued   []string
	owed     []string // prompts that a limit kept from being worked on

	swallow     int
	folding     bool
	dialog      bool
	limit       string
	fatal       bool
	quote       string
	hung        bool
	slow        time.Duration
	lastTyped   time.Time
	lastBurst   time.Time
	interrupted time.Time // when C-c was pressed last

	effects []effect
}

// deed is what an effect asks for.
type deed string

const (
	note  deed = "note"  // entry goes into the record
	start deed = "start" // the script of a turn, with its prompt
	stop  deed = "stop"  // the script of a turn
	quit  deed = "quit"  // with a code
)

type effect struct {
	deed   deed
	entry  Entry
	turn   int
	prompt string
	code   int
}

func newModel(b behaviour) *model { return &model{behaviour: b} }

// drain returns what is to be done, once.
func (m *model) drain() []effect {
	effects := m.effects
	m.effects = nil
	return effects
}

func (m *model) note(now time.Time, e Entry) {
	e.Time = now
	m.effects = append(m.effects, effect{deed: note, entry: e})
}

func (m *model) quit(now time.Time, code int, why string) {
	m.note(now, Entry{Ended: why})
	m.effects = append(m.effects, effect{deed: quit, code: code})
}

// greet shows the header.
func (m *model) greet() {
	text := "fake agent"
	if m.model != "" {
		text += " · " + m.model
	}
	m.show(output, text)
}

func (m *model) show(l look, text string) {
	m.history = append(m.history, block{l, text})
	if extra := len(m.history) - mostHistory; extra > 0 {
		m.history = append([]block(nil), m.history[extra:]...)
		m.gone += extra
	}
}
