package loop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/hooks/notify"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

// round is how a courier serves one receiver: event by event in their order, each
// settled in the ledger before the next, until there is none, one is not taken, or
// the window is full.
type round struct {
	*Engine
	cfg *config.Config
	to  receiver
	row ledger.Notice
}

// errLeft says that the configuration does not have the receiver any more.
var errLeft = errors.New("it is not in pawl.yaml any more")

func (r *round) run(ctx context.Context) error {
	epoch, err := r.Ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	now := r.Now()
	begins := !within(now, r.row.WindowAt, window)
	if begins {
		r.row.WindowAt, r.row.Told = now, 0
	}
	q, err := r.waiting(ctx, begins)
	if err != nil {
		return err
	}
	if len(q.events) == 0 || q.events[0].Seq != r.row.Seq+1 {
		// What failed so far was left out, or the patterns do not want it any more.
		r.row.Attempts, r.row.NextAt = 0, time.Time{}
	}
	if q.count > 0 {
		r.row.Seq = q.last
		if err := r.settle(ctx, r.to.note(notifyDropped, q.data())); err != nil {
			return err
		}
	}
	for _, ev := range q.events {
		if r.couriers.stopped() {
			return nil
		}
		err := r.deliver(ctx, r.cfg, r.to, told(r.cfg, epoch, ev))
		if ctx.Err() != nil {
			return ctx.Err() // it is told again: perhaps it was not taken
		}
		if again, err := r.after(ctx, ev, err); again || err != nil {
			return err
		}
	}
	r.row.Seq = q.end
	return r.settle(ctx)
}

// after settles an attempt, and says whether the same event is to be told again.
func (r *round) after(ctx context.Context, ev ledger.Event, err error) (again bool, _ error) {
	r.row.Told++
	if err == nil {
		r.row.Seq, r.row.Attempts, r.row.NextAt = ev.Seq, 0, time.Time{}
		return false, r.settle(ctx)
	}
	r.row.Attempts++
	failure := &notify.Failure{Err: err}
	errors.As(err, &failure)
	text := handoff.Clean(err.Error(), 500)
	r.Log.Warn("a notification was not taken", "entry", r.to.index, "to", r.to.to, "kind", ev.Kind, "seq", ev.Seq, "attempt", r.row.Attempts, "error", text)
	if wait, again := failure.Next(r.row.Attempts); again {
		r.row.Seq, r.row.NextAt = ev.Seq-1, r.Now().Add(wait) // it is the next one
		return true, r.settle(ctx)
	}
	attempts := r.row.Attempts
	r.row.Seq, r.row.Attempts, r.row.NextAt = ev.Seq, 0, time.Time{}
	if strings.HasPrefix(ev.Kind, "notify.") {
		// Two receivers that both fail would go on telling each other of it.
		return false, r.settle(ctx)
	}
	return false, r.settle(ctx, r.to.note(notifyFailed, map[string]any{"kind": ev.Kind, "seq": ev.Seq, "attempts": attempts, "error": text}))
}

// settle writes how far the receiver has got, and events about that.
func (r *round) settle(ctx context.Context, list ...ledger.Event) error {
	for i := range list {
		list[i].Time = r.Now()
	}
	// What was done is written down, whatever ends meanwhile.
	kept, err := r.Ledger.SettleNotice(context.WithoutCancel(ctx), r.row, list...)
	if err != nil {
		return err
	}
	if !kept {
		return errLeft
	}
	r.tell(list)
	return nil
}

// queue is what waits for a receiver.
type queue struct {
	events []ledger.Event // that are told one by one
	end    int64          // up to here everything was looked at

	count       int // that are left out, and told of as one
	first, last int64
	kinds       map[string]int
}

// waiting looks through the events behind the receiver. When a window begins, all
// of them are looked at, and no more than the newest are kept; within a window,
// those that it has room for, the oldest.
func (r *round) waiting(ctx context.Context, begins bool) (queue, error) {
	q := queue{end: r.row.Seq, kinds: map[string]int{}}
	for ev, err := range r.Ledger.History(ctx, ledger.Span{First: r.row.Seq + 1}) {
		if err != nil {
			return q, err
		}
		if r.to.wants(ev) {
			if !begins && len(q.events) == perWindow-r.row.Told {
				return q, nil
			}
			if q.events = append(q.events, ev); len(q.events) > perWindow {
				q.leaveOut()
			}
		}
		q.end = ev.Seq
	}
	return q, nil
}

// leaveOut takes the oldest event out of those that are told one by one.
func (q *queue) leaveOut() {
	ev := q.events[0]
	q.events = q.events[1:]
	if q.count == 0 {
		q.first = ev.Seq
	}
	q.count, q.last = q.count+1, ev.Seq
	q.kinds[ev.Kind]++
}

// data is what is told of the events that are left out.
func (q *queue) data() map[string]any {
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(q.kinds)) {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, q.kinds[kind]))
	}
	return map[string]any{"count": q.count, "first": q.first, "last": q.last, "kinds": handoff.Clean(strings.Join(kinds, ", "), 500)}
}
