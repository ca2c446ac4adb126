package handoff

// Claims says that signals of r ask for a verdict.
func (r Rule) Claims() bool { return r.AnsweredBy == reviewRule }

// NamesCommit says that Reviewed is written as a commit's hash, whole or the
// beginning of one. That there is such a commit is not said.
func (t Trailers) NamesCommit() bool { return reviewedText.MatchString(t.Reviewed) }

// Judges says that signals of r bring a verdict.
func (r Rule) Judges() bool { return !r.Claims() && r.review() }
