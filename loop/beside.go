package loop

import (
	"context"
	"sync"
	"time"
)

// beside is one piece of work that is done beside the passes, and not twice at
// once. The zero value has none.
type beside struct {
	running sync.WaitGroup

	mu     sync.Mutex
	cancel context.CancelFunc // of the work that is under way; nil without any
}

// start begins the work if none is under way and due says so, and returns at once.
// The work ends with ctx, or after limit. due is not called by two at once.
func (b *beside) start(ctx context.Context, limit time.Duration, due func() bool, work func(context.Context)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancel != nil || !due() {
		return
	}
	ctx, b.cancel = context.WithTimeout(ctx, limit)
	b.running.Go(func() {
		defer b.end()
		work(ctx)
	})
}

func (b *beside) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cancel()
	b.cancel = nil
}

// rest waits for work that is under way, and ends it when patience is over.
func (b *beside) rest(patience time.Duration) {
	timer := time.AfterFunc(patience, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.cancel != nil {
			b.cancel()
		}
	})
	defer timer.Stop()
	b.running.Wait()
}
