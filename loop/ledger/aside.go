package ledger

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

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
