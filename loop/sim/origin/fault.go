package origin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Fault is what can be wrong with the way to origin.
type Fault string

// The faults. Away: connections are refused and those that there are are reset; by
// path, the repository is not there. Slow: each piece of up to 16 KiB is delayed in
// both directions, so that a fetch of one commit takes about two seconds. Hang:
// connections are accepted, and their bytes flow until the middle of a pack, then
// nothing comes until the fault is mended, and then they flow on. By ssh a pack
// cannot be seen: a connection hangs when more has come from origin than a look
// at its refs takes, which is in the middle of a fetch's answer; a push gets through.
const (
	Away Fault = "away"
	Slow Fault = "slow"
	Hang Fault = "hang"
)

// Break breaks the way to origin until mend is called, which may be called more
// than once. There is one fault at a time; another one is an error, and so is one
// that this kind of origin does not have (ErrNotHere).
func (o *Origin) Break(ctx context.Context, f Fault) (mend func() error, err error) {
	if f != Away && f != Slow && f != Hang {
		return nil, fmt.Errorf("fault %q: there are %s, %s and %s", f, Away, Slow, Hang)
	}
	if f != Away && o.kind == Path {
		return nil, fmt.Errorf("fault %s: a path has no line between: %w", f, ErrNotHere)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o.faults.Lock()
	defer o.faults.Unlock()
	if o.fault != "" {
		return nil, fmt.Errorf("fault %s: origin is %s already; mend that first", f, o.fault)
	}
	if err := o.turn(f); err != nil {
		return nil, fmt.Errorf("fault %s: %w", f, errors.Join(err, o.turn("")))
	}
	o.fault = f
	return sync.OnceValue(func() error {
		o.faults.Lock()
		defer o.faults.Unlock()
		if err := o.turn(""); err != nil {
			return fmt.Errorf("mend origin, which is %s: %w", f, err)
		}
		o.fault = ""
		return nil
	}), nil
}

// turn makes a fault true, or none.
func (o *Origin) turn(f Fault) error {
	if o.kind == Path {
		return o.move(f == Away)
	}
	o.line.change(f)
	switch {
	case f == Away:
		return o.line.cut()
	case o.line.isCut():
		return o.line.splice()
	}
	return nil
}

// move puts the repository aside, or back.
func (o *Origin) move(away bool) error {
	o.place.Lock()
	defer o.place.Unlock()
	if o.isAway == away {
		return nil
	}
	from, to := o.home(), o.awayHome()
	if !away {
		from, to = to, from
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	o.isAway = away
	return nil
}
