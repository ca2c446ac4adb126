package trial

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
	"pawl/loop/sim/tui"
)

// session is one of an agent's, as its program noted itself when it began.
type session struct {
	generation  string
	at          time.Time
	pid, keeper int // without a screen: the program's process and that one's parent
}

// sessions are all that an agent had, the oldest first.
func (p *play) sessions(agent string) ([]session, error) {
	var out []session
	entries, err := tui.ReadRecord(p.screenRecord(agent))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Started != "" {
			out = append(out, session{generation: e.Generation, at: e.Time})
		}
	}
	files, err := filepath.Glob(filepath.Join(p.record(), agent+".*"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		line, err := firstLine(file)
		if err != nil {
			return nil, err
		}
		var at int64
		var pid, keeper int
		if _, err := fmt.Sscanf(line, "%d started %d %d", &at, &pid, &keeper); err == nil {
			generation := strings.TrimPrefix(filepath.Base(file), agent+".")
			out = append(out, session{generation, time.Unix(0, at), pid, keeper})
		}
	}
	slices.SortFunc(out, func(a, b session) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.generation, b.generation)) })
	return out, nil
}

func firstLine(path string) (line string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewScanner(f)
	in.Scan()
	return in.Text(), in.Err()
}

// pids are the process of an agent's newest session, and that process's parent; 0
// where it has ended, or none has begun yet.
func (p *play) pids(agent string) (pid, keeper int, err error) {
	all, err := p.sessions(agent)
	if err != nil || len(all) == 0 {
		return 0, 0, err
	}
	newest := all[len(all)-1]
	if newest.pid == 0 || system.Signal(newest.pid, syscall.Signal(0)) != nil {
		return 0, 0, nil
	}
	return newest.pid, newest.keeper, nil
}

// checkSessions holds the sessions that began against those that a fault or a new
// phase ended: one more was ended by the loop itself, which a doubt must never do, or
// begun beside another. The faults are over by then.
func (p *play) checkSessions() error {
	for _, agent := range p.agents() {
		all, err := p.sessions(agent)
		if err != nil {
			return err
		}
		due := 1 + p.ended[agent]
		if agent != auditor {
			due += p.plan.Phases - 1
		}
		if len(all) > due {
			p.violated("%s began %d sessions, and faults and phases account for %d: the loop itself ended one, or began one beside another", agent, len(all), due)
		}
	}
	return nil
}

// endLeftovers ends sessions that `pawl down` left behind, which it must not. They are
// known by their processes' environment, which macOS does not show.
func (p *play) endLeftovers(ctx context.Context) error {
	workers, err := p.workerIDs()
	if err != nil {
		return err
	}
	for _, agent := range append(p.agents(), workers...) {
		all, err := p.sessions(agent)
		if err != nil {
			return err
		}
		for _, s := range all {
			n, err := proc.Kin{Generation: s.generation}.Sweep(ctx)
			if err != nil {
				return err
			}
			if n > 0 {
				p.violated("%s's session %s ran on after `pawl down`", agent, s.generation)
			}
		}
	}
	return nil
}
