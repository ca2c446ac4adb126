package trial

import (
	"errors"
	"maps"
	"strings"

	"pawl/loop/launcher/proc"
	"pawl/loop/sim/actor"
	"pawl/loop/sim/origin"
)

func (p *play) away(s Step) error { return p.line(s, origin.Away) }
func (p *play) slow(s Step) error { return p.line(s, origin.Slow) }
func (p *play) hang(s Step) error { return p.line(s, origin.Hang) }

func (p *play) line(s Step, f origin.Fault) error {
	mend, err := p.origin.Break(p.ctx, f)
	if err != nil {
		return err
	}
	err = proc.Pause(p.ctx, s.Lasts)
	return errors.Join(err, mend())
}

// rewritten is at most how many commits a rewrite goes back.
const rewritten = 6

func (p *play) rebase(s Step) error {
	random := s.random()
	r, err := p.origin.Rebase(p.ctx, random, 1+random.IntN(rewritten))
	return p.rewrote(r, err, "there is no commit to rewrite yet")
}

// drop leaves out claims only: an adversary need not answer what is not there, while a
// review that is gone would be missed by nobody but the builder that was told of it. It
// goes back further where there is none.
func (p *play) drop(s Step) error {
	random := s.random()
	for n := 1 + random.IntN(rewritten); ; n *= 2 {
		r, err := p.origin.Drop(p.ctx, random, n, func(subject string) bool {
			return strings.HasPrefix(subject, actor.Claim+"(")
		})
		err = p.rewrote(r, err, "there is no claim among the last commits")
		var missed notMade
		if n > 2*rewritten || !errors.As(err, &missed) {
			return err
		}
	}
}

// rewrote keeps what became of commits: an agent may have been told of them by
// their old names.
func (p *play) rewrote(r origin.Rewrite, err error, nothing notMade) error {
	if err != nil {
		return err
	}
	if r.Old == r.New {
		return nothing
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.Copy(p.moved, r.Kept)
	for _, c := range r.Dropped {
		p.dropped[c.Hash] = c.Subject
	}
	return nil
}

func (p *play) repack(Step) error { return p.origin.Repack(p.ctx) }
