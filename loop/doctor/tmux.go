package doctor

import (
	"fmt"
	"strings"
)

// TmuxFacts are about the tmux program.
type TmuxFacts struct {
	Path    string   // "" where it is not on PATH
	Says    string   // what tmux -V prints
	Trouble string   // why it said nothing
	Needed  []string // the enabled agents that cannot run without it
}

const newerTmux = "install tmux 3.4 or newer"

// Tmux judges the tmux program. The youngest thing that every start needs is
// the option remain-on-exit-format of 3.3: an older tmux refuses it, and with
// it all that follows in the same call. Pane options are of 3.0, source-file -
// of 3.1. A paste into a dead pane ended the server until 3.4.
func Tmux(f TmuxFacts) Finding {
	const check = "tmux/program"
	if f.Path == "" {
		if len(f.Needed) > 0 {
			return fail(check, "tmux is not on PATH, and "+strings.Join(f.Needed, ", ")+" cannot run without", newerTmux)
		}
		return warn(check, "tmux is not on PATH: agents run without terminals, and nobody can look at them", newerTmux)
	}
	if f.Trouble != "" {
		return fail(check, f.Path+": "+f.Trouble, newerTmux)
	}
	v, known := ParseVersion(f.Says)
	switch {
	case !known:
		return warn(check, fmt.Sprintf("%s says %q, which has no version in it", f.Path, Text(f.Says)), "pawl needs tmux 3.3 or newer")
	case v.before(3, 3):
		return fail(check, fmt.Sprintf("tmux %s at %s refuses the option remain-on-exit-format, which came with 3.3: no session can start", v, f.Path), newerTmux)
	case v.before(3, 4):
		return warn(check, fmt.Sprintf("%s at %s: a paste into a dead pane ends this server with all its sessions (pawl guards against it), and it misses the end of a program now and then (pawl nudges it)", v, f.Path),
			newerTmux+"; do not paste by hand into a pane whose program has ended")
	}
	return okay(check, fmt.Sprintf("%s at %s; it misses the end of a program now and then, and pawl nudges it", v, f.Path))
}

// ServerFacts are about the tmux server of one launcher.
type ServerFacts struct {
	Launcher string
	Socket   string
	Absent   bool   // no server runs
	Trouble  string // why it does not answer
	Ours     int    // sessions of this project
	Others   int    // sessions of other projects
	Strange  int    // sessions that no pawl started
}

// Server judges one tmux server.
func Server(f ServerFacts) Finding {
	check := "tmux/server " + f.Launcher
	switch {
	case f.Trouble != "":
		return fail(check, f.Socket+": "+f.Trouble,
			"see what its process does: pgrep -af tmux; if it hangs for good, kill it, and pawl starts its sessions again")
	case f.Absent:
		return okay(check, "no server runs at "+f.Socket+"; the first start brings one up")
	}
	found := fmt.Sprintf("answers at %s: %s of this project", f.Socket, Count(f.Ours, "session"))
	if f.Others > 0 {
		found += fmt.Sprintf(", %d of other projects", f.Others)
	}
	if f.Strange > 0 {
		found += fmt.Sprintf(", %d not started by pawl", f.Strange)
	}
	return okay(check, found)
}
