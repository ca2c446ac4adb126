package publish

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"pawl/handoff"
)

// place is where a signal is in the clone, and the way back.
type place struct {
	before string // HEAD before anything was done
	made   string // the commit, as it was made on top of that
	now    string // the commit as it is now
}

// place makes the signal's commit, or finds the one that an earlier request made and
// could not push. ahead is how many commits are not on origin's branch.
func (c *Clone) place(ctx context.Context, d *delivery, ahead int) (*place, error) {
	head, err := c.git.ask(ctx, "rev-parse", "--verify", "HEAD")
	if err != nil {
		return nil, err
	}
	if len(d.tree.staged) == 0 && ahead > 0 {
		same, err := c.same(ctx, d.signal, head)
		if err != nil {
			return nil, err
		}
		if same {
			return &place{before: head, made: head, now: head}, nil
		}
	}
	d.id = strings.ToLower(rand.Text())
	if seen, err := c.contains(ctx, head, d.reviewed); err != nil {
		return nil, err
	} else if !seen {
		return c.placeOnTop(ctx, d, head)
	}
	return c.commit(ctx, d.signal, head)
}

// placeOnTop catches up before the hooks look at the commit: one that checks what a
// review is of must find that in the history. What is staged is moved in a commit of
// its own, which they do not see.
func (c *Clone) placeOnTop(ctx context.Context, d *delivery, head string) (*place, error) {
	at, err := c.commit(ctx, d.signal, head, "core.hooksPath=/dev/null", "commit.gpgSign=false")
	if err != nil {
		return nil, err
	}
	d.place = at
	if err := c.catchUp(ctx, d); err != nil {
		return nil, c.undo(ctx, at, err)
	}
	below, err := c.git.ask(ctx, "rev-parse", "--verify", at.now+"^")
	if err != nil {
		return nil, c.undo(ctx, at, err)
	}
	if _, err := c.git.ask(ctx, "reset", "--quiet", "--soft", below); err != nil {
		return nil, c.undo(ctx, at, err)
	}
	seen, err := c.commit(ctx, d.signal, below)
	if err != nil {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
		defer cancel()
		_, failed := c.git.ask(back, "reset", "--quiet", "--soft", at.now)
		return nil, c.undo(ctx, at, errors.Join(err, failed))
	}
	at.now = seen.now
	return at, nil
}

// commit makes the signal's commit on top of head.
func (c *Clone) commit(ctx context.Context, s *signal, head string, config ...string) (*place, error) {
	_, err := c.git.run(ctx, call{limit: hooked, stdin: s.message(c.opt.Agent), config: config, args: []string{
		"commit", "--quiet", "--allow-empty", "--cleanup=whitespace", "--file=-",
	}})
	if exitCode(err) > 0 {
		return nil, refuse("see what is said above; nothing was committed", "the commit was refused: %v", err)
	}
	made, merr := c.git.ask(context.WithoutCancel(ctx), "rev-parse", "--verify", "HEAD")
	if err = errors.Join(err, merr); err != nil && (merr != nil || made == head) {
		return nil, err
	}
	at := &place{before: head, made: made, now: made}
	if err != nil {
		return nil, c.undo(ctx, at, err)
	}
	return at, c.intact(ctx, s, at)
}

// record is what git reads back of a commit: its subject and our trailers.
const record = "--format=%s%x00" +
	"%(trailers:key=Gate,valueonly,separator=%x01)%x00%(trailers:key=Verdict,valueonly,separator=%x01)%x00" +
	"%(trailers:key=Reviewed,valueonly,separator=%x01)%x00%(trailers:key=Pawl-Id,valueonly,separator=%x01)"

// recorded is a signal as git reads it back.
type recorded struct{ subject, gate, verdict, reviewed, id string }

func (c *Clone) recorded(ctx context.Context, commit string) (recorded, error) {
	out, err := c.git.ask(ctx, "log", "--max-count=1", "--no-show-signature", record, commit, "--")
	if err != nil {
		return recorded{}, err
	}
	fields := strings.Split(out, "\x00")
	if len(fields) != 5 {
		return recorded{}, fmt.Errorf("git log says %d things of commit %s, not 5", len(fields), commit)
	}
	for i, f := range fields[1:] { // the last of each counts
		fields[i+1] = strings.TrimSpace(f[strings.LastIndexByte(f, 1)+1:])
	}
	return recorded{fields[0], fields[1], fields[2], fields[3], fields[4]}, nil
}

func (s *signal) recorded() recorded {
	return recorded{s.subject(), s.Gate, s.Verdict, s.reviewed, s.id}
}

// intact undoes a commit whose message a hook has changed beyond what can be read.
func (c *Clone) intact(ctx context.Context, s *signal, at *place) error {
	is, err := c.recorded(ctx, at.made)
	if err == nil && is != s.recorded() {
		err = refuse("look at .git/hooks: what a hook adds belongs into the last paragraph, with the trailers",
			"a hook of this clone changed the message, so that its subject or trailers cannot be read any more: %q", handoff.Clean(is.subject, 200))
	}
	if err != nil {
		return c.undo(ctx, at, err)
	}
	return nil
}

// undo takes the clone back to where it was, and returns why. It is done even when
// the caller gave up.
func (c *Clone) undo(ctx context.Context, at *place, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	head, err := c.git.ask(ctx, "rev-parse", "--verify", "HEAD")
	if err == nil && head != at.now {
		err = fmt.Errorf("HEAD is commit %s now, not %s", head, at.now)
	}
	if err == nil && at.now != at.made {
		// What others changed goes; what was changed here and not committed stays.
		_, err = c.git.ask(ctx, "reset", "--quiet", "--keep", at.made)
	}
	if err == nil && at.before != at.made {
		// What was staged is what the commit holds.
		_, err = c.git.ask(ctx, "reset", "--quiet", "--soft", at.before)
	}
	if err != nil {
		return errors.Join(why, fmt.Errorf("the clone could not be taken back to commit %s; git reset --soft %s does that: %w", at.before, at.before, err))
	}
	return why
}

const undoTime = time.Minute
