package main

import (
	"os"

	"pawl/loop/daemon"
)

// tryLock takes the coordinator's locks or says who has them.
func (p *project) tryLock(what string) (*daemon.Lock, error) {
	me := daemon.Holder{PID: os.Getpid(), Config: p.path, What: what}
	return daemon.Acquire(p.place, p.originName(), p.cfg.Origin.Branch, p.cfg.Project, me)
}

// originName is what two configurations of one loop have in common: the URL,
// as far as it can be told without asking the network.
func (p *project) originName() string {
	if p.cfg.Origin.URL != "" {
		return p.cfg.Origin.URL
	}
	if url := remoteURL(p.cfg.Dir, p.cfg.Origin.Remote); url != "" {
		return url
	}
	return p.cfg.Dir
}
