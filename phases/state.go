// Package phases is the sequence of work: whether a STATUS file says that its
// phase is done, and where the index stands. It is pure and knows nothing of
// handoffs.
package phases

// Phase is one step of the sequence.
type Phase struct {
	ID     string
	Plan   string            // the plan's path, as configured
	Status string            // the STATUS file's name, as configured
	Models map[string]string // role → model, for this phase
}

// Marker is a heading in a STATUS file that is the done marker, and whether it counts.
type Marker struct {
	Line int    `json:"line"` // 1-based
	Text string `json:"text"` // the heading as written, cleaned and bounded
	Obey bool   `json:"obey"`
	Why  string `json:"why"` // why it is not obeyed; "" when it is
}

// Verdict is what a STATUS file says.
type Verdict struct {
	Done    bool // an obeyed marker is there
	Markers []Marker
}

// Fact is what origin's tip says about one phase.
type Fact struct {
	Path    string // where the STATUS file lies; "" when it is nowhere
	Blob    string // its hash
	Verdict Verdict
	// Commit is the first-parent commit that set it; "" while nothing has, or
	// when that was not looked for.
	Commit string
	// Missing is what keeps a marker that is obeyed from being believed, in
	// sentences: the phase is not done while there is any.
	Missing []string `json:",omitempty"`
}

// Done says that the phase is done.
func (f Fact) Done() bool { return f.Verdict.Done && len(f.Missing) == 0 }
