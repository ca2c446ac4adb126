// Package doctor judges what was found out about the machine, the folders and
// the servers that a loop needs. It is pure: facts go in, findings come out.
package doctor

import (
	"fmt"
	"strings"
)

// Status is how a check came out.
type Status string

// The three outcomes.
const (
	OK   Status = "ok"
	Warn Status = "warn" // it works, or may; a person should know
	Fail Status = "fail" // something will not work
)

// Finding is the outcome of one check. Its keys are those of `doctor --json`.
type Finding struct {
	Check  string `json:"check"` // group and name: "git/program"
	Status Status `json:"status"`
	Found  string `json:"found"` // one line, without control characters and credentials
	Hint   string `json:"hint"`  // what to do; "" where nothing is to be done
}

// Group is what a check is about.
func (f Finding) Group() string {
	group, _, _ := strings.Cut(f.Check, "/")
	return group
}

// Name is the check's name within its group.
func (f Finding) Name() string {
	_, name, _ := strings.Cut(f.Check, "/")
	return name
}

func okay(check, found string) Finding {
	return Finding{Check: check, Status: OK, Found: Text(found)}
}

func warn(check, found, hint string) Finding {
	return Finding{Check: check, Status: Warn, Found: Text(found), Hint: Text(hint)}
}

func fail(check, found, hint string) Finding {
	return Finding{Check: check, Status: Fail, Found: Text(found), Hint: Text(hint)}
}

// Failed says that a check failed.
func Failed(list []Finding) bool {
	for _, f := range list {
		if f.Status == Fail {
			return true
		}
	}
	return false
}

// Summary counts the outcomes in one line.
func Summary(list []Finding) string {
	n := map[Status]int{}
	for _, f := range list {
		n[f.Status]++
	}
	return fmt.Sprintf("%s: %d ok, %s, %d failed", Count(len(list), "check"), n[OK], Count(n[Warn], "warning"), n[Fail])
}

// Count is a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
