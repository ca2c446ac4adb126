package supervise

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	monthNames = `(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`
	dayNumber  = `(\d{1,2})(?:st|nd|rd|th)?\b`
	yearNumber = `(?:,?\s+(\d{4})\b)?`
)

var (
	between  = regexp.MustCompile(`(?i)^(?:[\s,·]|at\b|on\b|by\b)*`)
	weekday  = regexp.MustCompile(`(?i)^(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|r|rs|rsday|urday)?\b\.?`)
	relative = regexp.MustCompile(`(?i)^(today|tomorrow)\b`)
	monthDay = regexp.MustCompile(`(?i)^` + monthNames + `\s+` + dayNumber + yearNumber)
	dayMonth = regexp.MustCompile(`(?i)^` + dayNumber + `\s+` + monthNames + yearNumber)
	isoDate  = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)\b`)
	clock12  = regexp.MustCompile(`(?i)^(\d{1,2})(?:[:.](\d\d))?(?::(\d\d))?[\s\x{a0}\x{202f}]?([ap])\.?m\b\.?`)
	clock24  = regexp.MustCompile(`^(\d{1,2}):(\d\d)(?::(\d\d))?\b`)
)

// date is a day that a banner names, more or less.
type date struct {
	year    int // 0: the next such day
	month   time.Month
	day     int // 0: no date
	weekday int // -1: none
	ahead   int // days from today; -1: not said
}

// calendar reads a day, a clock time, or both in either order, and a zone.
func (p *phrase) calendar() (time.Time, bool) {
	day, dated := p.date()
	p.take(between)
	hour, minute, timed := p.clock()
	loc, sure := p.zone()
	if !dated && timed {
		p.take(between)
		if day, dated = p.date(); dated && loc == nil {
			loc, sure = p.zone()
		}
	}
	if !dated && !timed || !sure || p.broken {
		return time.Time{}, false
	}
	if loc == nil {
		loc = p.now.Location()
	}
	return next(day, hour, minute, p.now.In(loc))
}

// date reads a day; false when there is none.
func (p *phrase) date() (date, bool) {
	d := date{weekday: -1, ahead: -1}
	if m := p.take(relative); m != nil {
		d.ahead = strings.Index("today tomorrow", strings.ToLower(m[1])) / len("today ")
		return d, true
	}
	if m := p.take(weekday); m != nil {
		d.weekday = strings.Index("sunmontuewedthufrisat", strings.ToLower(m[1])) / 3
		p.take(between)
	}
	if m := p.take(monthDay); m != nil {
		return d.on(m[3], m[1], m[2]), true
	}
	if m := p.take(dayMonth); m != nil {
		return d.on(m[3], m[2], m[1]), true
	}
	if m := p.take(isoDate); m != nil {
		d.year, d.month, d.day = atoi(m[1]), time.Month(atoi(m[2])), atoi(m[3])
		return d, true
	}
	return d, d.weekday >= 0
}

func (d date) on(year, month, day string) date {
	d.year, d.day, d.weekday = atoi(year), atoi(day), -1
	d.month = time.Month(strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(month))/3 + 1)
	return d
}

// clock reads a time of day.
func (p *phrase) clock() (hour, minute int, ok bool) {
	if m := p.take(clock12); m != nil {
		hour, minute = atoi(m[1]), atoi(m[2])
		p.broken = hour < 1 || hour > 12 || minute > 59
		hour %= 12
		if strings.EqualFold(m[4], "p") {
			hour += 12
		}
		return hour, minute, true
	}
	if m := p.take(clock24); m != nil {
		hour, minute = atoi(m[1]), atoi(m[2])
		p.broken = hour > 23 || minute > 59
		return hour, minute, true
	}
	return 0, 0, false
}

// atoi reads digits that a pattern has matched; none are 0.
func atoi(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// next is the first such moment that is not past; now carries the zone.
func next(d date, hour, minute int, now time.Time) (time.Time, bool) {
	y, m, today := now.Date()
	switch {
	case d.year > 0:
		return at(d.year, d.month, d.day, hour, minute, now), d.exists(d.year)
	case d.day > 0:
		for year := y - 1; year <= y+1; year++ {
			if t := at(year, d.month, d.day, hour, minute, now); d.exists(year) && !past(t, now) {
				return t, true
			}
		}
		return time.Time{}, false
	case d.ahead >= 0:
		return at(y, m, today+d.ahead, hour, minute, now), true
	}
	// Yesterday's last minutes may be what has just passed.
	for n := -1; n <= 8; n++ {
		t := at(y, m, today+n, hour, minute, now)
		if !past(t, now) && (d.weekday < 0 || int(t.Weekday()) == d.weekday) {
			return t, true
		}
	}
	return time.Time{}, false
}

// exists says that the calendar of the year has such a day.
func (d date) exists(year int) bool {
	t := time.Date(year, d.month, d.day, 0, 0, 0, 0, time.UTC)
	return t.Month() == d.month && t.Day() == d.day
}

func past(t, now time.Time) bool { return t.Before(now.Add(-justPast)) }
