package main

import (
	"context"
	"errors"
	"os"
	"time"

	"pawl/loop/daemon"
)

const (
	lockPatience = 15 * time.Second       // how long a command waits for another one's pass
	lockTurn     = 200 * time.Millisecond // … before it looks again whether a coordinator answers
)

// lock takes the coordinator's locks within patience, or fails with a
// *daemon.HeldError that says who has them.
func (p *project) lock(ctx context.Context, what string, patience time.Duration) (*daemon.Lock, error) {
	me := daemon.Holder{PID: os.Getpid(), Config: p.path, What: what}
	return daemon.AcquireWithin(ctx, patience, func() (*daemon.Lock, error) {
		return daemon.Acquire(p.place, p.originName(), p.cfg.Origin.Branch, p.cfg.Project, me)
	})
}

// outbox makes this process the one that tells others, unless another one is.
func (p *project) outbox() (unlock func() error, err error) {
	lock, err := daemon.Outbox(p.place, daemon.Holder{PID: os.Getpid(), Config: p.path, What: "notify"})
	var held *daemon.HeldError
	if errors.As(err, &held) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return lock.Release, nil
}

// findOrigin is what two configurations of one loop have in common: the URL,
// as far as it can be told without asking the network.
func (p *project) findOrigin() string {
	if p.cfg.Origin.URL != "" {
		return p.cfg.Origin.URL
	}
	if url := remoteURL(p.cfg.Dir, p.cfg.Origin.Remote); url != "" {
		return url
	}
	return p.cfg.Dir
}
