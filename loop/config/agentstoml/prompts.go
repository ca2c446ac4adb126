package agentstoml

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// promptKeys adds what an agent is started with. What pawl would take for a
// template is written so that it is not one.
func (c *converter) promptKeys(b *block, a *agent) {
	if a.prompt.v != "" {
		b.putText(1, a.prompt.at, "prompt", literal(strings.ReplaceAll(a.prompt.v, "\r\n", "\n"), false))
	}
	file := a.promptFile
	if file.v != "" {
		b.put(1, file.at, "prompt_file", scalar(c.copied(file, "prompt_file", c.absolute(file.v), plainText)))
		return
	}
	role := a.role.v
	if a.prompt.v != "" || role == "" {
		return
	}
	// A role's prompt is a template in pawl as well.
	path := filepath.Join(c.absolute(c.loop.rolesDir.or("prompts")), role+".md")
	if text, err := c.read(path); err == nil && plainText(string(text)) != string(text) {
		b.put(1, a.role.at, "prompt_file", scalar(c.copied(a.role, "the prompt of role "+role, path, plainText)))
	}
}

func plainText(text string) string { return literal(text, false) }

func (c *converter) read(path string) ([]byte, error) {
	if c.ReadFile == nil {
		return nil, fs.ErrNotExist
	}
	return c.ReadFile(path)
}

// copied is the file that pawl is to read in the place of path: that itself, if
// converting its text changes nothing, else a copy beside it.
func (c *converter) copied(g given[string], key, path string, convert func(string) string) string {
	text, err := c.read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.tell(g.at, key, "the file "+quote(path)+" is not there", "write it; until then pawl's own prompt serves")
		return c.shorten(path)
	case err != nil:
		c.tell(g.at, key, "the file "+quote(path)+" cannot be read: "+err.Error(), "write {{ in it as {{\"{{\"}}")
		return c.shorten(path)
	}
	converted := convert(string(text))
	if converted == string(text) {
		return c.shorten(path)
	}
	to := c.free(path, converted)
	c.tell(g.at, key, fmt.Sprintf("pawl reads the copy %s, as its prompts are Go templates", quote(c.shorten(to))), "edit the copy; the old file is as it was")
	return c.shorten(to)
}

// free chooses the copy's name: one that nobody has, or that has this very text.
func (c *converter) free(path, text string) string {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext)
	for n := 1; ; n++ {
		to := stem + ".pawl" + ext
		if n > 1 {
			to = stem + ".pawl-" + strconv.Itoa(n) + ext
		}
		for _, f := range c.files {
			if f.Path == to && f.Text == text {
				return to
			}
		}
		switch there, err := c.read(to); {
		case err == nil && string(there) == text:
			return to
		case errors.Is(err, fs.ErrNotExist):
			c.files = append(c.files, File{to, text})
			return to
		}
	}
}

// wakeKeys adds an agent's schedule. The old interval counted from the agent's
// start, and then from its last wake: @every keeps that, a cron expression
// would move the wakes to full hours.
func (c *converter) wakeKeys(b *block, a *agent) {
	if !a.wake.ok {
		return
	}
	w, key := a.wake, "agent "+a.name.v+".wake"
	every := w.interval.or(time.Hour)
	switch {
	case every <= 0:
		c.lost(w.interval.at, key, "an interval of 0 wakes nobody", "")
		return
	case !w.interval.ok:
		c.tell(w.at, key, "has no interval", "look whether @every 1h is meant")
	case every < time.Second:
		c.tell(w.interval.at, key, "the interval became a second, the shortest", "")
		every = time.Second
	}
	b.put(1, w.at, "wakes", "")
	b.item(2, w.at, "cron", scalar("@every "+duration(every.Truncate(time.Second))))
	if w.promptFile.v != "" {
		b.put(3, w.promptFile.at, "prompt_file", scalar(c.written(w.promptFile.v)))
		return
	}
	b.put(3, w.at, "prompt", "It is time for your regular turn.")
	c.tell(w.at, key, "has no prompt_file", "write what it is told into wakes.prompt")
}

// duration writes one as people do: 1h30m, not 1h30m0s.
func duration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
