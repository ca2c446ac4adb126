package report

// Report is the page. Its JSON is `pawl report --json`: lists are never null,
// moments are RFC 3339 in UTC or "", spans are seconds.
type Report struct {
	Project   string     `json:"project"`
	Since     Moment     `json:"since"`
	Until     Moment     `json:"until"`
	KnownFrom Moment     `json:"known_from"` // events before it are not on record; "" when the whole time is
	Events    int        `json:"events"`
	Needs     []Need     `json:"needs"`
	Gates     []Gate     `json:"gates"`
	Phases    Phases     `json:"phases"`
	Waits     []Wait     `json:"waits"` // the longest, longest first
	Agents    []Agent    `json:"agents"`
	Commits   Commits    `json:"commits"`
	Limits    []Hold     `json:"limits"`
	Schedules []Schedule `json:"schedules"`
	Lost      []Lost     `json:"lost"`
}

// Empty says that nothing happened, and nothing is wanted of anybody.
func (r Report) Empty() bool {
	return r.Events == 0 && len(r.Needs) == 0 && len(r.Gates) == 0 && len(r.Waits) == 0 && r.Commits.Total == 0
}

// Need is something that waits for a person now.
type Need struct {
	Kind    string `json:"kind"` // expired, parked, dialog, stuck, config, origin, phase, coordinator, worker, paused
	Agent   string `json:"agent"`
	Text    string `json:"text"`
	Command string `json:"command"` // what helps
}

// Gate is one round trip of a gate, from its first claim to the review that
// passes it. A claim after that begins another one.
type Gate struct {
	Gate     string   `json:"gate"`
	State    string   `json:"state"`     // claimed, failed, passed, reviewed, expired, withdrawn
	WaitsFor []string `json:"waits_for"` // agents
	Rounds   int      `json:"rounds"`    // claims
	Verdicts []string `json:"verdicts"`  // pass, fail or none, in their order
	Claimed  Moment   `json:"claimed"`   // when the first claim was seen
	Passed   Moment   `json:"passed"`    // when the review that passes it was
	Took     Span     `json:"took"`      // from the one to the other; until now where it has not passed
	Commit   string   `json:"commit"`    // the newest signal's
}

// Phases are what became of the sequence.
type Phases struct {
	Current  string      `json:"current"`
	Index    int         `json:"index"`
	Total    int         `json:"total"`
	Complete bool        `json:"complete"`
	Held     bool        `json:"held"`
	Entered  Moment      `json:"entered"` // when the current one was entered, where that is known
	Done     []PhaseDone `json:"done"`
	Notes    []PhaseNote `json:"notes"`
}

// PhaseDone is a phase that was completed in the time.
type PhaseDone struct {
	Phase  string `json:"phase"`
	At     Moment `json:"at"`
	Took   Span   `json:"took"` // since it was entered; 0 where that is not known
	Commit string `json:"commit"`
}

// PhaseNote is a marker that was not obeyed, or one that went away again.
type PhaseNote struct {
	Kind  string `json:"kind"` // unclear, unproven, reopened
	Phase string `json:"phase"`
	At    Moment `json:"at"`
	Text  string `json:"text"`
}

// Wait is a handoff that took its time.
type Wait struct {
	Handoff string `json:"handoff"`
	Label   string `json:"label"`
	Agent   string `json:"agent"` // that was waited for
	For     string `json:"for"`   // told: until the agent had it; answered: from then to its answer
	Since   Moment `json:"since"`
	Took    Span   `json:"took"`
	Open    bool   `json:"open"` // it goes on
	Why     string `json:"why"`  // what held it up, where that is on record
	Held    Span   `json:"held"` // for how long of it; 0 where that is not known
}

// Agent is what one agent or service did.
type Agent struct {
	Name           string   `json:"name"`
	Sessions       int      `json:"sessions"` // started
	Restarts       int      `json:"restarts"`
	Reasons        []Reason `json:"reasons"` // of the restarts, the most frequent first
	Crashes        int      `json:"crashes"`
	Parked         int      `json:"parked"`
	Stalls         int      `json:"stalls"`
	Dialogs        int      `json:"dialogs"`
	Told           int      `json:"told"`
	Answered       int      `json:"answered"`
	Reminders      int      `json:"reminders"`
	Expired        int      `json:"expired"`
	Commits        int      `json:"commits"`
	ToldMedian     Span     `json:"told_median"`     // from seen to sent
	AnsweredMedian Span     `json:"answered_median"` // from taken to answered
}

// Reason is why sessions were restarted, and how many.
type Reason struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Commits are what came to origin in the time.
type Commits struct {
	Total   int      `json:"total"`
	Others  []Author `json:"others"`  // authors that are no agents
	Unknown string   `json:"unknown"` // why they could not be counted
}

// Author is somebody else who made commits.
type Author struct {
	Name    string `json:"name"`
	Commits int    `json:"commits"`
}

// Hold is a usage limit that held the agents of an account.
type Hold struct {
	Account string   `json:"account"`
	Agents  []string `json:"agents"`
	From    Moment   `json:"from"`
	To      Moment   `json:"to"` // "" while it lasts
	Took    Span     `json:"took"`
	Banner  string   `json:"banner"`
}

// Schedule is what became of an agent's moments of one schedule.
type Schedule struct {
	Agent    string `json:"agent"`
	Schedule string `json:"schedule"`
	Fired    int    `json:"fired"`
	Skipped  int    `json:"skipped"`
	Missed   int    `json:"missed"` // told with a later one
	Last     Moment `json:"last"`   // when it last fired
}

// Lost is time that was lost for one cause. What overlaps counts once.
type Lost struct {
	Cause   string   `json:"cause"`
	Agents  []string `json:"agents"`
	Took    Span     `json:"took"`
	Times   int      `json:"times"`
	AtMost  bool     `json:"at_most"` // an end is not on record: the next sign of life counts
	Unknown int      `json:"unknown"` // how many of the times have no end on record, and are not in took
	Now     bool     `json:"now"`     // it goes on
}
