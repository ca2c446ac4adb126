package loop

import (
	"context"
	"errors"
	"slices"
	"time"
)

// lookPatience is how long a caller of a pass waits for origin's answer before
// it gets a pass without.
const lookPatience = 5 * time.Second

// errSlowOrigin is told to a caller who did not wait for origin any longer.
var errSlowOrigin = errors.New("origin has not answered yet; it is still being asked")

// caller waits for a pass: first for the look that it asked for, then until
// what the pass began has settled.
type caller struct {
	tick
	stage  stage
	lookBy appointment // when it gets a pass without a look
	until  appointment // when it is answered at the latest
	report Report
	note   error
}

// stage is how far a caller is served.
type stage int

const (
	asking   stage = iota // a look is to begin that began after it asked
	riding                // that look is under way
	settling              // it had its pass
)

// deadline is when the caller must be seen to next.
func (c *caller) deadline() appointment {
	if c.stage == settling {
		return c.until
	}
	return c.lookBy
}

// ask takes an order. One that leaves origin out gets its pass at once.
func (r *run) ask(ctx context.Context, t tick) {
	now := r.now()
	r.c.engine.hurry()
	c := &caller{tick: t, lookBy: appointment{now, now.Add(lookPatience)}}
	if !t.Local {
		r.callers = append(r.callers, c)
		r.dirty = true
		return
	}
	rep, err := r.pass(ctx, Look{})
	r.callers = append(r.callers, c)
	r.serve(c, rep, err)
}

// ride lets those who asked wait for the look that begins now.
func (r *run) ride() {
	for _, c := range r.callers {
		if c.stage == asking {
			c.stage = riding
		}
	}
}

// landed gives the pass of a look to those who asked for it.
func (r *run) landed(rep Report, err error) {
	for _, c := range slices.Clone(r.callers) {
		if c.stage == riding {
			r.serve(c, rep, err)
		}
	}
}

// impatient says whether somebody has waited for origin long enough. They are
// given the next pass.
func (r *run) impatient(now time.Time) bool {
	return slices.ContainsFunc(r.callers, func(c *caller) bool { return c.stage != settling && c.lookBy.due(now) })
}

// serve gives a caller its pass. What that began may still have to settle.
func (r *run) serve(c *caller, rep Report, err error) {
	if err != nil {
		r.answer(c, err)
		return
	}
	now := r.now()
	c.stage, c.report, c.until = settling, rep, appointment{now, now.Add(c.Settle)}
}

// passed tells the callers of a pass that was run.
func (r *run) passed(rep Report, err error, now time.Time) {
	for _, c := range slices.Clone(r.callers) {
		switch {
		case c.stage == settling && err != nil:
			r.answer(c, err)
		case c.stage == settling:
			c.report = c.report.then(rep)
		case c.lookBy.due(now):
			c.note = errSlowOrigin
			r.serve(c, rep, err)
		}
	}
}

// answerSettled answers those whose pass has led to what it will.
func (r *run) answerSettled() {
	now := r.now()
	for _, c := range slices.Clone(r.callers) {
		if c.stage == settling && (!c.report.Settling || c.until.due(now)) {
			r.answer(c, nil)
		}
	}
}

func (r *run) answer(c *caller, err error) {
	r.callers = slices.DeleteFunc(r.callers, func(other *caller) bool { return other == c })
	view := View(c.report)
	if c.note != nil && view.Error == "" {
		view.Error = c.note.Error()
	}
	c.reply <- tickReply{view, err}
}
