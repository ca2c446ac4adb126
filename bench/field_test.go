package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pawl/bench/history"
)

// sizes are the lengths of histories.
func sizes() []int {
	if *full {
		return []int{100, 10_000, 200_000, 1_000_000}
	}
	return []int{100, 10_000, 200_000}
}

// field is an origin with a history, and what watches it: pawl, and plain clones.
type field struct {
	b       *testing.B
	dir     string
	origin  string
	logged  string // a bare clone that is fetched into and whose new commits are listed
	fetched string // a bare clone that is only fetched into
	old     string // the tip that logged had before
	tip     string // origin's
}

func newField(b *testing.B, n int) *field {
	b.Helper()
	if n > 10_000 && testing.Short() {
		b.Skip("a large history")
	}
	dir := scratch(b)
	f := &field{b: b, dir: dir, origin: filepath.Join(dir, "origin.git"), logged: filepath.Join(dir, "logged.git"), fetched: filepath.Join(dir, "fetched.git")}
	if err := history.Make(b.Context(), f.origin, n); err != nil {
		b.Fatal(err)
	}
	f.clone(filepath.Base(f.logged))
	f.clone(filepath.Base(f.fetched))
	f.tip = command(b, f.origin, "git", "rev-parse", "main")
	return f
}

// clone makes a plain clone of the one branch.
func (f *field) clone(name string, how ...string) {
	f.b.Helper()
	command(f.b, f.dir, "git", append(append([]string{"clone", "-q", "--bare", "--single-branch"}, how...), f.origin, name)...)
}

// grow has n new claims on origin.
func (f *field) grow(n int) {
	f.b.Helper()
	subjects := make([]string, n)
	for i := range subjects {
		subjects[i] = fmt.Sprintf("claim(gate%d): it works", i)
	}
	if err := history.Grow(f.b.Context(), f.origin, subjects...); err != nil {
		f.b.Fatal(err)
	}
	f.old, f.tip = f.tip, f.ref()
}

// ref reads origin's branch from its file.
func (f *field) ref() string {
	f.b.Helper()
	text, err := os.ReadFile(filepath.Join(f.origin, "refs", "heads", "main"))
	if err != nil {
		f.b.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// fetchAndLog is what a person types to see what is new.
func (f *field) fetchAndLog() {
	f.b.Helper()
	command(f.b, f.logged, "git", "fetch", "-q", "origin", "main:main")
	if command(f.b, f.logged, "git", "log", "--format=%H %s", f.old+"..main") == "" {
		f.b.Fatal("git log shows nothing new")
	}
}

// fetch is one plain fetch.
func (f *field) fetch() {
	f.b.Helper()
	command(f.b, f.fetched, "git", "fetch", "-q", "origin", "main:main")
}
