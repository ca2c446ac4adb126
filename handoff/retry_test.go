package handoff

import (
	"strings"
	"testing"
	"time"
)

func TestDismissedStaysDismissed(t *testing.T) {
	check(t, usual(), []telling{
		{"when the same history is derived again", `
			c1: claim(a): parses | +BUILDER-INBOX.md=hello
			push
			dismiss
			lose
			push`, `
			adversary withdrawn claim(a) c1
			builder withdrawn BUILDER-INBOX.md=hello`},
		{"when it had expired", `
			c1: claim(a): parses | +BUILDER-INBOX.md=hello
			push
			expired
			dismiss
			lose
			push`, `
			adversary withdrawn claim(a) c1
			builder withdrawn BUILDER-INBOX.md=hello`},
		{"when its answer comes", `
			c1: claim(a): parses
			push
			dismiss
			r1: review(a): fine
			push`, `
			adversary withdrawn claim(a) c1
			builder open review(a) r1`},
		{"when a rewrite moves its commit", `
			base: start
			c1: claim(a): parses | at 1
			push
			dismiss
			x < base: before it
			c1b < x: claim(a): parses | at 1
			push`, `adversary withdrawn claim(a) c1b`},
		{"when a rewrite takes its commit away and brings it back", `
			base: start
			c1: claim(a): parses
			push
			dismiss
			x < base: instead
			push
			push c1`, `adversary withdrawn claim(a) c1`},
		{"when the letter that replaced it goes back to it", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			dismiss
			x: another | +BUILDER-INBOX.md=other
			push
			taken
			y: back | +BUILDER-INBOX.md=hello
			push`, `
			builder withdrawn BUILDER-INBOX.md=hello
			builder taken BUILDER-INBOX.md=other`},
	})
}

// What is not in origin's history is not told, whatever the operator says.
func TestDismissedAndTakenAway(t *testing.T) {
	check(t, usual(), []telling{
		{"its commit is gone", `
			base: start
			c1: claim(a): parses
			push
			dismiss
			x < base: instead
			push
			retry
			lose
			push`, `adversary withdrawn claim(a) c1`},
		{"its commit came back", `
			base: start
			c1: claim(a): parses
			push
			dismiss
			x < base: instead
			push
			push c1
			retry
			lose
			push c1`, `adversary open claim(a) c1`},
	})
}

func TestDismissedLetterThatComesAgain(t *testing.T) {
	check(t, usual(), []telling{
		{"after its deletion it is a new one", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			dismiss
			d: read | -BUILDER-INBOX.md
			push
			v: again | +BUILDER-INBOX.md=hello
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder open BUILDER-INBOX.md=hello`},
	})
}

// A letter that is not watched for a while is none that came back.
func TestDismissedLetterThatIsNotWatched(t *testing.T) {
	s := newStory(t, usual())
	s.tell(`
		w: a letter | +BUILDER-INBOX.md=hello
		push
		dismiss`)
	watched := s.rules.Inboxes
	s.rules.Inboxes = nil
	in := s.input(s.history.tip())
	in.Known = s.records // more than Concerns names, as is allowed
	s.keep(Derive(in))
	s.rules.Inboxes = watched
	s.tell(`
		lose
		push`)
	if got, want := s.list(s.records), "builder withdrawn BUILDER-INBOX.md=hello"; got != want || !s.records[0].Dismissed() {
		t.Errorf("got %s, %+v", got, s.records)
	}
}

func TestRetriedIsDerived(t *testing.T) {
	check(t, usual(), []telling{
		{"what expired is open again", `
			c1: claim(a): parses | +BUILDER-INBOX.md=hello
			push
			expired
			retry
			lose
			push`, `
			adversary open claim(a) c1
			builder open BUILDER-INBOX.md=hello`},
		{"and so is what was dismissed", `
			c1: claim(a): parses | +BUILDER-INBOX.md=hello
			push
			dismiss
			retry
			lose
			push`, `
			adversary open claim(a) c1
			builder open BUILDER-INBOX.md=hello`},
		{"an answer that came meanwhile closes it", `
			c1: claim(a): parses
			push
			expired
			r1: review(a): fine
			push
			retry
			lose
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"so does a newer claim of its gate", `
			c1: claim(a): parses
			push
			expired
			c2: claim(a): better
			push
			retry
			lose
			push`, `
			adversary superseded claim(a) c1 by c2
			adversary open claim(a) c2`},
	})
}

func TestRetryByState(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		name    string
		h       Handoff
		want    State
		refused string
	}{
		{"what is not told yet stays", Handoff{State: Open}, Open, ""},
		{"what is on its way stays", Handoff{State: Queued, Attempts: 1}, Queued, ""},
		{"what the session was given stays", Handoff{State: Sent, Attempts: 1}, Sent, ""},
		{"what was taken is open", Handoff{State: Taken, Attempts: 2}, Open, ""},
		{"what expired is open", Handoff{State: Expired, Attempts: 4, Why: "not answered"}, Open, ""},
		{"what was dismissed is open", Handoff{State: Withdrawn, Attempts: 1, Why: "dismissed: no"}, Open, ""},
		{"what was answered is not", Handoff{State: Answered, AnsweredBy: "0123456789ab"}, Answered, "is answered by commit 0123456789; there is nothing left"},
		{"what was superseded is not", Handoff{State: Superseded}, Superseded, "is superseded"},
		{"what a rewrite took away is not", Handoff{State: Withdrawn, Why: "its commit is gone"}, Withdrawn, "is withdrawn: its commit is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.h.Retry(now)
			if got.State != c.want {
				t.Errorf("it is %s, not %s", got.State, c.want)
			}
			if (err != nil) != (c.refused != "") || err != nil && !strings.Contains(err.Error(), c.refused) {
				t.Errorf("the error is %v, not %q", err, c.refused)
			}
			if err != nil || got == c.h {
				return
			}
			if got.Attempts != c.h.Attempts || got.Base != c.h.Attempts || got.Why != "" || !got.OpenedAt.Equal(now) || !got.Repeated() {
				t.Errorf("it is %+v", got)
			}
		})
	}
}

func TestDismissByState(t *testing.T) {
	for state, ok := range map[State]bool{
		Open: true, Queued: true, Sent: true, Taken: true, Expired: true,
		Answered: false, Superseded: false, Withdrawn: false,
	} {
		h, err := Handoff{State: state, RemindAt: time.Unix(1, 0)}.Dismiss("no use")
		if (err == nil) != ok {
			t.Errorf("%s: the error is %v", state, err)
		}
		if ok && (!h.Dismissed() || h.Why != "dismissed: no use" || !h.RemindAt.IsZero()) {
			t.Errorf("%s: it is %+v", state, h)
		}
	}
}

func TestReminders(t *testing.T) {
	for _, c := range []struct{ attempts, base, want int }{{0, 0, 0}, {1, 0, 0}, {2, 0, 1}, {4, 0, 3}, {4, 4, 0}, {5, 4, 0}, {7, 4, 2}} {
		if got := (Handoff{Attempts: c.attempts, Base: c.base}).Reminders(); got != c.want {
			t.Errorf("%d tellings, %d of them before the retry: %d reminders, not %d", c.attempts, c.base, got, c.want)
		}
	}
}
