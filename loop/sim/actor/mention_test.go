package actor

import (
	"reflect"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
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
