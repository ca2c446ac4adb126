package loop

import (
	"context"
	"slices"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/hooks/check"
	"pawl/phases"
)

// phasesAt are the indexes of the phases whose STATUS file may lie at a path.
func (f *checkFacts) phasesAt(file string) []int {
	var out []int
	for i, ph := range f.cfg.Phases.Sequence {
		if slices.Contains(f.places(ph.Status), file) {
			out = append(out, i)
		}
	}
	return out
}

// mainline is the commits that a tip reaches over first parents alone.
type mainline struct {
	tip    string
	inside map[string]bool
}

func newMainline(entries []mirror.Entry) mainline {
	line := mainline{inside: map[string]bool{}}
	next := ""
	for i, e := range slices.Backward(entries) {
		if i == len(entries)-1 {
			line.tip, next = e.Hash, e.Hash
		}
		if e.Hash != next {
			continue
		}
		line.inside[e.Hash] = true
		if len(e.Parents) > 0 {
			next = e.Parents[0]
		}
	}
	return line
}

// status tells what a commit did to STATUS files.
func (f *checkFacts) status(ctx context.Context, c handoff.Commit, changes []mirror.Change, line mainline) ([]check.Status, error) {
	var touched []int
	for _, change := range changes {
		touched = append(touched, f.phasesAt(change.Path)...)
	}
	slices.Sort(touched)
	var out []check.Status
	for _, i := range slices.Compact(touched) {
		s := check.Status{Phase: f.cfg.Phases.Sequence[i].ID}
		var err error
		if s.Path, s.After, err = f.statusAt(c.Hash, i); err != nil {
			return nil, err
		}
		for _, parent := range c.Parents {
			_, before, err := f.statusAt(parent, i)
			if err != nil {
				return nil, err
			}
			s.Before = append(s.Before, before)
		}
		stands, err := f.stands(ctx, c.Hash, i, line, s)
		if err != nil {
			return nil, err
		}
		if stands {
			if err := f.judgeDone(ctx, c.Hash, i, line, &s); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// stands says that a commit sets a DONE which the tip still has. One that was taken
// back on the way is nobody's concern any more: origin's branch comes to have all of
// it at once.
func (f *checkFacts) stands(ctx context.Context, commit string, index int, line mainline, s check.Status) (bool, error) {
	if !s.Sets() || commit == line.tip {
		return s.Sets(), nil
	}
	_, now, err := f.statusAt(line.tip, index)
	if err != nil || !now.Done || !line.inside[commit] || len(commit) != sha1Length {
		return now.Done, err
	}
	set, err := f.completed(ctx, f.h.Mirror(), index, line.tip)
	return set == commit || set == "", err
}

// sha1Length is how long the full hashes are that a mirror of origin takes. In a
// repository of the other kind proofs are not looked for.
const sha1Length = 40

// judgeDone looks for what a DONE that a commit sets lacks. A shallow clone cannot
// say what was reviewed.
func (f *checkFacts) judgeDone(ctx context.Context, commit string, index int, line mainline, s *check.Status) error {
	for i, ph := range f.cfg.Phases.Sequence[:index] {
		_, earlier, err := f.statusAt(commit, i)
		if err != nil {
			return err
		}
		if !earlier.Done {
			s.Open = append(s.Open, ph.ID)
		}
	}
	if !f.in.Proof || f.h.Shallow() || len(commit) != sha1Length {
		return nil
	}
	var err error
	s.Missing, err = f.missing(ctx, commit, index, line)
	return err
}

// missing looks for the proof of a DONE as a pass does: along the first parents,
// where it counts from the commit that brought it there, and with what came after.
func (f *checkFacts) missing(ctx context.Context, commit string, index int, line mainline) ([]string, error) {
	m, tip := f.h.Mirror(), line.tip
	if !line.inside[commit] {
		merged, err := f.completed(ctx, m, index, tip)
		if err != nil {
			return nil, err
		}
		if merged == "" {
			tip = commit // it is not on its way in
		} else {
			commit = merged
		}
	}
	from := "" // the commit that completed the phase before
	for i := index - 1; i >= 0 && from == ""; i-- {
		var err error
		if from, err = f.completed(ctx, m, i, tip); err != nil {
			return nil, err
		}
	}
	return missingProof(ctx, m, mirror.NewMemory(), f.cfg, f.cfg.Phases.Sequence[index].Status, from, commit, tip)
}

func (f *checkFacts) completed(ctx context.Context, m *mirror.Mirror, index int, tip string) (string, error) {
	return completed(ctx, m, f.cfg, phases.Fact{}, "", f.cfg.Phases.Sequence[index].Status, tip)
}

// statusAt reads a phase's STATUS file at a commit. One that is not there, as
// behind the edge of a shallow clone, is not done.
func (f *checkFacts) statusAt(commit string, index int) (file string, v phases.Verdict, err error) {
	for _, place := range f.places(f.cfg.Phases.Sequence[index].Status) {
		content, blob, there, err := f.objects.File(commit, place, maxStatus)
		if err != nil {
			return "", v, err
		}
		if !there {
			continue
		}
		v, known := f.verdicts[blob]
		if !known {
			v = phases.Done(content, f.cfg.Phases.DoneMarker)
			f.verdicts[blob] = v
		}
		return place, v, nil
	}
	return "", v, nil
}
