package tmux

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"pawl/loop/launcher"
)

// entry kinds of a pane's journal.
const (
	entryPaste  = "p"
	entrySubmit = "s"
	entryTaken  = "t"
	entryLine   = "l" // pasted and submitted in one go, for a program that reads lines
)

// record is one entry: " KIND:WAKE:N:MILLISECONDS:ITEMS", N counting from 1.
// Entries are only ever appended, each with the deed that it tells of.
type record struct {
	kind  string
	wake  string
	n     int
	at    time.Time
	items []string // of the first paste
}

func (r record) String() string {
	escaped := make([]string, len(r.items))
	for i, it := range r.items {
		escaped[i] = url.QueryEscape(it)
	}
	return " " + strings.Join([]string{r.kind, r.wake, strconv.Itoa(r.n), strconv.FormatInt(r.at.UnixMilli(), 10), strings.Join(escaped, ",")}, ":")
}

// guard is a condition of tmux's that this entry is not in the journal yet.
func (r record) guard() string {
	return "#{!=:#{m:* " + r.kind + ":" + r.wake + ":" + strconv.Itoa(r.n) + ":*,#{@pawl_told}},1}"
}

// parseJournal reads a journal. What is no entry is passed over: a person can
// set the option as well.
func parseJournal(text string) []record {
	var out []record
	for field := range strings.FieldsSeq(text) {
		parts := strings.Split(field, ":")
		if len(parts) != 5 || !strings.Contains(entryPaste+entrySubmit+entryTaken+entryLine, parts[0]) || len(parts[0]) != 1 {
			continue
		}
		n, err := strconv.Atoi(parts[2])
		ms, badTime := strconv.ParseInt(parts[3], 10, 64)
		if err != nil || badTime != nil || n < 1 || !word.MatchString(parts[1]) {
			continue
		}
		r := record{kind: parts[0], wake: parts[1], n: n, at: time.UnixMilli(ms)}
		for it := range strings.SplitSeq(parts[4], ",") {
			if item, err := url.QueryUnescape(it); err == nil && item != "" {
				r.items = append(r.items, item)
			}
		}
		out = append(out, r)
	}
	return out
}

// typing is how far one wake came, by the journal.
type typing struct {
	pastes, submits   int // submits after the last paste
	keys              int // submits in all
	pasted, submitted time.Time
	taken             time.Time
}

func typingOf(journal []record, wake string) typing {
	var t typing
	for _, r := range journal {
		if r.wake != wake {
			continue
		}
		switch r.kind {
		case entryPaste:
			t.pastes, t.pasted, t.submits, t.submitted = max(t.pastes, r.n), r.at, 0, time.Time{}
		case entrySubmit:
			t.keys = max(t.keys, r.n)
			t.submits++
			t.submitted = r.at
		case entryTaken:
			t.taken = r.at
		}
	}
	return t
}

// marks is the journal as launchers tell it, in the order of the first pastes.
// With a program that draws a screen, a wake is neither written nor read before
// there is evidence of both. Whether a line was read, the terminal tells.
func marks(journal []record) []launcher.Mark {
	var out []launcher.Mark
	index := map[string]int{}
	for _, r := range journal {
		i, known := index[r.wake]
		if !known {
			i = len(out)
			index[r.wake], out = i, append(out, launcher.Mark{ID: r.wake})
		}
		m := &out[i]
		if len(r.items) > 0 {
			m.Items = r.items
		}
		switch r.kind {
		case entryPaste, entrySubmit:
			m.Begun = r.at
		case entryLine:
			m.Written = r.at
		case entryTaken:
			m.Begun, m.Written, m.Drained = time.Time{}, r.at, r.at
		}
	}
	return out
}
