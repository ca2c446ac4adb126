package bench

import (
	"slices"
	"testing"
	"time"
)

// contender does something once.
type contender struct {
	name  string
	do    func()
	ahead func() // done before, and not counted; nil: nothing
}

// race notes how long contenders take, round after round.
type race struct {
	rounds int
	took   map[string][]float64 // seconds, a number for each round
}

// round lets all contenders do the same thing once. Who begins changes with each
// round: the first may warm a cache for the others.
func (r *race) round(list ...contender) {
	for i := range list {
		c := list[(i+r.rounds)%len(list)]
		if c.ahead != nil {
			c.ahead()
		}
		begin := time.Now()
		c.do()
		r.note(c.name, time.Since(begin))
	}
	r.rounds++
}

// note is for what was measured otherwise.
func (r *race) note(name string, d time.Duration) {
	if r.took == nil {
		r.took = map[string][]float64{}
	}
	r.took[name] = append(r.took[name], d.Seconds())
}

// report tells the median of each contender in milliseconds, as <name>-ms, and for
// each pair the quartiles of the rounds' ratios, as <a>/<b>-q1, -q2 and -q3.
func (r *race) report(b *testing.B, pairs ...[2]string) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // a round's length says nothing
	for name, took := range r.took {
		b.ReportMetric(1000*quartile(took, 2), name+"-ms")
	}
	for _, p := range pairs {
		ratios := make([]float64, min(len(r.took[p[0]]), len(r.took[p[1]])))
		if len(ratios) == 0 {
			continue // one of them is not here
		}
		for i := range ratios {
			ratios[i] = r.took[p[0]][i] / r.took[p[1]][i]
		}
		for q, unit := range []string{1: "-q1", 2: "-q2", 3: "-q3"} {
			if q > 0 {
				b.ReportMetric(quartile(ratios, q), p[0]+"/"+p[1]+unit)
			}
		}
	}
}

// quartile is the first, second or third one, between neighbours where need be.
func quartile(list []float64, q int) float64 {
	sorted := slices.Sorted(slices.Values(list))
	at := float64(len(sorted)-1) * float64(q) / 4
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

func TestQuartile(t *testing.T) {
	for _, c := range []struct {
		list []float64
		want [3]float64
	}{
		{[]float64{7}, [3]float64{7, 7, 7}},
		{[]float64{3, 1, 2}, [3]float64{1.5, 2, 2.5}},
		{[]float64{5, 4, 3, 2, 1}, [3]float64{2, 3, 4}},
	} {
		got := [3]float64{quartile(c.list, 1), quartile(c.list, 2), quartile(c.list, 3)}
		if got != c.want {
			t.Errorf("quartiles of %v: %v, want %v", c.list, got, c.want)
		}
	}
}
