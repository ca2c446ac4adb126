package trial

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/atomicfile"
	"pawl/loop/launcher/proc"
	"pawl/loop/sim/actor"
	"pawl/loop/sim/tui"
)

// killSession ends an agent's or a worker's own process.
func (p *play) killSession(s Step) error {
	screens := p.screens()
	workers, err := p.workerIDs()
	if err != nil {
		return err
	}
	return p.endOne(s, append(p.agents(), workers...), func(agent string) (int, error) {
		if slices.Contains(screens, agent) {
			return p.paneOf(agent)
		}
		pid, _, err := p.pids(agent)
		return pid, err
	})
}

// killKeeper ends the process that keeps a session without a screen.
func (p *play) killKeeper(s Step) error {
	screens := p.screens()
	workers, err := p.workerIDs()
	if err != nil {
		return err
	}
	agents := slices.DeleteFunc(append(p.agents(), workers...), func(a string) bool { return slices.Contains(screens, a) })
	return p.endOne(s, agents, func(agent string) (int, error) {
		_, keeper, err := p.pids(agent)
		return keeper, err
	})
}

// endOne kills the process of one agent: of the one that was drawn, or else of the next
// that has one.
func (p *play) endOne(s Step, agents []string, process func(agent string) (int, error)) error {
	drawn := s.random().IntN(len(agents))
	for i := range agents {
		agent := agents[(drawn+i)%len(agents)]
		pid, err := process(agent)
		if err != nil {
			return err
		}
		if pid > 1 { // 1 is the parent of what its own parent left
			return p.end(pid, agent)
		}
	}
	return notMade("no session ran then that could be killed")
}

// end kills a process that the sessions of some agents end with.
func (p *play) end(pid int, agents ...string) error {
	p.mu.Lock()
	for _, agent := range agents {
		p.ended[agent]++
	}
	p.mu.Unlock()
	err := system.Signal(pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return notMade("what was to be killed had just ended")
	}
	return err
}

// tmux asks the loop's server, which may not be there: then the answer is empty.
func (p *play) tmux(args ...string) string {
	out, err := p.run(p.ctx, "tmux", append([]string{"-S", p.socket()}, args...)...)
	if err != nil {
		return ""
	}
	return out
}

func (p *play) paneOf(agent string) (int, error) {
	for line := range strings.Lines(p.tmux("list-panes", "-a", "-F", "#{session_name} #{pane_dead} #{pane_pid}")) {
		words := strings.Fields(line)
		if len(words) == 3 && words[0] == p.project()+"-"+agent && words[1] == "0" {
			return strconv.Atoi(words[2])
		}
	}
	return 0, nil
}

func (p *play) killServer(Step) error {
	pid, err := strconv.Atoi(p.tmux("display-message", "-p", "#{pid}"))
	if err != nil {
		return notMade("no tmux server ran then")
	}
	return p.end(pid, p.screens()...)
}

// orderTime is how long a screen may take to see an order.
const orderTime = 3 * time.Second

// order tells agents that draw screens what to do, waits for one to obey and then as
// long as it lasts, and takes it back from those that start later.
func (p *play) order(agents []string, order string, lasts time.Duration, end string) error {
	since := time.Now()
	for _, agent := range agents {
		if err := tui.Tell(p.control(agent), order); err != nil {
			return err
		}
	}
	err := p.obeyed(agents, order, since)
	if err == nil {
		err = proc.Pause(p.ctx, lasts)
	}
	for _, agent := range agents {
		if removed := os.Remove(p.control(agent)); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
		if end != "" {
			err = errors.Join(err, tui.Tell(p.control(agent), end))
		}
	}
	return err
}

// obeyed waits until one of the agents has noted that it obeys an order.
func (p *play) obeyed(agents []string, order string, since time.Time) error {
	for limit := since.Add(orderTime); time.Now().Before(limit); {
		for _, agent := range agents {
			entries, err := tui.ReadRecord(p.screenRecord(agent))
			if err != nil {
				return err
			}
			if slices.ContainsFunc(entries, func(e tui.Entry) bool { return e.Order == order && e.Time.After(since) }) {
				return nil
			}
		}
		if err := proc.Pause(p.ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return notMade("no screen of " + strings.Join(agents, ", ") + " was there to obey")
}

func (p *play) swallowEnter(s Step) error {
	random, screens := s.random(), p.screens()
	agent := screens[random.IntN(len(screens))]
	return p.order([]string{agent}, fmt.Sprintf("swallow %d", 1+random.IntN(2)), 0, "")
}

// limit is one for all that share the account.
func (p *play) limit(s Step) error {
	seconds := max(int(s.Lasts/time.Second), 1)
	text := fmt.Sprintf("You have hit your limit · try again in %d seconds", seconds)
	file := filepath.Join(p.record(), actor.LimitFile)
	if err := atomicfile.Write(file, []byte(text)); err != nil {
		return err
	}
	return errors.Join(p.order(p.screens(), "limit "+text, s.Lasts, "nolimit"), os.Remove(file))
}
