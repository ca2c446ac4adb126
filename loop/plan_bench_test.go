package loop

import (
	"fmt"
	"testing"

	"pawl/handoff"
)

// quietWorld is a world of n agents that run and stand still, half of them builders.
func quietWorld(b *testing.B, n int) *scene {
	b.Helper()
	y := setup{phases: []string{"core"}}
	for i := range n {
		y.agents = append(y.agents, fmt.Sprintf("agent%d: {kind: loop, role: %s, adapter: script}", i, []string{"builder", "adversary"}[i%2]))
	}
	s := newScene(b, y)
	s.up()
	s.origin.Push("work", handoff.Trailers{}, nil)
	for range 4 {
		s.pass(whole)
	}
	s.wait(s.cfg.Supervise.Interval)
	return s
}

func BenchmarkPlanIdle(b *testing.B) {
	for _, n := range []int{2, 50, 300} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := quietWorld(b, n).world(false)
			b.ReportAllocs()
			for b.Loop() {
				if d := Plan(w); len(d.Actions) > 0 {
					b.Fatal(d.Actions)
				}
			}
		})
	}
}

func BenchmarkPlanClaims(b *testing.B) {
	for _, n := range []int{2, 50, 300} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := quietWorld(b, n)
			for i := range 40 {
				s.claim(fmt.Sprint("gate", i))
			}
			w := s.world(true)
			b.ReportAllocs()
			for b.Loop() {
				if d := Plan(w); len(d.Actions) != n/2 {
					b.Fatal(len(d.Actions))
				}
			}
		})
	}
}
