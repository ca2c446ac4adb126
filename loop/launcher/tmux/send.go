package tmux

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"pawl/handoff/system"
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
	done, err := l.paste(ctx, p, m, record{kind: entryLine, wake: m.ID, n: 1, at: time.Now(), items: m.Items}, nil, "send-keys -t "+p.id+" Enter")
	if err != nil || done {
		return err
	}
	// It was written earlier, or the pane has died since it was looked at.
	if p, err = l.known(ctx, p.Ref); err != nil || !p.ended() {
		return err
	}
	return l.wasSent(ctx, p, p.Ref, m)
}

// paste puts the text into the pane, unless the journal has the entry already
// or another condition does not hold. A command may follow before the entry is
// made.
func (l *Launcher) paste(ctx context.Context, p pane, m launcher.Message, r record, more []string, then ...string) (bool, error) {
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
	return l.perform(ctx, []byte(m.Text), append(args, guarded(p, append([]string{alive, r.guard()}, more...), strings.Join(deed, " ; "), otherwise)...)...)
}

// note is the command that makes an entry in a pane's journal.
func (l *Launcher) note(p pane, r record) string {
	return "set-option -p -a -t " + p.id + " @pawl_told " + quoted(r.String())
}

// press submits what the pane's input line holds, and remembers it.
func (l *Launcher) press(ctx context.Context, p pane, key string, r record, more []string) (bool, error) {
	deed := []string{"copy-mode -q -t " + p.id, "send-keys -t " + p.id + " -- " + quoted(key), l.note(p, r), "display-message -p " + did}
	return l.perform(ctx, nil, guarded(p, append([]string{alive, r.guard()}, more...), strings.Join(deed, " ; "), "")...)
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
		if t.Pastes == 0 && state.lies() && m.ID != state.lying.id {
			// An earlier wake lies in the line: nobody types behind it. It goes first.
			if err := l.typeIn(ctx, p, launcher.Message{ID: state.lying.id, Text: state.lying.text, Items: state.lying.items, Reader: m.Reader}); err != nil {
				return err
			}
			continue
		}
		step, why := t.Next()
		if l.step != nil {
			l.step(step)
		}
		now, done := time.Now(), false
		switch step {
		case delivery.Paste:
			r := record{kind: entryPaste, wake: m.ID, n: state.pastes + 1, at: now, items: m.Items}
			done, err = l.paste(ctx, p, m, r, state.still(), "set-option -p -t "+p.id+" @pawl_text "+quoted(message{m.ID, m.Text, m.Items}.String()))
		case delivery.Submit:
			done, err = l.press(ctx, p, submitKey(m), record{kind: entrySubmit, wake: m.ID, n: state.keys + 1, at: now}, state.still())
		case delivery.Confirm:
			return l.confirm(ctx, p, m, now)
		case delivery.Defer:
			return fmt.Errorf("session %q: wake %s is not typed: %w", p.Session, m.ID, errInTheWay(why))
		}
		if err == nil && !done {
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
	deed := l.note(p, r) + " ; set-option -p -t " + p.id + " @pawl_text '' ; display-message -p " + did
	_, err := l.perform(ctx, nil, guarded(p, []string{r.guard()}, deed, "")...)
	return err
}

// sight is what a look says beside what the next step is decided from.
type sight struct {
	typing
	cursor string
	lying  message
	line   delivery.Input // what the input line holds, held against lying
}

// lies says that an earlier message is in the input line, and nothing else is.
func (s sight) lies() bool {
	return s.lying.id != "" && (s.line == delivery.Ours || s.line == delivery.Cut || s.line == delivery.Folded)
}

// still is the condition that nothing was typed and nothing was drawn over the
// input line since the look: the cursor of these programs stands behind the
// text, even where they hide it.
func (s sight) still() []string {
	return []string{"#{==:#{cursor_x} #{cursor_y}," + s.cursor + "}"}
}

// lookAt is one look at the pane: its journal and its screen together.
func (l *Launcher) lookAt(ctx context.Context, p pane, m launcher.Message) (delivery.Typed, sight, error) {
	texts, err := l.each(ctx, []pane{p}, func(p pane) string {
		return "display-message -p -t " + p.id + " '#{pane_dead}|#{cursor_x} #{cursor_y}|#{@pawl_text}|#{@pawl_told}' ; display-message -p -t " + p.id + " '" + screenFormat + "' ; capture-pane -p -e -t " + p.id
	})
	if err != nil {
		return delivery.Typed{}, sight{}, err
	}
	head, shown, _ := strings.Cut(texts[p.Generation], "\n")
	fields := strings.SplitN(head, "|", 4)
	if len(fields) != 4 || fields[0] == "1" {
		return delivery.Typed{}, sight{}, errGone(p.Ref, "ended while it was typed to")
	}
	state := sight{typing: typingOf(parseJournal(fields[3]), m.ID), cursor: fields[1], lying: parseMessage(fields[2])}
	t := delivery.Typed{
		Now: time.Now(), Pasted: state.pasted, Pastes: state.pastes, Submitted: state.submitted, Submits: state.submits,
		Taken: !state.taken.IsZero(), Queues: m.Reader.Profile.QueuesInput,
	}
	seen := parseScreen(shown)
	read := m.Reader.Read(seen)
	t.See(read, seen, m.Reader.Profile.Detect.Composer != "", m.Text)
	if read.Composer.Found {
		state.line = delivery.InputOf(read.Composer.Text, read.Composer.Folded, state.lying.text)
	}
	if n, err := system.UnreadOn(p.tty); err == nil {
		t.Unread = n
	} else if !errors.Is(err, context.Canceled) {
		l.log.Debug("a terminal cannot be asked what was not read", "session", p.Session, "error", err)
	}
	return t, state, nil
}
