package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"pawl/handoff"
	"pawl/loop/atomicfile"
	"pawl/loop/delivery"
	"pawl/phases"
)

// WantsFile is the name, in the state directory, of the file beside the ledger that
// holds what git does not know: what the operator asked for. It is replaced as a whole
// whenever that changes, and has a checksum. It serves where the ledger is damaged,
// and nowhere else: without a ledger it means nothing.
const WantsFile = "wants.json"

// wants is what a new ledger begins with where the old one is damaged. What is told
// to whom is not part of it: that the sessions' own records tell.
type wants struct {
	Epoch    string // of the ledger that it was taken from
	Revision int64
	Paused   bool
	Phase    phases.State
	Told     map[string]string // what was said once already
	Agents   []wanted          // by name
	Runs     []Run             // those that have not ended, and whom they tell
	Messages []Item            // those that nobody was told yet: what a person said, and the ends of runs
	Path     string            // of the last good configuration
	Text     string

	unread bool // Messages could not be read
}

// wanted is the operator's part of an agent's row. Its generation is left out: a
// session that lives is taken over by its owner's name.
type wanted struct {
	Name     string
	Wanted   Want
	Paused   bool
	Why      string // of Paused
	Parked   bool
	Finished bool
	Model    string
	Adapter  string
	Talk     Talk // of a run: what it was told is in no other place
}

// wantsOf are those of a state.
func wantsOf(s State, path, text string) wants {
	w := wants{Epoch: s.Loop.Epoch, Revision: s.Loop.Revision, Paused: s.Loop.Paused, Phase: s.Loop.Phase, Told: s.Loop.Told, Path: path, Text: text}
	for _, name := range slices.Sorted(maps.Keys(s.Agents)) {
		a := s.Agents[name]
		kept := wanted{Name: a.Name, Wanted: a.Wanted, Paused: a.Paused, Why: a.Why, Parked: a.Parked, Finished: a.Finished, Model: a.Model, Adapter: a.Adapter}
		if _, run := s.Runs[name]; run {
			kept.Talk = a.Talk
		}
		w.Agents = append(w.Agents, kept)
	}
	for _, id := range slices.Sorted(maps.Keys(s.Runs)) {
		w.Runs = append(w.Runs, s.Runs[id])
	}
	for _, id := range s.Pending {
		if it := s.Items[id]; it.Kind == delivery.Message && it.Waits() {
			it.State = handoff.Open // whether it got through, the sessions' own records tell
			w.Messages = append(w.Messages, it)
		}
	}
	return w
}

// restore puts them into the state of a new ledger. The revision goes on: what was
// planned from the old ledger is planned again.
func (w wants) restore(s *State) {
	s.Loop.Revision, s.Loop.Paused, s.Loop.Phase, s.Loop.Told = w.Revision+1, w.Paused, w.Phase, w.Told
	for _, a := range w.Agents {
		s.Agents[a.Name] = Agent{
			Name: a.Name, Wanted: a.Wanted, Paused: a.Paused, Why: a.Why, Parked: a.Parked, Finished: a.Finished, Model: a.Model, Adapter: a.Adapter, Talk: a.Talk,
		}
	}
	for _, r := range w.Runs {
		s.Runs[r.ID] = r
	}
	for _, it := range w.Messages {
		s.PutItem(it)
	}
}

// newer is what counts of what was kept beside a ledger and what the ledger itself has:
// its own, where an order came after what was kept, or what was kept is another one's;
// what was kept, where the ledger lost its newest rows.
func newer(kept, own *wants) *wants {
	switch {
	case own == nil:
		return kept
	case kept == nil:
		return own
	case kept.Epoch == own.Epoch && kept.Revision >= own.Revision:
		return kept
	}
	if own.Text == "" {
		own.Path, own.Text = kept.Path, kept.Text
	}
	if own.unread {
		own.Messages = kept.Messages
	}
	return own
}

// KeepWants writes beside the ledger what the operator asked for, where that changed
// since it was last written. s is what a pass has just committed, and the caller
// holds the coordinator's lock.
func (l *Ledger) KeepWants(ctx context.Context, s State) error {
	path, text, _, err := l.Config(ctx)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(wantsOf(s, path, text))
	if err != nil {
		return err
	}
	if l.kept == nil { // by this process
		if l.kept, err = keptDoc(l.path); err != nil {
			return err
		}
	}
	if bytes.Equal(doc, l.kept) {
		return nil
	}
	if err := atomicfile.Write(wantsFile(l.path), append([]byte(digest(doc)+"\n"), doc...)); err != nil {
		return fmt.Errorf("what the operator asked for is not kept beside the ledger: %w", err)
	}
	l.kept = doc
	return nil
}

// readWants reads what was kept beside a ledger; nil where nothing was, or where it
// is not what was written.
func readWants(ledger string) (*wants, error) {
	doc, err := keptDoc(ledger)
	if err != nil || doc == nil {
		return nil, err
	}
	var w wants
	if json.Unmarshal(doc, &w) != nil {
		return nil, nil
	}
	return &w, nil
}

// keptDoc is the text that was kept; nil where there is none whose checksum holds.
func keptDoc(ledger string) ([]byte, error) {
	data, err := os.ReadFile(wantsFile(ledger))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sum, doc, _ := bytes.Cut(data, []byte("\n"))
	if string(sum) != digest(doc) {
		return nil, nil
	}
	return doc, nil
}

func wantsFile(ledger string) string { return filepath.Join(filepath.Dir(ledger), WantsFile) }

func digest(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}
