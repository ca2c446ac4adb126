package actor

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/run"
)

// What pawl composes is what an actor reads.
func TestAWakeIsRead(t *testing.T) {
	items := []delivery.Item{
		{Kind: delivery.Handoff, ID: "1", Text: handoff.Handoff{Rule: "claim-1", Gate: "p1/g1", Commit: "1234567890abcdef"}.Label()},
		{Kind: delivery.Handoff, ID: "2", Text: handoff.Handoff{Rule: "review-1", Gate: "p1/g2", Verdict: "fail", Commit: "abcdef1234567890"}.Label()},
		{Kind: delivery.Handoff, ID: "3", Text: "reminder 1 of 3: " + handoff.Handoff{Rule: "heard-claim", Gate: "p2/g1-mended", Commit: "fedcba1234567890"}.Label()},
		{Kind: delivery.Handoff, ID: "4", Text: handoff.Handoff{Kind: handoff.Inbox, Path: "letter-1-1.md"}.Label()},
	}
	wake := delivery.Line.Compose("a", "g", items, time.Unix(0, 0))
	short := func(hash string) string { return handoff.Short(hash) }
	want := []Mention{
		{Kind: Claim, Gate: "p1/g1", Commit: short("1234567890abcdef")},
		{Kind: Review, Gate: "p1/g2", Verdict: "fail", Commit: short("abcdef1234567890")},
		{Kind: Claim, Gate: "p2/g1-mended", Commit: short("fedcba1234567890"), Reminder: true},
		{Kind: Letter, Path: "letter-1-1.md"},
	}
	if got := Mentions(wake.Text); !reflect.DeepEqual(got, want) {
		t.Errorf("%q is read as\n%+v, want\n%+v", wake.Text, got, want)
	}
	if WakeID(wake.Text) != wake.ID {
		t.Errorf("the id of %q is read as %q", wake.Text, WakeID(wake.Text))
	}
}

// What pawl says of a worker's end is read in both of its forms.
func TestANoticeIsRead(t *testing.T) {
	notice := run.Notice{Run: ledger.Run{ID: "rabc12", Name: "p1-w1", Type: "general", Status: ledger.RunCompleted}, Answer: "it is done; really"}
	for _, text := range []string{notice.Line(), strings.ReplaceAll(notice.Page(), "\n", "; ")} {
		if got := Mentions("w000000000001 " + text); len(got) != 1 || got[0].Kind != Worker || got[0].Gate != "p1-w1" {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

// A turn that was never answered is told again with the next one.
func TestATurnIsRead(t *testing.T) {
	for _, c := range []struct{ name, text, prompt, wake string }{
		{"a first turn", "you are a; take 2s", "you are a; take 2s", ""},
		{"a further one", "w00000000000a inbox a.md; inbox b.md", "", "w00000000000a inbox a.md; inbox b.md"},
		{"both", "you are a; take 2s; w00000000000a inbox a.md", "you are a; take 2s", "w00000000000a inbox a.md"},
		{"nothing", "", "", ""},
	} {
		if prompt, wake := Parts(c.text); prompt != c.prompt || wake != c.wake {
			t.Errorf("%s is read as %q and %q", c.name, prompt, wake)
		}
	}
}
