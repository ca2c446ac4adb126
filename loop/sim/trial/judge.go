package trial

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pawl/loop/sim"
	"pawl/loop/sim/actor"
)

// Commit is one of the final history.
type Commit struct{ Hash, Subject, Body string }

// Seen is what is known at the end, none of it from the coordinator.
type Seen struct {
	History []Commit          // origin's, at the end
	Moved   map[string]string // what a rewrite made of a commit, by its old hash
	Dropped map[string]string // subjects of commits that a rewrite left out, by hash
	Told    []sim.Told
	Jumps   []Happened // of the coordinator's clock: reminders may be due then
	Spawned []Spawned  // workers that were asked for
	Deleted []Happened // state: what was in it is forgotten
}

// Handoff is one thing that one agent had to be told, and what became of it.
type Handoff struct {
	Key    string // "claim(p1/g3)", "worker(p1-w2)", or a letter's path
	Reader string
	Pushed time.Time // zero: it is not in the final history, and need not be told
	Told   time.Time // first; zero: never
	Last   time.Time // the last time that it was told
	Twice  int       // further tellings to one generation, under another wake id or in one line
	Again  int       // further tellings to one generation, under the same wake id
	Recall int       // reminders
	Undue  int       // those of them that came while no clock had jumped
	Heard  int       // generations that were told
}

// Lost says that it had to be told and was not.
func (h Handoff) Lost() bool { return !h.Pushed.IsZero() && h.Told.IsZero() }

// auditor is told of every claim and review.
const auditor = "auditor"

func builder(pair int) string   { return "builder-" + strconv.Itoa(pair) }
func adversary(pair int) string { return "adversary-" + strconv.Itoa(pair) }

// readers are those who must be told of a commit with that subject, and under
// which key it goes on.
func readers(subject string) (key string, who []string) {
	if path, ok := strings.CutPrefix(subject, letterSubject); ok {
		return path, []string{builder(pairOf(strings.TrimPrefix(path, letterPrefix)))}
	}
	head, _, _ := strings.Cut(subject, ":")
	kind, gate, ok := strings.Cut(strings.TrimSuffix(head, ")"), "(")
	if !ok {
		return "", nil
	}
	pair := pairOf(strings.TrimPrefix(gate, "p"))
	switch kind {
	case actor.Claim:
		return head, []string{adversary(pair), auditor}
	case actor.Review:
		return head, []string{builder(pair), auditor}
	case actor.Worker:
		return head, []string{builder(pair)}
	}
	return "", nil
}

// pairOf is the number that a gate or the rest of a letter's path begins with.
func pairOf(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(text[:max(end, 0)])
	if err != nil {
		return 0
	}
	return n
}

// Judge holds what the agents were told against what they had to be told.
func Judge(s Seen) []Handoff {
	j := judge{names: s.names(), found: map[[2]string]*Handoff{}}
	for _, c := range s.History {
		key, who := readers(c.Subject)
		for _, reader := range who {
			id := c.Hash
			if strings.HasPrefix(key, letterPrefix) {
				id = key // a letter goes by its path, whatever commit brings it
			}
			j.handoff(id, key, reader).Pushed = c.at()
		}
	}
	j.tellings(s)
	j.workers(s)
	out := make([]Handoff, 0, len(j.found))
	for _, h := range j.found {
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b Handoff) int {
		return cmp.Or(a.Pushed.Compare(b.Pushed), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Reader, b.Reader))
	})
	return out
}

// workers adds those whose end must be told.
func (j *judge) workers(s Seen) {
	told := map[string]time.Time{}
	for at, h := range j.found {
		if !h.Told.IsZero() {
			told[at[0]] = h.Told
		}
	}
	for key, w := range s.due(told) {
		j.handoff(key, key, w.Parent).Pushed = w.At
	}
}

// at is when the commit was made, as its author wrote it down.
func (c Commit) at() time.Time {
	for line := range strings.Lines(c.Body) {
		if ns, ok := strings.CutPrefix(strings.TrimSpace(line), actor.AtTrailer); ok {
			n, err := strconv.ParseInt(ns, 10, 64)
			if err == nil {
				return time.Unix(0, n)
			}
		}
	}
	return time.Time{}
}

// names gives every hash that was ever on the branch, and the last one of what
// it names.
func (s Seen) names() map[string]string {
	names := map[string]string{}
	for _, c := range s.History {
		names[c.Hash] = c.Hash
	}
	for hash := range s.Dropped {
		names[hash] = hash
	}
	for old := range maps.Keys(s.Moved) {
		last := old
		for range len(s.Moved) {
			next, moved := s.Moved[last]
			if !moved {
				break
			}
			last = next
		}
		names[old] = last
	}
	return names
}

type judge struct {
	names map[string]string
	found map[[2]string]*Handoff // by the commit's hash or the letter's path, and the reader
}

func (j *judge) handoff(id, key, reader string) *Handoff {
	at := [2]string{id, reader}
	h := j.found[at]
	if h == nil {
		h = &Handoff{Key: key, Reader: reader}
		j.found[at] = h
	}
	return h
}

// resolve finds the commit that a wake abbreviates; one that was never on the
// branch stays as it is.
func (j *judge) resolve(short string) string {
	for hash, last := range j.names {
		if strings.HasPrefix(hash, short) {
			return last
		}
	}
	return short
}

// tellings counts, in the order of time.
func (j *judge) tellings(s Seen) {
	told := slices.Clone(s.Told)
	slices.SortStableFunc(told, func(a, b sim.Told) int { return a.At.Compare(b.At) })
	heard := map[*Handoff]map[string]map[string]bool{} // by generation and wake id
	for _, t := range told {
		inLine := map[*Handoff]bool{}
		for _, m := range actor.Mentions(t.Line) {
			h := j.mentioned(m, t.Agent)
			if m.Reminder {
				h.Recall++
				if !excused(t.At, s.Jumps) {
					h.Undue++
				}
				continue
			}
			if inLine[h] {
				h.Twice++
				continue
			}
			inLine[h] = true
			if h.Told.IsZero() {
				h.Told = t.At
			}
			h.Last = t.At
			if heard[h] == nil {
				heard[h] = map[string]map[string]bool{}
			}
			h.count(heard[h], t.Generation, actor.WakeID(t.Line))
			h.Heard = len(heard[h])
		}
	}
}

// settled is how long after a jump of the clock its reminders may come.
const settled = 20 * time.Second

// excused says that a reminder may be due at that moment: the agents of a trial answer
// long before remind_after, so only a clock that jumps brings one.
func excused(at time.Time, jumps []Happened) bool {
	return slices.ContainsFunc(jumps, func(h Happened) bool { return at.After(h.Begin) && at.Before(h.End.Add(settled)) })
}

func (j *judge) mentioned(m actor.Mention, reader string) *Handoff {
	switch m.Kind {
	case actor.Letter:
		return j.handoff(m.Path, m.Path, reader)
	case actor.Worker:
		return j.handoff(workerKey(m.Gate), workerKey(m.Gate), reader)
	}
	return j.handoff(j.resolve(m.Commit), m.Kind+"("+m.Gate+")", reader)
}

// count notes one telling among those of its generation.
func (h *Handoff) count(heard map[string]map[string]bool, generation, wake string) {
	ids := heard[generation]
	switch {
	case ids == nil:
		heard[generation] = map[string]bool{wake: true}
	case ids[wake] && wake != "":
		h.Again++
	default:
		ids[wake] = true
		h.Twice++
	}
}
