package model

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkSchedules runs four thousand schedules of twelve steps and the ending:
// each one anew, and on a graph that remembers and begins empty.
func BenchmarkSchedules(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 2))
	var all []Schedule
	theme := NewTheme(r, 1, 3)
	for range 4000 {
		all = append(all, theme.Draw(r, 12))
	}
	run := func(b *testing.B, fresh func() func(*World, Schedule) error, w *World) {
		for b.Loop() {
			f := fresh()
			for _, s := range all {
				if err := f(w, s); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "schedules/s")
	}
	m, w := sound(b, 1, false)
	b.Run("anew", func(b *testing.B) {
		run(b, func() func(*World, Schedule) error { return m.Run }, w)
	})
	b.Run("remembered", func(b *testing.B) {
		run(b, func() func(*World, Schedule) error { return NewGraph(m, memory).Run }, w)
	})
}

// BenchmarkExplore tries all schedules of eight of nine steps: 43 million.
func BenchmarkExplore(b *testing.B) {
	const steps, depth = "claim:a fetch plan write act:adversary reads:adversary crash dies:adversary lose", 8
	list := parsed(b, steps)
	covered := 1.0
	for range slices.Repeat([]int{0}, depth) {
		covered *= float64(len(list))
	}
	for b.Loop() {
		m, w := sound(b, 1, true)
		if _, s, err := NewGraph(m, memory).Explore(w, list, depth); err != nil {
			b.Fatal(err, s)
		}
	}
	b.ReportMetric(covered*float64(b.N)/b.Elapsed().Seconds(), "schedules/s")
}
