package report

import (
	"strings"
	"testing"

	"pawl/handoff"
)

func TestNeeds(t *testing.T) {
	for name, c := range map[string]struct {
		events string
		change func(*Facts)
		want   []string
	}{
		"nothing": {"", nil, nil},
		"a coordinator that was killed a minute ago": {"10 coordinator.started\n599 origin.moved", func(f *Facts) { f.Running, f.LastPass = false, minute(599) },
			[]string{"coordinator agents are to be up, and no pass ran since"}},
		"one that ended a minute ago": {"10 coordinator.started\n599 coordinator.ended", func(f *Facts) { f.Running, f.LastPass = false, minute(599) },
			[]string{"coordinator agents are to be up, and no pass ran since"}},
		"none that ran, and a tick a minute ago": {"", func(f *Facts) { f.Running, f.LastPass = false, minute(599) }, nil},
		"malformed signals, the newest first": {"10 signal.malformed commit=aaaaaaaaaaaaaaaa text=a\n20 signal.malformed commit=bbbbbbbbbbbbbbbb text=b", nil,
			[]string{"malformed commit bbbbbbbbbb is malformed: b", "malformed commit aaaaaaaaaa is malformed: a"}},
		"many of them": {strings.Repeat("10 signal.malformed commit=aaaaaaaaaaaaaaaa text=a\n", 9), nil,
			[]string{"malformed commit", "malformed commit", "malformed commit", "malformed 6 malformed signals more"}},
		"what an agent did not answer that is gone": {"", func(f *Facts) { f.Expired = []handoff.Handoff{{ID: "h1", Agent: "gone"}} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := night(events(c.events)...)
			if c.change != nil {
				c.change(&f)
			}
			got := Build(f).Needs
			if len(got) != len(c.want) {
				t.Fatalf("got %+v, want %q", got, c.want)
			}
			for i, n := range got {
				if text := n.Kind + " " + n.Text; !strings.HasPrefix(text, c.want[i]) {
					t.Errorf("need %d is %q, want %q", i, text, c.want[i])
				}
			}
		})
	}
}
