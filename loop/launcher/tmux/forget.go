package tmux

import (
	"context"
	"errors"
	"fmt"

	"pawl/loop/launcher"
)

// Forget removes the pane of a session that has ended, and what is left of it.
func (l *Launcher) Forget(ctx context.Context, ref launcher.Ref) error {
	p, err := l.known(ctx, ref)
	if errors.Is(err, launcher.ErrGone) {
		return dropOrders(l.opts.Runtime, ref)
	}
	if err != nil {
		return err
	}
	if !p.ended() {
		return fmt.Errorf("forget session %q: it runs; stop it first", ref.Session)
	}
	if _, err := leader(p).Sweep(ctx); err != nil {
		return err
	}
	if _, err := l.perform(ctx, nil, guarded(p, nil, "kill-pane -t "+p.id, "")...); err != nil {
		return err
	}
	return dropOrders(l.opts.Runtime, ref)
}
