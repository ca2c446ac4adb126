package tmux

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"pawl/loop/launcher/proc"
)

// reaping is the order to a reaper.
type reaping struct {
	Tmux       string        `json:"tmux"`
	Socket     []string      `json:"socket"`
	Pane       string        `json:"pane"`
	Keys       []string      `json:"keys,omitempty"`
	Generation string        `json:"generation"`
	Leader     proc.Identity `json:"leader"`
	Term       time.Time     `json:"term"`
	Kill       time.Time     `json:"kill"`
}

const (
	betweenKeys = 400 * time.Millisecond // an Escape and a key sooner after it are another key
	afterKeys   = 1500 * time.Millisecond
)

// reaper starts the process that keeps a deadline. The tmux server is its
// parent, so that nobody here has to wait for it.
func (l *Launcher) reaper(ctx context.Context, p pane, deadline time.Duration) error {
	self, err := l.self()
	if err != nil {
		return err
	}
	now := time.Now()
	polite := time.Duration(len(p.stopKeys))*betweenKeys + afterKeys
	doc, err := json.Marshal(reaping{
		Tmux: l.opts.Tmux, Socket: l.client.socket, Pane: p.id, Keys: p.stopKeys, Generation: p.Generation, Leader: p.identity,
		Term: now.Add(min(polite, deadline/2)), Kill: now.Add(deadline),
	})
	if err != nil {
		return err
	}
	_, err = l.client.run(ctx, nil, "run-shell", "-b", helper(self, stepReap, string(doc)))
	if err != nil {
		return fmt.Errorf("start the reaper of session %q: %w", p.Session, err)
	}
	return nil
}

// helper is the shell command that runs one of our helpers. Tmux hands it to a
// shell after having replaced its own formats.
func helper(self []string, step, argument string) string {
	words := append(append([]string(nil), self...), step, argument)
	return strings.ReplaceAll("exec "+quotedAll(words), "#", "##")
}

// reap presses a session's stop keys, waits for the end of its leader, and
// kills what is left of the session at the deadline.
func reap(ctx context.Context, doc string) error {
	var r reaping
	if err := json.Unmarshal([]byte(doc), &r); err != nil {
		return err
	}
	kin := proc.Kin{Generation: r.Generation, Leader: r.Leader}
	errs := []error{r.press(ctx)}
	termed := len(r.Keys) == 0
	for wait := 5 * time.Millisecond; time.Now().Before(r.Kill); wait = min(2*wait, 100*time.Millisecond) {
		there, err := r.Leader.Alive()
		if err != nil || !there {
			return errors.Join(append(errs, err)...)
		}
		if !termed && !time.Now().Before(r.Term) {
			termed = true
			errs = append(errs, terminate(r.Leader))
		}
		if err := proc.Pause(ctx, min(wait, time.Until(r.Kill))); err != nil {
			return err
		}
	}
	_, err := kin.Sweep(ctx)
	return errors.Join(append(errs, err)...)
}

func (r reaping) press(ctx context.Context) error {
	c := client{program: r.Tmux, socket: r.Socket}
	p := pane{id: r.Pane}
	p.Generation = r.Generation
	for _, key := range r.Keys {
		if _, err := c.run(ctx, nil, guarded(p, []string{alive}, "copy-mode -q -t "+p.id+" ; send-keys -t "+p.id+" -- "+quoted(key), "")...); err != nil {
			return err
		}
		if err := proc.Pause(ctx, betweenKeys); err != nil {
			return err
		}
	}
	return nil
}
