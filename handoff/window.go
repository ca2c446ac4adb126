// Package handoff decides, from origin's history and tree alone, what each
// agent still has to be told. It is pure: it reads no repository (handoff/mirror
// does), no clock and no ledger.
package handoff

import "time"

// Commit is the part of a git commit that handoffs are derived from. All text
// comes from git and is hostile: the mirror bounds it (MaxText) and makes it
// valid UTF-8; whoever shows it cleans it with Clean.
type Commit struct {
	Hash       string   // full, lower-case hex
	Parents    []string // full hashes, in git's order
	Subject    string   // as git's %s: the first paragraph, joined with spaces
	Author     string   // "name <email>"
	AuthorDate time.Time
	Trailers   Trailers
}

// Trailers are the values that pawl reads from a commit's last paragraph,
// parsed as git interpret-trailers does. Where a key is repeated the last counts.
type Trailers struct {
	PawlID   string // Pawl-Id: an identity that survives a rebase
	Verdict  string // Verdict: "pass" or "fail", lower-cased; anything else is kept as written
	Reviewed string // Reviewed: as written, lower-cased
	Gate     string // Gate: as written; the subject's gate is what counts
	Agent    string // Pawl-Agent: which agent wrote the commit
}

// Window is what the mirror saw of origin's branch between two looks: the
// commits that came, those that a rewrite took away, and the watched files at
// the tip.
type Window struct {
	Cursor string // the tip of the last look; "" when there is no memory
	Tip    string // "" when the branch does not exist yet

	// Commits is the range, a parent before its child: exactly git's
	// Cursor..Tip, or without a cursor the lookback.
	Commits []Commit

	// Rewritten says that Tip does not descend from Cursor. Dropped is then
	// git's Tip..Cursor, a parent before its child.
	Rewritten bool
	Dropped   []Commit

	// Older answers, for commits outside the range, which of the commits that
	// the mirror was asked about (Query.Open) they contain: all of them, and
	// themselves too where they are among those. It has a key for each parent
	// in the range that lies outside of it, and for each hash in Resolved that
	// does. Concerns says what to ask about.
	Older map[string][]string

	// Resolved maps each Reviewed trailer of the range, as written, to the full
	// hash of a commit that is known to the mirror. What is missing names no
	// commit.
	Resolved map[string]string

	// Inboxes has an entry for each watched name that is at the tip and not
	// blank, and one with an empty Blob for each path that is gone or blank
	// there and whose end in the range is known. A file that is gone has no
	// entry where the mirror does not know which commit took it away; the tip
	// then stands for that commit.
	Inboxes []InboxFile
}

// InboxFile is a watched file at the tip, or one that ended in the range.
type InboxFile struct {
	Name string // as configured
	Path string // where it lies: docs/Name, else Name
	Blob string // full hash; "" when the file is gone from the tip, or blank: Ended is then set
	// Ended is the last commit of the range, in its order, that deleted or
	// blanked a file at Path; "" if none did. The same letter that comes again
	// after it is a new one. Unless there is no cursor or the branch was
	// rewritten, only commits that contain Cursor count: one beside it has not
	// seen the letter that was told at Cursor, and cannot have acknowledged it.
	Ended string
}
