package config

import (
	"errors"
	"time"

	"pawl/loop/schedule"
)

// longestWake is how long the text of a wake may be in bytes: it is one line.
const longestWake = 800

// longestJitter keeps a slot from coming after the next day's.
const longestJitter = 24 * time.Hour

func (c *checker) checkWake(at pointer, w *Wake) {
	if !c.names(at.key("prompt")) && !c.names(at.key("prompt_file")) {
		c.bad(at, KindMissing, "add prompt or prompt_file", "the wake %s says nothing", quote(w.Cron))
	}
	c.checkPrompts(at, w.Prompt, w.PromptFile)
	if at := at.key("prompt"); c.has(at) && len(w.Prompt) > longestWake {
		c.bad(at, KindValue, "write it into a file, and name that as prompt_file", "the prompt has %d bytes, and a wake takes %d", len(w.Prompt), longestWake)
	}
	if at := at.key("jitter"); c.has(at) && w.Jitter > longestJitter {
		c.bad(at, KindValue, "write at most 24h", "%s is more than a day", quote(w.Jitter.String()))
	}
	var err error
	if w.Schedule, err = schedule.Parse(w.Cron, w.TZ); errors.Is(err, schedule.ErrZone) {
		c.bad(at.key("tz"), KindValue, "write one as Europe/Berlin or UTC", "%s is not a time zone", quote(w.TZ))
		_, err = schedule.Parse(w.Cron, "")
	}
	if at := at.key("cron"); err != nil && c.has(at) && c.wasRead(at) {
		c.bad(at, KindValue, "write minute, hour, day, month and weekday, as \"0 * * * *\", or @daily", "%s is not a schedule: %s", quote(w.Cron), bounded(err.Error()))
	}
}
