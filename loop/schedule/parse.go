package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // an expression must mean the same where the system has no time zones

	"github.com/robfig/cron/v3"
)

// ErrZone says that a time zone is not known.
var ErrZone = errors.New("it is not a time zone")

// maxExpr bounds an expression; the longest sensible ones list 60 minutes.
const maxExpr = 400

// Parse reads minute, hour, day, month and weekday, or a descriptor as @daily or
// @every 90m, in the time zone zone; "" is the machine's. The error says what is
// wrong with expr; it is ErrZone for the zone.
//
// The parser under it panics on some input, reads a zone in front of the fields,
// and accepts dates that never come: all three are errors here.
func Parse(expr, zone string) (s Schedule, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s, err = Schedule{}, fmt.Errorf("%v", fault)
		}
	}()
	switch {
	case len(expr) > maxExpr:
		return s, fmt.Errorf("it has more than %d characters", maxExpr)
	case strings.Contains(expr, "TZ="):
		return s, errors.New("the zone belongs in tz")
	}
	if zone != "" {
		if s.zone, err = time.LoadLocation(zone); err != nil {
			return Schedule{}, ErrZone
		}
	}
	if every, ok := strings.CutPrefix(expr, "@every "); ok {
		s.every, err = interval(every)
		return s, err
	}
	if s.fields, err = cron.ParseStandard(expr); err != nil {
		return Schedule{}, plainer(err)
	}
	// Five years are searched, and hold one 29 February.
	if s.fields.Next(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Schedule{}, errors.New("no such date ever comes")
	}
	return s, nil
}

// plainer says in our words what the parser says in Go's.
func plainer(err error) error {
	rest, numeric := strings.CutPrefix(err.Error(), "failed to parse int from ")
	switch {
	case numeric:
		part, _, _ := strings.Cut(rest, ": ")
		return fmt.Errorf("%q is not a number", part)
	case err.Error() == "empty spec string":
		return errors.New("it is empty")
	}
	return err
}

func interval(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second {
		return 0, errors.New("it must be a second or more, as @every 90m")
	}
	return d.Truncate(time.Second), nil
}
