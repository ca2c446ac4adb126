package webhook

import (
	"net/netip"
	"sync"
	"time"
)

const (
	burstEach, rateEach = 20, 1.0 // requests of one address at once, and a second
	burstAll, rateAll   = 60, 5.0 // of all together
	maxAddresses        = 1000    // that are remembered
)

// limits are token buckets, one for each address and one for all.
type limits struct {
	mu   sync.Mutex
	all  bucket
	each map[netip.Addr]bucket
}

// bucket holds what is left of a burst. The zero bucket is full.
type bucket struct {
	used float64
	at   time.Time
}

// flow lets what has dripped in since it was last looked at.
func (b bucket) flow(now time.Time, rate float64) bucket {
	// Whoever sets a clock back gains and loses nothing.
	return bucket{max(b.used-max(now.Sub(b.at), 0).Seconds()*rate, 0), now}
}

// allow says whether a request from an address is heard now.
func (l *limits) allow(remote string, now time.Time) bool {
	from := address(remote)
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.each[from].flow(now, rateEach)
	if one.used > burstEach-1 {
		return false
	}
	// What a noisy address is refused is not taken from the others.
	l.all = l.all.flow(now, rateAll)
	if l.all.used > burstAll-1 || !l.room(now) {
		return false
	}
	one.used++
	l.all.used++
	l.each[from] = one
	return true
}

// room makes sure that one more address can be remembered: those that are as good
// as new are forgotten.
func (l *limits) room(now time.Time) bool {
	if l.each == nil {
		l.each = map[netip.Addr]bucket{}
	}
	if len(l.each) < maxAddresses {
		return true
	}
	for addr, b := range l.each {
		if b.flow(now, rateEach).used == 0 {
			delete(l.each, addr)
		}
	}
	return len(l.each) < maxAddresses
}

// address is who sent a request. An IPv6 host has a whole /64 to send from, which
// counts as one; what is no address is the zero one.
func address(remote string) netip.Addr {
	port, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	addr := port.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if network, err := addr.Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return addr
}
