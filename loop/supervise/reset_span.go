package supervise

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	"sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"day": 24 * time.Hour, "days": 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
}

var (
	spanPart = regexp.MustCompile(`(?i)^(?:\s|,|and\b)*(\d{1,9}(?:\.\d{1,9})?|an?\b|one\b)[\s-]?([a-z]+)`)
	afterKey = regexp.MustCompile(`(?i)after["']?\s*[:=]`)
)

// span reads a length of time: a sum of numbers with units, or a bare number of
// seconds where the words before it say so.
func (p *phrase) span() (time.Duration, bool) {
	var sum time.Duration
	found := false
	for {
		m := spanPart.FindStringSubmatch(p.rest)
		if m == nil {
			break
		}
		unit, known := units[strings.ToLower(m[2])]
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			n = 1 // "an hour"
		}
		if !known || n*float64(unit) > float64(farthest) {
			break
		}
		sum, found = min(sum+time.Duration(n*float64(unit)), 2*farthest), true
		p.rest = p.rest[len(m[0]):]
	}
	if found {
		return sum, true
	}
	return p.bare()
}

// bare reads a number whose unit stands before it, as in Retry-After: 30 and
// "resets_in_seconds": 30.
func (p *phrase) bare() (time.Duration, bool) {
	unit := time.Duration(0)
	switch l := strings.ToLower(p.lead); {
	case strings.Contains(l, "_ms"):
		unit = time.Millisecond
	case strings.Contains(l, "seconds"), afterKey.MatchString(l):
		unit = time.Second
	}
	m := number.FindStringSubmatch(p.rest)
	if unit == 0 || m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n*float64(unit) > float64(farthest) {
		return 0, false
	}
	return time.Duration(n * float64(unit)), true
}
