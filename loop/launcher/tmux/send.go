//go:build linux || darwin

package tmux

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/launcher/plain"
	"pawl/loop/launcher/proc"
)

// errInTheWay says that a message cannot be typed now, and why.
type errInTheWay string

func (e errInTheWay) Error() string { return string(e) }

// Send types a message. It begins with a look, goes on from wherever the pane
// says that an earlier attempt came, and returns nil once there is evidence
// that the program has it. To a program that reads lines it is pasted and
// submitted in one go.
func (l *Launcher) Send(ctx context.Context, ref launcher.Ref, m launcher.Message) error {
	if !word.MatchString(m.ID) {
		return fmt.Errorf("message id %.100q: only letters, digits, _ and - may be in it", m.ID)
	}
	m.Text = plain.Line(m.Text)
	p, err := l.known(ctx, ref)
	if err != nil {
		return err
	}
	if p.ended() {
		return l.wasSent(ctx, p, ref, m)
	}
	if l.stopping(p) {
		return errGone(ref, "is being stopped")
	}
	if m.Reader == nil {
		return l.line(ctx, p, m)
	}
	return l.typeIn(ctx, p, m)
}

// wasSent says of a session that has ended whether it had the message.
func (l *Launcher) wasSent(ctx context.Context, p pane, ref launcher.Ref, m launcher.Message) error {
	journals, err := l.readJournals(ctx, []pane{p})
	if err != nil {
		return err
	}
	for _, mark := range marks(journals[p.Generation]) {
		if mark.ID == m.ID && !mark.Written.IsZero() {
			return nil
		}
	}
	return errGone(ref, "has ended")
}

func (l *Launcher) stopping(p pane) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, stops := l.stops[p.Generation]
	return stops
}

// line pastes and submits at once, and remembers both together.
func (l *Launcher) line(ctx context.Context, p pane, m launcher.Message) error {
	_, err := l.paste(ctx, p, m, record{kind: entryLine, wake: m.ID, n: 1, at: time.Now(), items: m.Items}, "send-keys -t "+p.id+" Enter")
	return err
}

// paste puts the text into the pane, unless the journal has the entry already.
// Another command may follow before the entry is made.
func (l *Launcher) paste(ctx context.Context, p pane, m launcher.Message, r record, then ...string) (bool, error) {
	buffer := "pawl-" + m.ID + "-" + rand.Text()
	deed := []string{"copy-mode -q -t " + p.id}
	var args []string
	otherwise := ""
	if m.Text != "" {
		args = []string{"load-buffer", "-b", buffer, "-", ";"}
		deed = append(deed, "paste-buffer -p -r -d -b "+buffer+" -t "+p.id)
		otherwise = "delete-buffer -b " + buffer
	}
	deed = append(append(deed, then...), l.note(p, r), "display-message -p "+did)
	return l.perform(ctx, []byte(m.Text), append(args, guarded(p, []string{alive, r.guard()}, strings.Join(deed, " ; "), otherwise)...)...)
}

// note is the command that makes an entry in a pane's journal.
func (l *Launcher) note(p pane, r record) string {
	return "set-option -p -a -t " + p.id + " @pawl_told " + quoted(r.String())
}

// press submits what the pane's input line holds, and remembers it.
func (l *Launcher) press(ctx context.Context, p pane, key string, r record) (bool, error) {
	deed := []string{"copy-mode -q -t " + p.id, "send-keys -t " + p.id + " -- " + quoted(key), l.note(p, r), "display-message -p " + did}
	return l.perform(ctx, nil, guarded(p, []string{alive, r.guard()}, strings.Join(deed, " ; "), "")...)
}

// betweenLooks is how long a look that showed nothing new is followed by the next.
const betweenLooks = 60 * time.Millisecond

// typeIn looks and does the next step until the message is in the program's hands.
func (l *Launcher) typeIn(ctx context.Context, p pane, m launcher.Message) error {
	for {
		t, state, err := l.lookAt(ctx, p, m)
		if err != nil {
			return err
		}
		step, why := t.Next()
		if l.step != nil {
			l.step(step)
		}
		now := time.Now()
		switch step {
		case delivery.Paste:
			_, err = l.paste(ctx, p, m, record{kind: entryPaste, wake: m.ID, n: state.pastes + 1, at: now, items: m.Items})
		case delivery.Submit:
			_, err = l.press(ctx, p, submitKey(m), record{kind: entrySubmit, wake: m.ID, n: state.keys + 1, at: now})
		case delivery.Confirm:
			return l.confirm(ctx, p, m, now)
		case delivery.Defer:
			return fmt.Errorf("session %q: wake %s is not typed: %w", p.Session, m.ID, errInTheWay(why))
		case delivery.Look:
			err = proc.Pause(ctx, betweenLooks)
		}
		if err != nil {
			return fmt.Errorf("session %q: type wake %s: %w", p.Session, m.ID, err)
		}
	}
}

func submitKey(m launcher.Message) string {
	if key := m.Reader.Profile.Submit; key != "" {
		return key
	}
	return "Enter"
}

// confirm remembers that the message was taken.
func (l *Launcher) confirm(ctx context.Context, p pane, m launcher.Message, now time.Time) error {
	r := record{kind: entryTaken, wake: m.ID, n: 1, at: now, items: m.Items}
	_, err := l.perform(ctx, nil, guarded(p, []string{r.guard()}, l.note(p, r)+" ; display-message -p "+did, "")...)
	return err
}

// lookAt is one look at the pane: its journal and its screen together.
func (l *Launcher) lookAt(ctx context.Context, p pane, m launcher.Message) (delivery.Typed, typing, error) {
	texts, err := l.each(ctx, []pane{p}, func(p pane) string {
		return "display-message -p -t " + p.id + " '#{pane_dead}#{@pawl_told}' ; display-message -p -t " + p.id + " '" + screenFormat + "' ; capture-pane -p -e -t " + p.id
	})
	if err != nil {
		return delivery.Typed{}, typing{}, err
	}
	text, there := texts[p.Generation]
	if !there || strings.HasPrefix(text, "1") {
		return delivery.Typed{}, typing{}, errGone(p.Ref, "ended while it was typed to")
	}
	told, shown, _ := strings.Cut(text, "\n")
	journal := strings.TrimPrefix(told, "0")
	state := typingOf(parseJournal(journal), m.ID)
	t := delivery.Typed{
		Now: time.Now(), Pasted: state.pasted, Pastes: state.pastes, Submitted: state.submitted, Submits: state.submits,
		Taken: !state.taken.IsZero(), Queues: m.Reader.Profile.QueuesInput,
	}
	seen := parseScreen(shown)
	t.See(m.Reader.Read(seen), seen, m.Reader.Profile.Detect.Composer != "", m.Text)
	if n, err := unreadOn(p.tty); err == nil {
		t.Unread = n
	} else if !errors.Is(err, context.Canceled) {
		l.log.Debug("a terminal cannot be asked what was not read", "session", p.Session, "error", err)
	}
	return t, state, nil
}
