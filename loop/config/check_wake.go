package config

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a file must mean the same where the system has no time zones

	"github.com/robfig/cron/v3"
)

func (c *checker) checkWake(at pointer, w Wake) {
	if !c.names(at.key("prompt")) && !c.names(at.key("prompt_file")) {
		c.bad(at, KindMissing, "add prompt or prompt_file", "the wake %s says nothing", quote(w.Cron))
	}
	c.checkPrompts(at, w.Prompt, w.PromptFile)
	if at := at.key("cron"); c.has(at) && c.wasRead(at) {
		if err := checkCron(w.Cron); err != nil {
			c.bad(at, KindValue, "write minute, hour, day, month and weekday, as \"0 * * * *\", or @daily", "%s is not a schedule: %s", quote(w.Cron), bounded(err.Error()))
		}
	}
	if at := at.key("tz"); c.has(at) && w.TZ != "" {
		if _, err := time.LoadLocation(w.TZ); err != nil {
			c.bad(at, KindValue, "write one as Europe/Berlin or UTC", "%s is not a time zone", quote(w.TZ))
		}
	}
}

// maxCron bounds an expression; the longest sensible ones list 60 minutes.
const maxCron = 400

// checkCron says what is wrong with a schedule. The parser panics on some
// input, reads a zone in front that belongs to tz, and accepts dates that never
// come; five years are searched from a fixed day, and hold one 29 February.
func checkCron(expr string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
	}()
	switch {
	case len(expr) > maxCron:
		return fmt.Errorf("it has more than %d characters", maxCron)
	case strings.Contains(expr, "TZ="):
		return errors.New("the zone belongs in tz")
	}
	schedule, err := cron.ParseStandard(expr)
	if err != nil {
		return err
	}
	if every, ok := strings.CutPrefix(expr, "@every "); ok {
		if d, err := time.ParseDuration(every); err != nil || d < time.Second {
			return errors.New("it must be a second or more")
		}
	}
	if schedule.Next(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return errors.New("no such date ever comes")
	}
	return nil
}
