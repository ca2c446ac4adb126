package publish

import (
	"fmt"
	"strings"

	"pawl/handoff"
)

// Refusal is a request that was not carried out. Nothing was changed.
type Refusal struct {
	Why     string
	Hint    string // what to do instead
	Invalid bool   // the request itself is wrong, not the state of things
	Missing bool   // it names a commit that is not there
}

func (r *Refusal) Error() string { return r.Why }

func refuse(hint, format string, args ...any) *Refusal {
	return &Refusal{Why: fmt.Sprintf(format, args...), Hint: hint}
}

func invalid(hint, format string, args ...any) *Refusal {
	r := refuse(hint, format, args...)
	r.Invalid = true
	return r
}

// UnknownGateError is a review of a gate that nobody claimed on origin's branch.
// Nothing was changed.
type UnknownGateError struct {
	Gate    string
	Branch  string
	Claimed []string // the gates that are claimed there, the newest first
}

func (e *UnknownGateError) Error() string {
	return fmt.Sprintf("gate %q is not claimed on origin's branch %s", e.Gate, e.Branch)
}

// KeptError is a signal that is committed in the clone and not known to be on
// origin's branch. The same request pushes that commit instead of making another.
type KeptError struct {
	Result Result
	Err    error
}

func (e *KeptError) Error() string {
	return fmt.Sprintf("committed as %s, and whether it was pushed is not known: %v", e.Result.Commit, e.Err)
}

func (e *KeptError) Unwrap() error { return e.Err }

// maxNamed bounds how many files a sentence names.
const maxNamed = 5

// named lists files in a sentence.
func named(files []string) string {
	var out []string
	for _, f := range files[:min(len(files), maxNamed)] {
		out = append(out, handoff.Clean(f, handoff.MaxLabel))
	}
	text := strings.Join(out, ", ")
	if more := len(files) - len(out); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
