package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations are applied in order; user_version counts them. One that was
// released is never changed.
var migrations = []string{
	`
CREATE TABLE loop (
  id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, revision INTEGER NOT NULL,
  url TEXT NOT NULL, branch TEXT NOT NULL, cursor TEXT NOT NULL, fingerprint TEXT NOT NULL,
  fetched_at INTEGER NOT NULL, next_look INTEGER NOT NULL, failures INTEGER NOT NULL, origin_error TEXT NOT NULL,
  phase TEXT NOT NULL, facts TEXT NOT NULL, told TEXT NOT NULL,
  paused INTEGER NOT NULL, config_error TEXT NOT NULL, last_pass INTEGER NOT NULL
) STRICT;
CREATE TABLE agents (
  name TEXT PRIMARY KEY, wanted TEXT NOT NULL, paused INTEGER NOT NULL, parked INTEGER NOT NULL,
  model TEXT NOT NULL, adapter TEXT NOT NULL, fresh INTEGER NOT NULL, restart TEXT NOT NULL,
  generations INTEGER NOT NULL, generation TEXT NOT NULL, finished INTEGER NOT NULL,
  history TEXT NOT NULL, restart_at INTEGER NOT NULL, frozen_since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
  generation TEXT PRIMARY KEY, agent TEXT NOT NULL, name TEXT NOT NULL, launcher TEXT NOT NULL,
  adapter TEXT NOT NULL, model TEXT NOT NULL, phase TEXT NOT NULL, state TEXT NOT NULL,
  pid INTEGER NOT NULL, started TEXT NOT NULL, created_at INTEGER NOT NULL, live_at INTEGER NOT NULL,
  doing TEXT NOT NULL, doing_since INTEGER NOT NULL, evidence TEXT NOT NULL, probed_at INTEGER NOT NULL,
  stop_at INTEGER NOT NULL, kill_at INTEGER NOT NULL, reason TEXT NOT NULL,
  ended_at INTEGER NOT NULL, exit_code INTEGER NOT NULL, exit_signal TEXT NOT NULL, error TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_running ON sessions (agent) WHERE ended_at = 0;
CREATE TABLE handoffs (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, kind TEXT NOT NULL,
  rule TEXT NOT NULL, gate TEXT NOT NULL, verdict TEXT NOT NULL, "commit" TEXT NOT NULL,
  subject TEXT NOT NULL, author TEXT NOT NULL, author_date INTEGER NOT NULL, pawl_id TEXT NOT NULL,
  path TEXT NOT NULL, blob TEXT NOT NULL, appearance TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, seen_at INTEGER NOT NULL, opened_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL, taken_at INTEGER NOT NULL, remind_at INTEGER NOT NULL,
  generation TEXT NOT NULL, answered_by TEXT NOT NULL, why TEXT NOT NULL, stuck INTEGER NOT NULL
) STRICT;
CREATE INDEX handoffs_open ON handoffs (n) WHERE state IN ('open', 'queued', 'sent', 'taken');
CREATE INDEX handoffs_commit ON handoffs ("commit") WHERE kind = 'signal';
CREATE INDEX handoffs_answer ON handoffs (answered_by) WHERE kind = 'signal';
CREATE INDEX handoffs_expired ON handoffs (state) WHERE kind = 'inbox' AND state = 'expired';
CREATE INDEX handoffs_path ON handoffs (path) WHERE kind = 'inbox';
CREATE TABLE wakes (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, generation TEXT NOT NULL,
  state TEXT NOT NULL, text TEXT NOT NULL, items TEXT NOT NULL,
  created_at INTEGER NOT NULL, sent_at INTEGER NOT NULL, taken_at INTEGER NOT NULL
) STRICT;
CREATE INDEX wakes_flying ON wakes (n) WHERE state IN ('queued', 'sent');
CREATE TABLE items (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX items_pending ON items (n) WHERE state IN ('open', 'queued');
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, kind TEXT NOT NULL, agent TEXT NOT NULL, data TEXT NOT NULL
) STRICT;
CREATE TABLE memo (key TEXT PRIMARY KEY, value TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE config (id INTEGER PRIMARY KEY CHECK (id = 1), path TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
`,
	`
CREATE TABLE limits (
  account TEXT PRIMARY KEY, agent TEXT NOT NULL, banner TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
  probe_at INTEGER NOT NULL, asked TEXT NOT NULL, asked_at INTEGER NOT NULL, lifted INTEGER NOT NULL, members TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE sessions ADD COLUMN worked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN program TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN program_since INTEGER NOT NULL DEFAULT 0;
`,
	`
CREATE TABLE slots (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, schedule TEXT NOT NULL, at INTEGER NOT NULL,
  state TEXT NOT NULL, missed INTEGER NOT NULL, item TEXT NOT NULL, decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX slots_schedule ON slots (schedule, at);
CREATE TABLE schedules (name TEXT PRIMARY KEY, agent TEXT NOT NULL, counted INTEGER NOT NULL) STRICT, WITHOUT ROWID;
ALTER TABLE sessions ADD COLUMN print TEXT NOT NULL DEFAULT '';
ALTER TABLE handoffs ADD COLUMN base INTEGER NOT NULL DEFAULT 0;
`,
	`
CREATE TABLE notices (
  name TEXT PRIMARY KEY, seq INTEGER NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,
  window_at INTEGER NOT NULL, told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
	`
CREATE TABLE checked (id INTEGER PRIMARY KEY CHECK (id = 1), tip TEXT NOT NULL) STRICT;
`,
	`
ALTER TABLE sessions ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN host TEXT NOT NULL DEFAULT '';
`,
	`
ALTER TABLE sessions ADD COLUMN known TEXT NOT NULL DEFAULT '';
`,
	`
ALTER TABLE agents ADD COLUMN talk TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN mode TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN talk TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN resume INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN turned INTEGER NOT NULL DEFAULT 0;
CREATE TABLE turns (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent TEXT NOT NULL, generation TEXT NOT NULL, number INTEGER NOT NULL,
  wake TEXT NOT NULL, adapter TEXT NOT NULL, account TEXT NOT NULL, model TEXT NOT NULL, conversation TEXT NOT NULL,
  begun INTEGER NOT NULL, ended INTEGER NOT NULL, status TEXT NOT NULL, why TEXT NOT NULL, answer TEXT NOT NULL,
  tools INTEGER NOT NULL, exit INTEGER NOT NULL, usage TEXT NOT NULL
) STRICT;
CREATE INDEX turns_agent ON turns (agent, n);
`,
	`
CREATE TABLE runs (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, type TEXT NOT NULL, task TEXT NOT NULL, role TEXT NOT NULL,
  allow TEXT NOT NULL, adapter TEXT NOT NULL, model TEXT NOT NULL, dir TEXT NOT NULL, repo TEXT NOT NULL, branch TEXT NOT NULL, base TEXT NOT NULL,
  parent TEXT NOT NULL, status TEXT NOT NULL, why TEXT NOT NULL, stop TEXT NOT NULL, rounds INTEGER NOT NULL, turns INTEGER NOT NULL,
  tools INTEGER NOT NULL, usage TEXT NOT NULL, since INTEGER NOT NULL, created INTEGER NOT NULL, ended_at INTEGER NOT NULL,
  removed INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_running ON runs (id, parent) WHERE status = 'running';
CREATE INDEX runs_status ON runs (status, removed, id);
`,
	`
ALTER TABLE agents ADD COLUMN why TEXT NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN watched TEXT NOT NULL DEFAULT 'null';
ALTER TABLE turns ADD COLUMN tree TEXT NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN took INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN judges TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN watcher TEXT NOT NULL DEFAULT '';
CREATE INDEX turns_ended ON turns (ended);
`,
}

// migrate brings the schema up to date. A ledger that a newer pawl wrote is an
// error: an older one would misread it.
func migrate(ctx context.Context, db *sql.DB, epoch string) error {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	err := transact(ctx, db, func(tx *sql.Tx) error {
		// Another process may have migrated while this one waited for the lock.
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		return upgrade(ctx, tx, version, epoch)
	})
	if err != nil || version > 0 {
		return err
	}
	// A new one's name is in the database itself, so that one that lost its log is known again.
	var busy, pages, moved int
	return db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &moved)
}

func upgrade(ctx context.Context, tx *sql.Tx, version int, epoch string) error {
	if version > len(migrations) {
		return fmt.Errorf("it has version %d and this pawl knows %d; use the newer pawl", version, len(migrations))
	}
	for i := version; i < len(migrations); i++ {
		if _, err := tx.ExecContext(ctx, migrations[i]); err != nil {
			return fmt.Errorf("migration %d: %w", i+1, err)
		}
	}
	if version == 0 {
		if err := loops.upsert(ctx, tx, []Loop{{ID: 1, Epoch: epoch}}); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
	return err
}
