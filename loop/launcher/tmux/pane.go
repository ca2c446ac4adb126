package tmux

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pawl/loop/launcher/plain"
	"pawl/loop/launcher/proc"
)

// pane is one line of tmux's list: one session of ours.
type pane struct {
	meta
	id       string // "%5": good until the server ends
	pid      int
	dead     bool
	status   string // exit code of a dead pane; "" without one
	signal   string // number of the signal that ended it; "" without one
	diedAt   time.Time
	activity time.Time // when it last printed
	tty      string
	journal  int // bytes of the journal
	size     string
	program  string   // name of the program in the foreground
	piped    bool     // somebody reads it
	stopKeys []string // polite keys, as tmux names them
	lying    message  // pasted last, and not known to be taken
	server   int      // pid of the tmux server
	title    string

	identity proc.Identity // of the agent's process; zero when it is gone
	undead   bool          // tmux takes it to be alive, and its process has ended
}

func (p pane) ended() bool { return p.dead || p.undead }

// unsettled says that the program has ended and that tmux does not know how: it
// closes a pane whose terminal was closed before it hears of the exit status.
func (p pane) unsettled() bool { return p.undead || p.dead && p.status == "" && p.signal == "" }

// separator stands between the fields of the list. Nothing before the title can
// hold it.
const separator = "|"

var paneFormat = strings.Join([]string{
	"#{@pawl}", "#{pane_id}", "#{pid}", "#{pane_pid}", "#{pane_dead}", "#{pane_dead_status}", "#{pane_dead_signal}", "#{pane_dead_time}",
	"#{window_activity}", "#{pane_tty}", "#{n:@pawl_told}", "#{pane_width}x#{pane_height}", "#{pane_pipe}", "#{@pawl_stop}", "#{@pawl_text}", "#{pane_title}",
}, separator)

// parsePane reads one line of the list; false for a pane that is not ours.
func parsePane(line string) (pane, bool, error) {
	f := strings.SplitN(line, separator, strings.Count(paneFormat, separator)+1)
	if f[0] == "" {
		return pane{}, false, nil
	}
	m, err := parseMeta(f[0])
	if err != nil || len(f) != strings.Count(paneFormat, separator)+1 {
		// Somebody else's, or of another version of pawl: not ours to touch.
		return pane{}, false, nil
	}
	p := pane{meta: m, id: f[1], dead: f[4] == "1", status: f[5], signal: f[6], tty: f[9], size: f[11], piped: f[12] == "1", stopKeys: parseKeys(f[13]), lying: parseMessage(f[14]), title: plain.Row(f[15])}
	if p.server, err = strconv.Atoi(f[2]); err != nil {
		return pane{}, false, fmt.Errorf("pane %s has a server with pid %.20q", p.id, f[2])
	}
	if p.pid, err = strconv.Atoi(f[3]); err != nil {
		return pane{}, false, fmt.Errorf("pane %s has pid %.20q", p.id, f[3])
	}
	if p.journal, err = strconv.Atoi(f[10]); err != nil {
		return pane{}, false, fmt.Errorf("pane %s has a journal of %.20q bytes", p.id, f[10])
	}
	p.diedAt, p.activity = seconds(f[7]), seconds(f[8])
	return p, true, nil
}

// seconds reads a time of tmux's; zero where there is none.
func seconds(text string) time.Time {
	s, err := strconv.ParseInt(text, 10, 64)
	if err != nil || s <= 0 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}

// look asks the kernel about the pane's process: tmux can miss its end.
func (p *pane) look() error {
	if p.dead {
		return nil
	}
	id, program, there, err := proc.Look(p.pid)
	p.identity, p.program, p.undead = id, plain.Row(program), err == nil && !there
	return err
}
