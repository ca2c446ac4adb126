package tmux

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/launcher/plain"
	"pawl/loop/screen"
)

// Capture returns the last lines of what a session shows or has shown, also
// after it has ended.
func (l *Launcher) Capture(ctx context.Context, ref launcher.Ref, lines int) ([]string, error) {
	p, err := l.known(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	texts, err := l.each(ctx, []pane{p}, func(p pane) string {
		return "capture-pane -p -J -S -" + strconv.Itoa(max(lines, 1)) + " -t " + p.id
	})
	if err != nil {
		return nil, fmt.Errorf("capture session %q: %w", ref.Session, err)
	}
	text, there := texts[ref.Generation]
	if !there {
		return nil, errGone(ref, "went away")
	}
	var out []string
	for line := range strings.Lines(text) {
		out = append(out, strings.TrimRight(plain.Row(strings.TrimSuffix(line, "\n")), " "))
	}
	return out[max(0, len(out)-lines):], nil
}

// Screens implements launcher.Terminal. A screen that cannot have changed since
// it was last read is not read again. What can have is told by the list of the
// Observe just before, so that a pass with nothing new is one call.
func (l *Launcher) Screens(ctx context.Context, refs []launcher.Ref) (map[string]screen.Screen, error) {
	panes, err := l.listed(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]screen.Screen{}
	var changed []pane
	now := time.Now()
	for _, ref := range refs {
		p, there := paneOf(panes, ref)
		if !there || p.ended() {
			continue
		}
		if s, same := l.unchanged(p, now); same {
			out[p.Session] = s
		} else {
			changed = append(changed, p)
		}
	}
	if len(changed) == 0 {
		return out, nil
	}
	read, err := l.read(ctx, changed, now)
	for _, p := range changed {
		if s, there := read[p.Generation]; there {
			out[p.Session] = s
		}
	}
	return out, err
}

// fresh is how long a list is good for: that long after Observe its screens are asked for.
const fresh = time.Second

// listed is the last list, if it is of this moment, else a new one.
func (l *Launcher) listed(ctx context.Context) ([]pane, error) {
	l.mu.Lock()
	last := l.last
	l.mu.Unlock()
	if age := time.Since(last.at); age >= 0 && age < fresh {
		return last.panes, nil
	}
	return l.list(ctx)
}

func paneOf(panes []pane, ref launcher.Ref) (pane, bool) {
	for _, p := range panes {
		if p.Ref == ref {
			return p, true
		}
	}
	return pane{}, false
}

// blur is how much later than the last output a screen must have been read to
// hold it: tmux tells the time of the last output in whole seconds.
const blur = 1500 * time.Millisecond

func (p pane) print() string { return p.id + " " + p.size + " " + p.activity.String() + " " + p.title }

func (l *Launcher) unchanged(p pane, now time.Time) (screen.Screen, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, known := l.screens[p.Generation]
	if !known || c.print != p.print() || c.taken.Before(p.activity.Add(blur)) || c.taken.After(now) {
		return screen.Screen{}, false
	}
	return c.Screen, true
}

// read captures screens in one call and keeps them.
func (l *Launcher) read(ctx context.Context, panes []pane, now time.Time) (map[string]screen.Screen, error) {
	texts, err := l.each(ctx, panes, func(p pane) string {
		return "display-message -p -t " + p.id + " '" + screenFormat + "' ; capture-pane -p -e -t " + p.id
	})
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]screen.Screen{}
	for _, p := range panes {
		text, there := texts[p.Generation]
		if !there {
			continue
		}
		s := parseScreen(text)
		out[p.Generation] = s
		l.screens[p.Generation] = cachedScreen{print: p.print(), taken: now, Screen: s}
	}
	return out, nil
}

const screenFormat = "#{pane_width}|#{alternate_on}|#{pane_title}"

// parseScreen reads a line of screenFormat and a capture.
func parseScreen(text string) screen.Screen {
	head, capture, _ := strings.Cut(text, "\n")
	f := strings.SplitN(head, "|", 3)
	if len(f) != 3 {
		return screen.Screen{Rows: screen.Parse(capture)}
	}
	width, err := strconv.Atoi(f[0])
	if err != nil {
		width = columns
	}
	return screen.Screen{Rows: screen.Parse(capture), Title: plain.Row(f[2]), Width: width, Alternate: f[1] == "1"}
}
