package trial

import (
	"bufio"
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
	"pawl/loop/launcher/proc"
	"pawl/loop/sim/tui"
)

// killSession ends an agent's own process.
func (p *play) killSession(s Step) error {
	agents := p.agents()
	agent := agents[s.random().IntN(len(agents))]
	if slices.Contains(p.screens(), agent) {
		pid, err := p.paneOf(agent)
		if err != nil || pid == 0 {
			return err
		}
		return kill(pid)
	}
	pid, _, err := p.pids(agent)
	if err != nil || pid == 0 {
		return err
	}
	return kill(pid)
}

// killKeeper ends the process that keeps a session without a screen.
func (p *play) killKeeper(s Step) error {
	screens := p.screens()
	agents := slices.DeleteFunc(p.agents(), func(a string) bool { return slices.Contains(screens, a) })
	_, keeper, err := p.pids(agents[s.random().IntN(len(agents))])
	if err != nil || keeper <= 1 {
		return err
	}
	return kill(keeper)
}

// kill leaves alone what has ended.
func kill(pid int) error {
	err := system.Signal(pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// pids are the process of an agent's newest session, as it noted it itself, and
// that process's parent; 0 where it has ended or was given a new parent.
func (p *play) pids(agent string) (pid, keeper int, err error) {
	files, err := filepath.Glob(filepath.Join(p.record(), agent+".*"))
	if err != nil {
		return 0, 0, err
	}
	newest := ""
	for _, file := range files {
		line, err := firstLine(file)
		if err != nil {
			return 0, 0, err
		}
		if line > newest { // times of equal length
			newest = line
		}
	}
	var at int64
	if _, err := fmt.Sscanf(newest, "%d started %d %d", &at, &pid, &keeper); err != nil {
		return 0, 0, nil // none has started yet
	}
	if system.Signal(pid, 0) != nil {
		return 0, 0, nil
	}
	return pid, keeper, nil
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
		return nil // it has just been killed
	}
	return kill(pid)
}

// orderTime is how long a screen may take to see an order.
const orderTime = 500 * time.Millisecond

// order tells agents that draw screens what to do, and takes it back from those
// that start later.
func (p *play) order(agents []string, order string, lasts time.Duration, end string) error {
	for _, agent := range agents {
		if err := tui.Tell(p.control(agent), order); err != nil {
			return err
		}
	}
	err := proc.Pause(p.ctx, max(lasts, orderTime))
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

func (p *play) swallowEnter(s Step) error {
	random, screens := s.random(), p.screens()
	agent := screens[random.IntN(len(screens))]
	return p.order([]string{agent}, fmt.Sprintf("swallow %d", 1+random.IntN(2)), 0, "")
}

// limit is one for all that share the account.
func (p *play) limit(s Step) error {
	seconds := max(int(s.Lasts/time.Second), 1)
	text := fmt.Sprintf("limit You have hit your limit · try again in %d seconds", seconds)
	return p.order(p.screens(), text, s.Lasts, "nolimit")
}
