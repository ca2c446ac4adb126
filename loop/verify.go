package loop

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/hooks/check"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

const (
	// verifyLimit bounds one check of what came.
	verifyLimit = time.Minute
	// verifyRetry is how long a check that cannot be made is left alone.
	verifyRetry = 10 * time.Minute
	// tickVerify is how long a tick that is done otherwise waits for it.
	tickVerify = 5 * time.Second
	// maxVerified is how many commits of one range are checked, the newest ones,
	// and maxFindings how many findings of one check are told.
	maxVerified, maxFindings = 1000, 50
)

// verifying is a check of what came to origin's branch that is under way, and the
// tip that needs none any more, or none for a while.
type verifying struct {
	beside
	mu      sync.Mutex
	settled string
	until   time.Time // settled holds until then; zero: for good
}

func (v *verifying) behind(tip string, now time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.settled != tip || !v.until.IsZero() && now.After(v.until)
}

func (v *verifying) leave(tip string, until time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.settled, v.until = tip, until
}

// verify checks the commits that came since it last did, beside the passes: the
// hooks of a clone can be gone around. It returns at once; what it does not come to
// is left to the next pass.
func (e *Engine) verify(ctx context.Context, cfg *config.Config, tip string) {
	due := func() bool {
		return tip != "" && (len(cfg.Protect) > 0 || cfg.Phases.Gate == config.GateVerdict) && e.verifying.behind(tip, e.Now())
	}
	e.verifying.start(ctx, verifyLimit, due, func(ctx context.Context) {
		err := e.verifyUpTo(ctx, cfg, tip)
		switch {
		case err == nil:
			e.verifying.leave(tip, time.Time{})
		case ctx.Err() == nil:
			e.Log.Warn("what came is not checked", "tip", tip, "error", err)
			e.verifying.leave(tip, e.Now().Add(verifyRetry))
		}
	})
}

// verifyUpTo checks what came up to tip and writes down what it found. At first
// sight, and where what was checked last is not known any more, it only takes note
// of where it stands. What takes too long is left to people.
func (e *Engine) verifyUpTo(ctx context.Context, cfg *config.Config, tip string) error {
	from, err := e.Ledger.Checked(ctx)
	if err != nil || from == tip {
		return err
	}
	var list []ledger.Event
	if from != "" {
		list, err = e.found(ctx, cfg, from, tip)
	}
	switch {
	case errors.Is(context.Cause(ctx), errTooLong):
		list = []ledger.Event{e.checkFailed(fmt.Sprintf("what came was not checked, as it takes too long: pawl check %s..%s", from, tip))}
	case err != nil && ctx.Err() == nil:
		return errors.Join(err, e.noteUnchecked(ctx, tip, err))
	case err != nil:
		return err
	}
	kept, err := e.Ledger.SettleChecked(context.WithoutCancel(ctx), from, tip, list...)
	if kept {
		e.tell(list)
	}
	return err
}

// noteUnchecked tells people once for each tip that a check cannot be made.
func (e *Engine) noteUnchecked(ctx context.Context, tip string, why error) error {
	memo, key := e.Ledger.Memo(e.Log), "unchecked/"+tip
	if _, told := memo.Get(key); told {
		return nil
	}
	memo.Put(key, "1")
	return e.record(ctx, []ledger.Event{e.checkFailed("what came cannot be checked: " + handoff.Clean(why.Error(), 400))})
}

func (e *Engine) checkFailed(what string) ledger.Event {
	return ledger.Event{Time: e.Now(), Kind: "check.failed", Data: map[string]any{"what": what}}
}

// found are the findings in the commits between two tips, as events.
func (e *Engine) found(ctx context.Context, cfg *config.Config, from, tip string) ([]ledger.Event, error) {
	w, err := e.window(cfg).Window(ctx, mirror.Query{Cursor: from, Tip: tip})
	if err != nil || w.Cursor == "" || len(w.Commits) == 0 {
		return nil, err
	}
	fresh := w.Commits[max(len(w.Commits)-maxVerified, 0):]
	var hashes []string
	for _, c := range fresh {
		hashes = append(hashes, c.Hash)
	}
	dir := filepath.Join(cfg.StateDir, "origin.git")
	h, err := mirror.FindHistory(ctx, dir, dir, e.Env())
	if err != nil {
		return nil, err
	}
	in, err := CheckFacts(ctx, h, cfg, hashes)
	if err != nil {
		return nil, err
	}
	return e.checkEvents(check.Commits(in), len(w.Commits)-len(fresh)), nil
}

// toldElsewhere are the rules whose findings a pass tells of by itself:
// signal.malformed, phase.unclear and phase.unproven.
var toldElsewhere = []string{check.RuleSubject, check.RuleTrailer, check.RuleDone}

func (e *Engine) checkEvents(findings []check.Finding, unchecked int) []ledger.Event {
	findings = slices.DeleteFunc(findings, func(f check.Finding) bool { return slices.Contains(toldElsewhere, f.Rule) })
	var out []ledger.Event
	for i, f := range findings {
		if i == maxFindings {
			out = append(out, e.checkFailed(fmt.Sprintf("%d more findings; pawl check tells of them", len(findings)-i)))
			break
		}
		ev := e.checkFailed(handoff.Clean(f.What, 500))
		ev.Data["commit"], ev.Data["rule"] = f.Commit, f.Rule
		if f.Path != "" {
			ev.Data["path"] = f.Path
		}
		out = append(out, ev)
	}
	if unchecked > 0 {
		out = append(out, e.checkFailed(fmt.Sprintf("%d older commits that came at once were not checked", unchecked)))
	}
	return out
}
