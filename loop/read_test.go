package loop

import (
	"testing"
	"time"

	"pawl/loop/launcher"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name string
		o    launcher.Observation
		want string
	}{
		{"ended", launcher.Observation{}, "exited"},
		{"ended, whatever it has left to read", launcher.Observation{Pending: 9, Output: dawn}, "exited"},
		{"input that it has not read is work", launcher.Observation{Alive: true, Pending: 1, Output: dawn.Add(-time.Hour)}, "active"},
		{"output a moment ago is work", launcher.Observation{Alive: true, Output: dawn.Add(-quietAfter + 1)}, "active"},
		{"output that was seen after the clock was read", launcher.Observation{Alive: true, Output: dawn.Add(time.Millisecond)}, "active"},
		{"nothing for a while is idle", launcher.Observation{Alive: true, Output: dawn.Add(-quietAfter)}, "idle"},
		{"after the clock was set back it is not busy for ever", launcher.Observation{Alive: true, Output: dawn.Add(time.Hour)}, "idle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Read(c.o, dawn)
			if r.Doing != c.want || r.Evidence == "" {
				t.Errorf("got %+v, want %s", r, c.want)
			}
			if r.Doing == "idle" && r.Since.After(dawn) {
				t.Errorf("it is idle since %s, which is still to come", r.Since)
			}
		})
	}
}

func TestGenerationsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]string{}
	for _, epoch := range []string{"a", "b"} {
		for _, agent := range []string{"x", "y"} {
			for n := range 50 {
				id, of := generationID(epoch, agent, n), epoch+agent
				if was, taken := seen[id]; taken {
					t.Fatalf("%s of %s is also one of %s", id, of, was)
				}
				seen[id] = of
			}
		}
	}
	if Owner("/p/pawl.yaml", "a") == Owner("/q/pawl.yaml", "a") || Owner("/p/pawl.yaml", "a") == Owner("/p/pawl.yaml", "b") {
		t.Error("two configurations or agents have one owner")
	}
}
