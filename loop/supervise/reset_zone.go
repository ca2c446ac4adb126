package supervise

import (
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same on every machine, those without a database too
)

var (
	bracket  = regexp.MustCompile(`^\s*[(\[]\s*([^)\]]*?)\s*[)\]]`)
	offset   = regexp.MustCompile(`^\s*\b(?:UTC|GMT|Z)(?:([+-])(\d{1,2})(?::?(\d\d))?)?\b`)
	zoneWord = regexp.MustCompile(`^\s*([A-Z]{2,5})\b`)
	zoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)
)

// zone reads the zone behind a time; nil when there is none. It is not sure if
// there is one that it does not know.
func (p *phrase) zone() (loc *time.Location, sure bool) {
	if m := p.take(bracket); m != nil {
		inner := phrase{rest: m[1]}
		if loc := inner.fixed(); loc != nil && inner.rest == "" {
			return loc, true
		}
		if !zoneName.MatchString(m[1]) || m[1] == strings.ToLower(m[1]) && !strings.Contains(m[1], "/") {
			return nil, true // a remark
		}
		loc := named(m[1], p.now)
		return loc, loc != nil
	}
	if loc := p.fixed(); loc != nil {
		return loc, true
	}
	if m := zoneWord.FindStringSubmatch(p.rest); m != nil {
		p.rest = p.rest[len(m[0]):]
		loc := named(m[1], p.now)
		return loc, loc != nil
	}
	return nil, true
}

// fixed reads UTC, or an offset from it.
func (p *phrase) fixed() *time.Location {
	m := p.take(offset)
	if m == nil {
		return nil
	}
	seconds := atoi(m[2])*3600 + atoi(m[3])*60
	if m[1] == "-" {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC
	}
	return time.FixedZone(strings.TrimSpace(m[0]), seconds)
}

// named is the zone of a name: an abbreviation that now's own zone uses in
// summer or winter, else one of the database. Other abbreviations mean one thing
// here and another there: they are nil.
func named(name string, now time.Time) *time.Location {
	for month := time.January; month <= time.December; month += 6 {
		if abbreviation, _ := time.Date(now.Year(), month, 1, 0, 0, 0, 0, now.Location()).Zone(); abbreviation == name {
			return now.Location()
		}
	}
	if name == "Local" {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// at is the moment of a day and clock time in now's zone. Where the clock is
// put forward over it, it is as much later as the clock; where it comes twice,
// it is the first that is not past. A day may run over the end of its month.
func at(year int, month time.Month, day, hour, minute int, now time.Time) time.Time {
	wall := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	// No zone changes its clock twice within two days.
	before, after := shifted(wall, -26*time.Hour, now), shifted(wall, 26*time.Hour, now)
	shows := func(t time.Time) bool { return t.Hour() == hour && t.Minute() == minute }
	if shows(after) && (!shows(before) || past(before, now)) {
		return after
	}
	return before
}

// shifted is when a clock shows wall if its offset is the one that now's zone
// has some time around it.
func shifted(wall time.Time, around time.Duration, now time.Time) time.Time {
	_, seconds := wall.Add(around).In(now.Location()).Zone()
	return wall.Add(-time.Duration(seconds) * time.Second).In(now.Location())
}
