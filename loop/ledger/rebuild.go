package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
}

// Rebuild sets the ledger aside, which is damaged, and goes on with a new one under
// the same name: it holds what the operator asked for, and nothing of what was done
// about origin, which is derived again. The caller holds the coordinator's lock.
func (l *Ledger) Rebuild(ctx context.Context, why error, now time.Time) (Rebuilding, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, err := replace(ctx, l.path, why, now)
	if err != nil {
		return r, fmt.Errorf("ledger %s is damaged (%w), and no new one can take its place: %w", l.path, why, err)
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
	err = was.Close()
	forgetDamage(l.full) // the old one's: it was read to its end
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
	next := path + newSuffix
	if _, err := os.Stat(path); err == nil || !exists(next) {
		if err := build(ctx, path, &r, now); err != nil {
			return r, err
		}
	}
	for _, suffix := range []string{"", logSuffix, indexSuffix} {
		if err := os.Rename(path+suffix, r.Aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
	}
	if err := os.Rename(next, path); err != nil {
		return r, err
	}
	forgetDamage(resolved(path))
	return r, errors.Join(remove(path+doubtSuffix), atomicfile.SyncFolder(filepath.Dir(path)), pruneAsides(path))
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
	r.Wants = kept != nil
	if kept != nil && kept.Text != "" {
		if err := l.KeepConfig(ctx, kept.Path, kept.Text, now); err != nil {
			return err
		}
	}
	if r.Events, err = l.takeOver(ctx, path); err != nil {
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

// asideName is a name that no ledger that was set aside has.
func asideName(path string, now time.Time) string {
	name := path + asideSuffix + "-" + now.UTC().Format(asideMoments)
	for n := 2; exists(name) || exists(name+logSuffix); n++ {
		name = fmt.Sprintf("%s%s-%s-%d", path, asideSuffix, now.UTC().Format(asideMoments), n)
	}
	return name
}

// Asides are the ledgers in dir that were set aside, the newest first.
func Asides(dir string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(escaped(dir), File+asideSuffix+"-*"))
	names := map[string]bool{}
	for _, name := range found {
		names[strings.TrimSuffix(strings.TrimSuffix(name, logSuffix), indexSuffix)] = true
	}
	var out []string
	for name := range names {
		out = append(out, name)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out, err
}

// AsideSince is when a ledger was set aside, as its name says; false where that says
// nothing.
func AsideSince(name string) (at time.Time, ok bool) {
	_, stamp, found := strings.Cut(filepath.Base(name), asideSuffix+"-")
	if !found || len(stamp) < len(asideMoments) {
		return at, false
	}
	at, err := time.Parse(asideMoments, stamp[:len(asideMoments)])
	return at, err == nil
}

// escaped is a folder's name in a pattern.
func escaped(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// pruneAsides removes all but the newest ledgers that were set aside.
func pruneAsides(path string) error {
	list, err := Asides(filepath.Dir(path))
	for _, name := range list[min(asidesKept, len(list)):] {
		err = errors.Join(err, remove(name, name+logSuffix, name+indexSuffix))
	}
	return err
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
