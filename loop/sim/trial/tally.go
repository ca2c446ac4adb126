package trial

import "time"

// Happened is a fault that was made, and until when it was felt.
type Happened struct {
	Step
	Origin     string // of the loop that it happened to
	Begin, End time.Time
	Missed     string // why it could not be made at its moment; "": it was made
}

// Row is what is to be said of one kind of fault, or of all.
type Row struct {
	Words   string
	Times   int
	Open    int // handoffs that were open while such a fault was felt
	Lost    int
	Twice   int
	Again   int
	Longest time.Duration // from push to told, of those
}

// felt is how long a fault that is over within a moment is counted as felt.
const felt = 2 * time.Second

// Tally makes a row for each kind of fault that happened, and one of all handoffs.
// A handoff that was open during several faults counts in each of their rows.
func Tally(loops []Outcome) []Row {
	var rows []Row
	for _, f := range catalogue() {
		if row := tallyOf(f, loops); row.Times > 0 {
			rows = append(rows, row)
		}
	}
	all := Row{Words: "all"}
	for _, l := range loops {
		for _, h := range l.Happened {
			if h.Missed == "" {
				all.Times++
			}
		}
		for _, h := range l.Handoffs {
			all.add(h)
		}
	}
	return append(rows, all)
}

func tallyOf(f fault, loops []Outcome) Row {
	row := Row{Words: f.words}
	for _, l := range loops {
		var mine []Happened
		for _, h := range l.Happened {
			if h.Fault == f.name && h.Missed == "" {
				mine = append(mine, h)
			}
		}
		row.Times += len(mine)
		for _, h := range l.Handoffs {
			if openDuring(h, mine) {
				row.add(h)
			}
		}
	}
	return row
}

func (r *Row) add(h Handoff) {
	if !h.Pushed.IsZero() {
		r.Open++
		if !h.Told.IsZero() {
			r.Longest = max(r.Longest, h.Told.Sub(h.Pushed))
		}
	}
	if h.Lost() {
		r.Lost++
	}
	r.Twice += h.Twice
	r.Again += h.Again
}

// openDuring says that a handoff was pushed before one of the faults was over, and
// not yet told for the last time when it began.
func openDuring(h Handoff, faults []Happened) bool {
	for _, f := range faults {
		if h.Pushed.Before(f.End.Add(felt)) && (h.Lost() || h.Last.After(f.Begin)) {
			return true
		}
	}
	return false
}
