package webhook

import (
	"fmt"
	"testing"
	"time"
)

func TestHowManyRequestsAreHeard(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var l limits
	count := func(n int, from func(int) string) (heard int) {
		for i := range n {
			if l.allow(from(i), now) {
				heard++
			}
		}
		return heard
	}
	one := func(int) string { return "192.0.2.1:1000" }
	port := func(i int) string { return fmt.Sprintf("192.0.2.1:%d", 1000+i) }
	network := func(i int) string { return fmt.Sprintf("[2001:db8::%x]:9", i+1) }
	many := func(i int) string { return fmt.Sprintf("198.51.%d.%d:9", 100+i/250, i%250) }
	for _, c := range []struct {
		name  string
		later time.Duration
		n     int
		from  func(int) string
		want  int
	}{
		{"a burst of one address", 0, 100, one, burstEach},
		{"another port is no other address", 0, 100, port, 0},
		{"a second later", time.Second, 100, one, 1},
		{"a network of IPv6 is one address", 0, 100, network, burstEach},
		{"many addresses together", 0, 100, many, burstAll - 2*burstEach + 5 - 1},
		{"and that fills up again", 2 * time.Second, 100, func(i int) string { return many(i + 500) }, 10},
		{"a clock that is set back gives nothing", -time.Hour, 100, func(i int) string { return many(i + 700) }, 0},
		{"a day later all is forgotten", 24 * time.Hour, 100, one, burstEach},
		{"what is no address counts as one", 24 * time.Hour, 100, func(int) string { return "@" }, burstEach},
	} {
		now = now.Add(c.later)
		if got := count(c.n, c.from); got != c.want {
			t.Errorf("%s: %d are heard, want %d", c.name, got, c.want)
		}
	}
}

func TestFewAddressesAreRemembered(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var l limits
	for i := range 3 * maxAddresses {
		now = now.Add(time.Second)
		if !l.allow(fmt.Sprintf("10.0.%d.%d:9", i/250, i%250), now) {
			t.Fatalf("request %d is not heard", i)
		}
		if len(l.each) > maxAddresses {
			t.Fatalf("%d are remembered", len(l.each))
		}
	}
}
