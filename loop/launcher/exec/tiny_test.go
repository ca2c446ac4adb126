//go:build linux

package exec

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
	"pawl/loop/launcher/conformance"
)

// tinyLacks are the cases that the tiny launcher does not pass, each with how it
// ends and, where that does not depend on how fast the machine is, a part of what
// is then said: another reason would be a new fault.
var tinyLacks = map[string]struct{ outcome, said, why string }{
	"a deleted log is opened again": {
		conformance.Failed, "", "the program has the log open itself; only a keeper that reads its output can open another",
	},
	"a log that cannot be written holds nobody up": {
		conformance.Failed, "Start: start session", "likewise: without its log the program is not started",
	},
	"the keeper is killed": {
		conformance.Skipped, "no keeper", "nothing keeps its sessions: without the process that waits for it, one goes on and is told things as before",
	},
	"the keeper is killed and its session stopped": {
		conformance.Skipped, "no keeper", "likewise",
	},
}

// lackPatience is how long a case that is not passed may wait for what does not
// happen.
const lackPatience = 10 * time.Second

// The tiny launcher passes all cases but those that are listed, and none of those.
func TestTiny(t *testing.T) {
	t.Parallel()
	need.Program(t, "python3")
	text, err := os.ReadFile("../testdata/pawl-launcher-tiny")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder(t), "pawl-launcher-tiny")
	if err := os.WriteFile(program, text, 0o700); err != nil {
		t.Fatal(err)
	}
	open := func(c conformance.T) (conformance.Harness, error) {
		dir, err := os.MkdirTemp("/tmp", marker())
		if err != nil {
			return conformance.Harness{}, err
		}
		s := NewSuite(Options{
			Name: "tiny", Argv: []string{program}, Dir: dir, Env: environ, Log: quiet(), Times: Times{Hello: 20 * time.Second},
			Options: map[string]string{"dir": filepath.Join(dir, "run")}, Attach: func(session string) []string { return []string{"pawl", "attach", session} },
		})
		c.Cleanup(func() {
			if err := errors.Join(s.Close(), os.RemoveAll(dir)); err != nil {
				c.Error(err)
			}
		})
		return s.Harness(Welcome{}), nil
	}
	lacks := func(c conformance.Case) bool { return tinyLacks[c.Name].outcome != "" }
	cases := conformance.Cases()
	listed := slices.DeleteFunc(slices.Clone(cases), func(c conformance.Case) bool { return !lacks(c) })
	if len(listed) != len(tinyLacks) {
		t.Errorf("the suite has %d of the %d cases that are listed", len(listed), len(tinyLacks))
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conformance.Judge(t.Context(), listed, len(listed), lackPatience, open, func(v conformance.Verdict) { judgeLack(t, v) })
	}()
	conformance.Judge(t.Context(), slices.DeleteFunc(cases, lacks), 6, 80*time.Second, open, func(v conformance.Verdict) {
		if v.Outcome != conformance.Passed {
			t.Errorf("%s: %s: %s", v.Name, v.Outcome, strings.Join(v.Reasons, "; "))
		}
	})
	<-done
}

func judgeLack(t *testing.T, v conformance.Verdict) {
	lack, said := tinyLacks[v.Name], strings.Join(v.Reasons, "; ")
	if v.Outcome != lack.outcome || !strings.Contains(said, lack.said) {
		t.Errorf("%s: %s: %q; it is listed as %s with %q, because %s", v.Name, v.Outcome, said, lack.outcome, lack.said, lack.why)
	}
}
