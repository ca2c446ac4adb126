package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pawl/loop/config"
	"pawl/loop/daemon"
)

// lockTest is a loop of branch whose state directory is its own.
func lockTest(t *testing.T, root, name, branch, of string) *project {
	t.Helper()
	p := &project{
		path: "/" + name + "/pawl.yaml", place: daemon.Place{Root: root, Dir: filepath.Join(root, name)},
		cfg:        &config.Config{Project: of, Origin: config.Origin{URL: "o", Branch: branch}},
		originName: func() string { return "o" },
	}
	if err := os.Mkdir(p.place.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOneCoordinatorForEachBranch(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string // branches
		project       string // of the second
		both          bool
	}{
		"both leave the branch to HEAD":        {"", "", "acme", false},
		"the second may mean the first's":      {"main", "", "acme", false},
		"the first may mean the second's":      {"", "main", "acme", false},
		"one branch":                           {"main", "main", "acme", false},
		"two branches":                         {"main", "dev", "acme", true},
		"another project on any branch":        {"", "", "other", true},
		"another project on a branch by name":  {"", "main", "other", true},
		"another project on the branch itself": {"main", "main", "other", true},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			one, two := lockTest(t, root, "one", c.first, "acme"), lockTest(t, root, "two", c.second, c.project)
			held, err := one.lock(t.Context(), "watch", time.Second)
			if err != nil {
				t.Fatal(err)
			}
			l, err := two.lock(t.Context(), "tick", time.Millisecond)
			var refused *daemon.HeldError
			switch {
			case c.both && err != nil:
				t.Errorf("the second is refused: %v", err)
			case !c.both && (!errors.As(err, &refused) || refused.Holder.Config != one.path || refused.Holder.What != "watch"):
				t.Errorf("the second has %v, and not that the first holds the lock", err)
			}
			if err == nil {
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
			if err := held.Release(); err != nil {
				t.Error(err)
			}
			// What a refused one took by then is free as well.
			for _, p := range []*project{one, two} {
				l, err := p.lock(t.Context(), "watch", time.Second)
				if err != nil {
					t.Fatal(err)
				}
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
