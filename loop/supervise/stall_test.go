package supervise

import (
	"strings"
	"testing"
	"time"
)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

func TestJudge(t *testing.T) {
	still := Stall{Owes: true, Idle: true, Since: ago(5 * time.Minute), After: 5 * time.Minute, Grace: 3 * time.Minute}
	for _, c := range []struct {
		name   string
		change func(*Stall)
		want   Move
	}{
		{"idle for stall_after with something owed: one probe", func(*Stall) {}, Ask},
		{"a second less: nothing", func(s *Stall) { s.Since = ago(5*time.Minute - time.Second) }, Leave},
		{"one that owes nothing idles for ever", func(s *Stall) { s.Owes, s.Since = false, ago(1000*time.Hour) }, Leave},
		{"even when it was asked", func(s *Stall) { s.Owes, s.Since, s.Probed = false, ago(1000*time.Hour), ago(900*time.Hour) }, Leave},
		{"a busy one is left alone", func(s *Stall) { s.Idle = false }, Leave},
		{"one that is not watched for stalls too", func(s *Stall) { s.Unwatched = true }, Leave},
		{"just asked: it gets its time", func(s *Stall) { s.Since, s.Probed = ago(6*time.Minute), ago(time.Minute) }, Leave},
		{"asked in vain: restart", func(s *Stall) { s.Since, s.Probed = ago(11*time.Minute), ago(5*time.Minute) }, Restart},
		{"asked in vain, a second less", func(s *Stall) { s.Since, s.Probed = ago(11*time.Minute), ago(5*time.Minute-time.Second) }, Leave},
		{"it only answered the probe, and stands still again: restart", func(s *Stall) { s.Since, s.Probed = ago(5*time.Minute), ago(5*time.Minute+time.Second) }, Restart},
		{"it worked a little after the probe: it gets stall_after from then", func(s *Stall) { s.Since, s.Probed = ago(4*time.Minute), ago(9*time.Minute) }, Leave},
		{"it worked on after the probe, and stands still again: a new probe", func(s *Stall) { s.Since, s.Probed = ago(5*time.Minute), ago(11*time.Minute) }, Ask},
		{"it was given something new after the probe: a new probe", func(s *Stall) {
			s.Since, s.Owed, s.Probed = ago(5*time.Minute), ago(5*time.Minute), ago(6*time.Minute)
		}, Ask},
		{"it said that it waits, and that is not over", func(s *Stall) { s.Since, s.Until = ago(time.Hour), noon.Add(time.Hour) }, Leave},
		{"over, but not by the grace", func(s *Stall) { s.Since, s.Until = ago(time.Hour), ago(3*time.Minute-time.Second) }, Leave},
		{"over by the grace", func(s *Stall) { s.Since, s.Until = ago(time.Hour), ago(3*time.Minute) }, Ask},
		{"over by the grace, although stall_after is not", func(s *Stall) { s.Since, s.Until = ago(4*time.Minute), ago(3*time.Minute) }, Ask},
		{"over, and it went on since: stall_after counts", func(s *Stall) { s.Since, s.Until = ago(time.Minute), ago(time.Hour) }, Leave},
		{"over, and it went on long ago", func(s *Stall) { s.Since, s.Until = ago(6*time.Minute), ago(time.Hour) }, Ask},
		{"asked, and it answered with another moment", func(s *Stall) {
			s.Since, s.Probed, s.Until = ago(50*time.Minute), ago(55*time.Minute), noon.Add(time.Minute)
		}, Leave},
		{"asked after its moment, in vain", func(s *Stall) {
			s.Since, s.Until, s.Probed = ago(time.Hour), ago(10*time.Minute), ago(5*time.Minute)
		}, Restart},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := still
			c.change(&s)
			if got := s.Judge(noon); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWaitingUntil(t *testing.T) {
	const one, two = "2026-01-02T10:00:00Z", "2026-01-02T11:30:00+02:00"
	for _, c := range []struct {
		name, screen, want string
	}{
		{"none", "hello\nworld", ""},
		{"one", "WAITING-UNTIL: " + one, one},
		{"no space", "WAITING-UNTIL:" + one, one},
		{"with an offset", "WAITING-UNTIL: " + two, two},
		{"with fractions", "WAITING-UNTIL: 2026-01-02T10:00:00.5Z", "2026-01-02T10:00:00.5Z"},
		{"in a sentence", "I said WAITING-UNTIL: " + one + ", and wait.", one},
		{"at a sentence's end", "WAITING-UNTIL: " + one + ".", one},
		{"in Markdown", "**`WAITING-UNTIL: " + one + "`**", one},
		{"in lower case, as RFC 3339 allows", "WAITING-UNTIL: " + strings.ToLower(one), one},
		{"the last one counts", "WAITING-UNTIL: " + one + "\nWAITING-UNTIL: " + two + "\nmore", two},
		{"the last one of a line", "WAITING-UNTIL: " + one + " WAITING-UNTIL: " + two, two},
		{"a later one in the future does not outrank the last", "WAITING-UNTIL: " + two + "\nWAITING-UNTIL: " + one, one},
		{"one that is no time is passed over", "WAITING-UNTIL: " + one + "\nWAITING-UNTIL: soon", one},
		{"nor is an impossible date", "WAITING-UNTIL: " + one + "\nWAITING-UNTIL: 2026-02-30T10:00:00Z", one},
		{"what the probe says is none", "print WAITING-UNTIL: <RFC 3339 time>", ""},
		{"a date alone is none", "WAITING-UNTIL: 2026-01-02", ""},
		{"another case is none", "waiting-until: " + one, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want time.Time
			if c.want != "" {
				var err error
				if want, err = time.Parse(time.RFC3339, c.want); err != nil {
					t.Fatal(err)
				}
			}
			if got := WaitingUntil(strings.Split(c.screen, "\n")); !got.Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func FuzzWaitingUntil(f *testing.F) {
	f.Add("WAITING-UNTIL: 2026-01-02T10:00:00Z", int64(1_800_000_000))
	f.Add("WAITING-UNTIL: 9999-99-99T99:99:99+99:99\nWAITING-UNTIL:", int64(0))
	f.Fuzz(func(t *testing.T, screen string, unix int64) {
		lines := strings.Split(screen, "\n")
		got := WaitingUntil(lines)
		if !got.IsZero() && !strings.Contains(screen, "WAITING-UNTIL:") {
			t.Errorf("%s from nowhere", got)
		}
		at := time.Unix(unix%(1<<37), 0).UTC()
		if at.Year() < 1 || at.Year() > 9999 || at.IsZero() {
			return
		}
		if told := WaitingUntil(append(lines, "WAITING-UNTIL: "+at.Format(time.RFC3339))); !told.Equal(at) {
			t.Errorf("printed last, %s is read as %s", at, told)
		}
	})
}
