package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pawl/loop/atomicfile"
)

// Rebuilt is the key in Loop.Told under which a ledger that took a damaged one's
// place keeps a Rebuilding, until it was told.
const Rebuilt = "ledger.damaged"

// Rebuilding is how a ledger came to take a damaged one's place.
type Rebuilding struct {
	Aside  string // where the damaged one lies
	Why    string // what was wrong with it
	Wants  bool   // what the operator asked for was kept beside it, and is in force
	Events int    // how many events of it could be read and were taken over
	Left   error  `json:"-"` // what could not be cleared away; the new one has its place all the same
}

// Rebuild sets the ledger aside, which is damaged, and goes on with a new one under
// the same name: it holds what the operator asked for, and nothing of what was done
// about origin, which is derived again. The caller holds the coordinator's lock.
func (l *Ledger) Rebuild(ctx context.Context, why error, now time.Time) (Rebuilding, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if Damaged(why) {
		why = explain(l.path, why) // which page it is
	}
	r, err := replace(ctx, l.path, why, now)
	if err != nil {
		err = &DamagedError{Path: l.path, Err: fmt.Errorf("%s, and no new one can take its place: %w", r.Why, err)}
		return r, errors.Join(err, Doubt(filepath.Dir(l.path))) // the next pass knows of it too
	}
	return r, l.follow(ctx)
}

// Refresh goes on with the ledger that has this one's name now, if that is another.
func (l *Ledger) Refresh(ctx context.Context) error {
	if !l.Lost() {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.follow(ctx)
}

// follow opens what has the ledger's name now, and closes what had it before.
func (l *Ledger) follow(ctx context.Context) error {
	next, err := open(ctx, l.path)
	if err != nil {
		return err
	}
	was := l.db.now.Swap(next.db.now.Load())
	l.file, l.kept = next.file, nil
	err = was.end(ctx)
	forgetDamage(was.full) // the old one's: it was read to its end
	return err
}

// Mend is Rebuild for a ledger that cannot be opened. One that can be opened and is
// in order is left alone, and false returned; one from before pages had checksums
// gets them. The caller holds the coordinator's lock.
func Mend(ctx context.Context, dir string, now time.Time) (r Rebuilding, rebuilt bool, err error) {
	path := filepath.Join(dir, File)
	why := sound(ctx, path)
	switch {
	case Missing(why):
		return r, false, nil
	case Damaged(why):
		r, err = replace(ctx, path, why, now)
		return r, err == nil, err
	case why != nil:
		return r, false, why
	}
	return r, false, seal(ctx, path)
}

// sound says what is wrong with a ledger.
func sound(ctx context.Context, path string) error {
	if err := absent(path); err != nil {
		return err
	}
	l, err := open(ctx, path)
	if err != nil {
		return err
	}
	err = l.Check(ctx)
	if err == nil {
		err = l.Scrub(ctx)
	}
	return errors.Join(err, l.Close())
}

// replace puts a new ledger in a damaged one's place. The database goes first: who
// opens it meanwhile sees that, and tries again (reach). It is cut off at
// any moment with a ledger, damaged or new, that says so.
func replace(ctx context.Context, path string, why error, now time.Time) (Rebuilding, error) {
	r := Rebuilding{Aside: asideName(path, now), Why: reason(why)}
	unfence, err := fence(ctx, path)
	if err != nil {
		return r, err
	}
	err = move(ctx, path, &r, now)
	left := unfence()
	if err != nil {
		return r, errors.Join(err, left)
	}
	forgetDamage(resolved(path))
	r.Left = errors.Join(left, remove(path+doubtSuffix), atomicfile.SyncFolder(filepath.Dir(path)), pruneAsides(path))
	return r, nil
}

// move writes the new ledger and moves both, or goes on with that where it was cut off.
func move(ctx context.Context, path string, r *Rebuilding, now time.Time) error {
	next := path + newSuffix
	if exists(path) || !exists(next) {
		if err := build(ctx, path, r, now); err != nil {
			return err
		}
	} else {
		kept, err := readWants(path)
		if err != nil {
			return err
		}
		r.Wants = kept != nil
	}
	for _, suffix := range []string{"", logSuffix, indexSuffix} {
		if err := os.Rename(path+suffix, r.Aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(next, path)
}

// fence keeps others from writing into a ledger that is set aside, as far as it can be
// read: an order that was written after the new one was made from it would be lost, and
// who gave it is to find another ledger there instead (ErrReplaced). Where others write
// all the time, that is an error, and the next pass tries again.
func fence(ctx context.Context, path string) (unfence func() error, err error) {
	none := func() error { return nil }
	if Unsealed(filepath.Dir(path)) {
		return none, nil // whoever closes such a one last removes a log by its name
	}
	old, err := reach(path, "_txlock=immediate&_pragma=busy_timeout(5000)", func(db *sql.DB) error { return db.PingContext(ctx) })
	if err != nil {
		return none, nil
	}
	db := old.db.now.Load()
	tx, err := db.BeginTx(ctx, nil)
	if isBusy(err) {
		return nil, errors.Join(err, db.Close())
	}
	if err != nil {
		return db.Close, nil
	}
	return func() error { return errors.Join(tx.Rollback(), db.Close()) }, nil
}

// reason is what is wrong, without the ledger's name.
func reason(why error) string {
	var damaged *DamagedError
	if errors.As(why, &damaged) {
		why = damaged.Err
	}
	return why.Error()
}

// build writes the whole new ledger beside the old one.
func build(ctx context.Context, path string, r *Rebuilding, now time.Time) error {
	part := path + partSuffix
	clean := func() error { return remove(part, part+logSuffix, part+indexSuffix, path+newSuffix) }
	if err := clean(); err != nil {
		return err
	}
	if err := create(part); err != nil {
		return err
	}
	l, err := open(ctx, part)
	if err != nil {
		return errors.Join(err, clean())
	}
	err = errors.Join(l.begin(ctx, path, r, now), l.Close())
	if err == nil {
		err = remove(part+logSuffix, part+indexSuffix)
	}
	if err == nil {
		err = os.Rename(part, path+newSuffix)
	}
	if err != nil {
		return errors.Join(err, clean())
	}
	return nil
}

// begin writes into a new ledger what is known in spite of the old one.
func (l *Ledger) begin(ctx context.Context, path string, r *Rebuilding, now time.Time) error {
	kept, err := readWants(path)
	if err != nil {
		return err
	}
	old := salvage(ctx, path)
	kept = newer(kept, old.wants)
	r.Wants, r.Events = kept != nil, len(old.events)
	if kept != nil && kept.Text != "" {
		if err := l.KeepConfig(ctx, kept.Path, kept.Text, now); err != nil {
			return err
		}
	}
	if err := l.takeOver(ctx, old, now); err != nil {
		return err
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return l.Edit(ctx, func(s *State) error {
		if kept != nil {
			kept.restore(s)
		}
		if s.Loop.Told == nil {
			s.Loop.Told = map[string]string{}
		}
		s.Loop.Told[Rebuilt] = string(doc)
		return nil
	})
}

// remove removes the files that are there.
func remove(paths ...string) (err error) {
	for _, path := range paths {
		if rerr := os.Remove(path); !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
