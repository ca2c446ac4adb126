package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/turn"
)

// RunStatus is how far a run is.
type RunStatus string

// The statuses of a run.
const (
	RunRunning   RunStatus = "running"   // it works, is to start, or waits for its account
	RunCompleted RunStatus = "completed" // its last turn came to its end
	RunFailed    RunStatus = "failed"    // its last turn did not; Why says how
	RunStopped   RunStatus = "stopped"   // somebody asked for that
)

// Run is a worker on demand: one task for one agent program, which runs in turns. It
// goes on whenever it is told something, with the same conversation.
type Run struct {
	ID      string    // also the agent's name under which everything else of it is on record
	Name    string    // what people call it; "" nothing
	Type    string    // of pawl.yaml's types, or a built-in one
	Task    string    // in the words of who asked
	Role    string    // the type's prompt, as it was then
	Allow   string    // the allowance of tools that its program is held to; "" everything
	Adapter string    //
	Model   string    // "" is the program's own
	Dir     string    // absolute; where it works
	Repo    string    // the repository that Worktree belongs to; "" it has none of its own
	Branch  string    // of Worktree
	Base    string    // the commit that Dir had checked out; "" no repository
	Parent  string    // the agent or run that is told of its end; "" nobody
	Status  RunStatus //
	Why     string    // of a status, in a sentence
	Stop    string    // why it is to stop; "" nobody asked
	Rounds  int       // how often it has ended
	Turns   int       // that it has had
	Tools   int       // that were used in them
	Usage   turn.Usage
	Since   time.Time // when it began, or went on the last time
	Created time.Time
	EndedAt time.Time // zero while it runs
	Removed time.Time // when it was cleared away; zero: it was not
	Judges  string    // the agent about whose work a watcher has asked it; "" it is no judge
	Watcher string    // that watcher's name
}

// MaxRunName bounds what people call a run, in bytes.
const MaxRunName = 60

// Title is the run in a few words: its name, or how its task begins.
func (r Run) Title() string {
	if r.Name != "" {
		return r.Name
	}
	return handoff.Clean(r.Task, 80)
}

// openIDs are the runs that a plan is made from: what runs, whom that tells, what has a
// session that is to end, and what is still to be told something. What ended long ago
// must not make a pass slower, so that an index serves each.
const openIDs = `SELECT id FROM runs WHERE status = 'running' UNION SELECT parent FROM runs WHERE status = 'running'
  UNION SELECT agent FROM sessions WHERE ended_at = 0 UNION SELECT agent FROM items WHERE state IN ('open', 'queued')`

const openRuns = `WHERE id IN (` + openIDs + `) ORDER BY n`

// openAgents are all agents but the runs that are no part of a plan.
const openAgents = `WHERE name NOT IN (SELECT id FROM runs WHERE status <> 'running' AND id NOT IN (` + openIDs + `))`

// Runs are those that were not cleared away, oldest first.
func (l *Ledger) Runs(ctx context.Context) ([]Run, error) {
	return runs.find(ctx, l.db, "WHERE removed = 0 ORDER BY n")
}

// RunIDs are those of all runs, also of those that were cleared away of late.
func (l *Ledger) RunIDs(ctx context.Context) (ids map[string]bool, err error) {
	rows, err := l.db.QueryContext(ctx, "SELECT id FROM runs")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	ids = map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids[id] = true
	}
	return ids, rows.Err()
}

// CountRuns is how many runs have each status.
func (l *Ledger) CountRuns(ctx context.Context) (map[RunStatus]int, error) {
	counts := map[RunStatus]int{}
	for _, status := range []RunStatus{RunRunning, RunCompleted, RunFailed, RunStopped} {
		var n int
		if err := l.db.QueryRowContext(ctx, "SELECT count(*) FROM runs WHERE status = ? AND removed = 0", string(status)).Scan(&n); err != nil {
			return nil, err
		}
		counts[status] = n
	}
	return counts, nil
}

// NoRunError says that no run has an id or name.
type NoRunError struct{ ID string }

// Error names the id.
func (e *NoRunError) Error() string {
	return fmt.Sprintf("there is no run %q", handoff.Clean(e.ID, 80))
}

// AmbiguousRunError says that several runs have a name, or ids that begin so.
type AmbiguousRunError struct {
	ID    string
	Found []Run
}

// Error names them.
func (e *AmbiguousRunError) Error() string {
	var names []string
	for _, r := range e.Found {
		names = append(names, r.ID+" ("+r.Title()+", "+string(r.Status)+")")
	}
	return fmt.Sprintf("%q may be %s; write the id", handoff.Clean(e.ID, 80), strings.Join(names, " or "))
}

// Run returns the run that an id, the beginning of one, or a name means. The error is a
// *NoRunError or an *AmbiguousRunError where it means none, or several.
func (l *Ledger) Run(ctx context.Context, id string) (Run, error) {
	for _, clause := range []string{"id = ?", "name = ?", "substr(id, 1, length(?1)) = ?1"} {
		found, err := runs.find(ctx, l.db, "WHERE removed = 0 AND "+clause+" ORDER BY n DESC LIMIT 5", id)
		switch {
		case err != nil:
			return Run{}, err
		case id == "":
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return Run{}, &AmbiguousRunError{ID: id, Found: found}
		}
	}
	return Run{}, &NoRunError{ID: id}
}

// EditRun is Edit for what is done to one run, by its full id, whether it is open or not.
func (l *Ledger) EditRun(ctx context.Context, id string, f func(*State, Run) (Run, error)) error {
	return l.edit(ctx, func(tx *sql.Tx) (before, after State, err error) {
		if before, err = load(ctx, tx); err != nil {
			return before, after, err
		}
		found, err := runs.find(ctx, tx, "WHERE id = ? AND removed = 0", id)
		if err != nil {
			return before, after, err
		}
		if len(found) == 0 {
			return before, after, &NoRunError{ID: id}
		}
		before.Runs[id] = found[0]
		if err := each(ctx, tx, agents, "WHERE name = ?", func(a Agent) { before.Agents[a.Name] = a }, id); err != nil {
			return before, after, err
		}
		after = before.Clone()
		after.Runs[id], err = f(&after, found[0])
		return before, after, err
	})
}

// Newest stands for the number of the newest turn.
const Newest = math.MaxInt64

// TurnsOf are the turns of an agent or run that have ended, oldest first, up to the n-th
// of all that are on record.
func (l *Ledger) TurnsOf(ctx context.Context, agent string, n int64) ([]Turn, error) {
	return turns.find(ctx, l.db, "WHERE agent = ? AND n <= ? ORDER BY n", agent, n)
}

// Generations are the sessions that an agent or run has had, oldest first.
func (l *Ledger) Generations(ctx context.Context, agent string) ([]Session, error) {
	return sessions.find(ctx, l.db, "WHERE agent = ? ORDER BY created_at", agent)
}

// FreeRun says that no run has, or had, an id.
func (l *Ledger) FreeRun(ctx context.Context, id string) (bool, error) {
	found, err := runs.find(ctx, l.db, "WHERE id = ?", id)
	return len(found) == 0, err
}
