package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pawl/loop/launcher"
)

// ErrBusy says that a program does not read its input, so that there was no
// room for a message. Nothing was written; it may be sent again.
var ErrBusy = errors.New("the program is not reading its input; try again")

// Send has a message written to the program's input as one line. Control
// characters in its text become blanks; a text of more than 256 KB is an
// error. While an earlier one waits to be written, the next one is ErrBusy, and not
// written at all.
func (l *Launcher) Send(ctx context.Context, ref launcher.Ref, m launcher.Message) error {
	if m.ID == "" {
		return fmt.Errorf("send to session %q: a message needs an id", ref.Session)
	}
	s, c, err := l.settled(ctx, ref.Session)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	if c == absent {
		return errGone(ref, "not there")
	}
	if s.Generation != ref.Generation {
		return errOther(ref, s)
	}
	if c != running {
		return l.written(ref, m, "its program has ended")
	}
	rep, err := ask(ctx, l.layout.socket(ref.Session, ref.Generation), request{
		Op: opSend, Session: ref.Session, Generation: ref.Generation, ID: m.ID, Text: m.Text, Items: m.Items})
	if err != nil {
		return l.unheard(ref, m, err)
	}
	switch rep.Status {
	case statusDone:
		return nil
	case statusBusy:
		return fmt.Errorf("send to session %q: %w", ref.Session, ErrBusy)
	}
	return rep.failure(ref)
}

// unheard decides what it means that a keeper did not answer: if it has ended
// meanwhile, its journal tells; else the question stays open.
func (l *Launcher) unheard(ref launcher.Ref, m launcher.Message, cause error) error {
	s, c, err := l.find(ref.Session)
	if err == nil && s != nil && s.Generation == ref.Generation && (c == ended || c == lost) {
		return l.written(ref, m, "its program has ended")
	}
	return fmt.Errorf("send to session %q: %w", ref.Session, cause)
}

// written returns nil if an ended session was given the message.
func (l *Launcher) written(ref launcher.Ref, m launcher.Message, why string) error {
	given, err := journalOf(l.layout.folder(ref.Session))
	if err != nil {
		return fmt.Errorf("send to session %q: %w", ref.Session, err)
	}
	if given.seen(m.ID) {
		return nil
	}
	return errGone(ref, why)
}

// failure is the error that a reply other than done stands for.
func (r reply) failure(ref launcher.Ref) error {
	switch r.Status {
	case statusGone:
		return errGone(ref, "its program has ended or is being stopped")
	case statusOther:
		return fmt.Errorf("session %q: %s: %w", ref.Session, r.Error, launcher.ErrOther)
	}
	return fmt.Errorf("session %q: its keeper answered %q: %s", ref.Session, r.Status, r.Error)
}

// Stop asks the session to end and returns at once. The keeper sends TERM to
// the process group now and KILL to all that is left after deadline, whoever is
// there to see it. A session that has lost its keeper is killed, together with
// what it left, before Stop returns.
func (l *Launcher) Stop(ctx context.Context, ref launcher.Ref, deadline time.Duration) error {
	s, c, err := l.settled(ctx, ref.Session)
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	if c == absent {
		return errGone(ref, "not there")
	}
	if s.Generation != ref.Generation {
		return errOther(ref, s)
	}
	switch c {
	case ended:
		return errGone(ref, "its program has ended")
	case lost:
		if _, err := s.kin().Sweep(ctx); err != nil {
			return fmt.Errorf("stop session %q: %w", ref.Session, err)
		}
		return nil
	}
	rep, err := ask(ctx, l.layout.socket(ref.Session, ref.Generation), request{
		Op: opStop, Session: ref.Session, Generation: ref.Generation, Deadline: deadline})
	if err != nil {
		if _, now, findErr := l.find(ref.Session); findErr == nil && now == ended {
			return errGone(ref, "its program has ended")
		}
		return fmt.Errorf("stop session %q: %w", ref.Session, err)
	}
	if rep.Status != statusDone {
		return rep.failure(ref)
	}
	return nil
}
