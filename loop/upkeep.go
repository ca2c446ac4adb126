package loop

import (
	"context"
	"errors"
	"strconv"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

const (
	// upkeepEvery is how often old things are cleared away.
	upkeepEvery = time.Hour
	// upkeepLook is how often a coordinator looks whether that is due: another
	// process may have seen to it.
	upkeepLook = 10 * time.Minute
	// upkeepLimit bounds one clearing. What it does not get done is left to the
	// next one.
	upkeepLimit = time.Minute
	// tickUpkeep is how long a tick that is done otherwise waits for it.
	tickUpkeep = time.Second
)

// lastUpkeep is the fact in the ledger's memory that says when old things were
// cleared away, in milliseconds since 1970. Forgotten, it is done once more.
const lastUpkeep = "upkeep/last"

// upkeep is a clearing that is under way, and when one was last thought of.
type upkeep struct {
	beside
	looked time.Time
}

// keepUp clears old things away if that is due, beside the passes: it returns at
// once. It ends with ctx.
func (e *Engine) keepUp(ctx context.Context, cfg *config.Config) {
	now := e.Now()
	// A clock that was set back must not put it off.
	due := func() bool {
		late := !within(now, e.upkeep.looked, upkeepLook)
		if late {
			e.upkeep.looked = now
		}
		return late
	}
	e.upkeep.start(ctx, upkeepLimit, due, func(ctx context.Context) {
		if err := e.clear(ctx, cfg, now); err != nil {
			e.Log.Warn("old things are not cleared away", "error", err)
		}
	})
}

// within says that last, by the wall clock, is less than d ago, and not in the
// future, from before the clock was set back.
func within(now, last time.Time, d time.Duration) bool {
	age := now.Round(0).Sub(last.Round(0))
	return age >= 0 && age < d
}

// clear removes what is too old to keep, if an hour has gone by since that was
// last done by anyone. One that is cut off is not on record, so that the next
// one goes on with it soon.
func (e *Engine) clear(ctx context.Context, cfg *config.Config, now time.Time) error {
	memo := e.Ledger.Memo(e.Log)
	if text, ok := memo.Get(lastUpkeep); ok {
		ms, err := strconv.ParseInt(text, 10, 64)
		if err == nil && within(now, time.UnixMilli(ms), upkeepEvery) {
			return nil
		}
	}
	st, err := e.Ledger.Load(ctx)
	if err != nil {
		return err
	}
	rows, err := e.Ledger.Prune(ctx, now, ledger.Defaults(cfg.Handoff.Lookback, len(cfg.Agents)))
	// What is found damaged here, the next pass sees to.
	err = errors.Join(err, e.Ledger.Scrub(ctx))
	files, ferr := clearFiles(ctx, cfg, st, now)
	err = errors.Join(err, ferr)
	if e.Tidy != nil {
		err = errors.Join(err, e.Tidy(ctx, now))
	}
	if ctx.Err() != nil {
		return nil
	}
	if rows.Total()+files > 0 {
		e.Log.Info("old things were cleared away", "rows", rows.Total(), "events", rows.Events, "handoffs", rows.Handoffs, "files", files)
	}
	memo.Put(lastUpkeep, strconv.FormatInt(now.UnixMilli(), 10))
	return err
}
