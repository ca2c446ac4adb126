package loop

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errTooLong is why work beside the passes was ended that nobody waits for any
// longer.
var errTooLong = errors.New("it takes too long")

// beside is one piece of work that is done beside the passes, and not twice at
// once. The zero value has none.
type beside struct {
	running sync.WaitGroup

	mu  sync.Mutex
	end context.CancelCauseFunc // of the work that is under way; nil without any
}

// start begins the work if none is under way and due says so, and returns at once.
// The work ends with ctx, or after limit. due is not called by two at once.
func (b *beside) start(ctx context.Context, limit time.Duration, due func() bool, work func(context.Context)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end != nil || !due() {
		return
	}
	ctx, b.end = context.WithCancelCause(ctx)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	b.running.Go(func() {
		defer b.ended()
		defer cancel()
		work(ctx)
	})
}

func (b *beside) ended() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(nil)
	b.end = nil
}

// rest waits for work that is under way, and ends it when patience is over.
func (b *beside) rest(patience time.Duration) {
	why := errTooLong
	if patience <= 0 {
		why = nil // whoever asks is ending
	}
	timer := time.AfterFunc(patience, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.end != nil {
			b.end(why)
		}
	})
	defer timer.Stop()
	b.running.Wait()
}
