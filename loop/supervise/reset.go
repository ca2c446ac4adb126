package supervise

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	// justPast is how long ago a reset may have been to count as now: a banner
	// names whole minutes, and it may be read a moment after the one it names.
	justPast = 10 * time.Minute
	// farthest is how far off a reset may be: no limit lasts longer than a year.
	farthest = 366 * 24 * time.Hour
	// maxBanner bounds how much of a banner is read, in bytes.
	maxBanner = 2000

	fillers = `(?:[\s"'=:·∙•,|_~(-]|at\b|on\b|in\b|after\b|by\b|the\b|about\b|around\b|approximately\b|less than\b|` +
		`again\b|for\b|delay\b|in_seconds\b|after_ms\b)*`
)

// ResetTime finds in the message of an agent CLI when its usage limit is over.
// now is the moment of reading; a time without a zone is in now's. A clock time
// that has passed is tomorrow's, a date without a year the next one, but a
// moment that has only just passed is now. What cannot be read with certainty,
// is long past or more than a year away is false.
func ResetTime(banner string, now time.Time) (time.Time, bool) {
	banner = banner[:min(len(banner), maxBanner)]
	for _, at := range cue.FindAllStringIndex(banner, -1) {
		for _, lead := range []*regexp.Regexp{filling, detour} {
			p := phrase{rest: banner[at[1]:], now: now}
			m := p.take(lead)
			if m == nil {
				continue
			}
			p.lead = m[0]
			if t, ok := p.moment(); ok {
				return sane(t, now)
			}
		}
	}
	return time.Time{}, false
}

// sane keeps what can be a reset, and makes what has just passed now.
func sane(t, now time.Time) (time.Time, bool) {
	switch {
	case t.Before(now.Add(-justPast)), t.After(now.Add(farthest)):
		return time.Time{}, false
	case t.Before(now):
		return now, true
	}
	return t, true
}

var (
	// cue is what a reset time comes after. A bare | is what one CLI puts before
	// its seconds.
	cue = regexp.MustCompile(`(?i)\bresets?|\bresetting|\brenews?\b|\btry again|\bretry(?:ing)?|\bavailable|\bresume\b|\buntil\b|\bwait\b|reached\|`)
	// filling may stand between the cue and the time, and so may a detour: some
	// words without a digit before one that introduces a time.
	filling = regexp.MustCompile(`(?i)^` + fillers)
	detour  = regexp.MustCompile(`(?i)^[^.;\d(|]{0,40}?[\s_"'-](?:at|in|after|on|by)\b` + fillers)

	stamp  = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?\s?([Zz]|UTC|[+-]\d\d:?\d\d)`)
	epoch  = regexp.MustCompile(`^(\d{13}|\d{10})(?:\.\d+)?\b`)
	number = regexp.MustCompile(`^(\d+(?:\.\d+)?)\b`)
)

// phrase is what is left to read of the words about one reset.
type phrase struct {
	rest   string
	lead   string
	now    time.Time
	broken bool // a clock that no day has
}

// take reads what re, which begins with ^, matches, and its groups; nil if it
// does not match.
func (p *phrase) take(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(p.rest)
	if m != nil {
		p.rest = p.rest[len(m[0]):]
	}
	return m
}

// moment reads whatever form of time comes next, the strictest first.
func (p *phrase) moment() (time.Time, bool) {
	if m := p.take(stamp); m != nil {
		return parseStamp(m)
	}
	if m := p.take(epoch); m != nil {
		return parseEpoch(m[1])
	}
	if d, ok := p.span(); ok {
		return p.now.Add(d), true
	}
	return p.calendar()
}

func parseStamp(m []string) (time.Time, bool) {
	zone := strings.ToUpper(m[4])
	switch {
	case zone == "UTC":
		zone = "Z"
	case len(zone) == len("+0100"):
		zone = zone[:3] + ":" + zone[3:]
	}
	seconds := m[3]
	if seconds == "" {
		seconds = ":00"
	}
	t, err := time.Parse(time.RFC3339, m[1]+"T"+m[2]+seconds+zone)
	return t, err == nil
}

// parseEpoch reads seconds or, of more digits, milliseconds since 1970.
func parseEpoch(digits string) (time.Time, bool) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if len(digits) == 13 {
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), true
}
