package main

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/doctor"
	"pawl/loop/launcher/tmux"
)

func (e *examiner) tmuxProgram(ctx context.Context) []doctor.Finding {
	f := doctor.TmuxFacts{Path: e.p.tmuxProgram()}
	if f.Path == "" {
		for _, a := range e.cfg.Agents {
			if a.Enabled && (e.p.launcherFor(a).Type == "tmux" || e.cfg.ProfileOf(a).NeedsTerminal()) {
				f.Needed = append(f.Needed, a.Name)
			}
		}
		return []doctor.Finding{doctor.Tmux(f)}
	}
	says, err := ask(ctx, question{program: f.Path, args: []string{"-V"}, env: e.tmuxEnv(), dir: "/"})
	f.Says = firstWords(says)
	if err != nil {
		f.Trouble = err.Error()
	}
	return []doctor.Finding{doctor.Tmux(f)}
}

// tmuxEnv has no variable that leads to another server than the launcher's.
func (e *examiner) tmuxEnv() []string {
	return slices.DeleteFunc(slices.Clone(e.env), func(kv string) bool {
		return strings.HasPrefix(kv, "TMUX=") || strings.HasPrefix(kv, "TMUX_")
	})
}

// tmuxServers are the checks of the servers, one for each launcher.
func (e *examiner) tmuxServers() []check {
	program := e.p.tmuxProgram()
	if program == "" {
		return nil
	}
	var list []check
	for _, name := range slices.Sorted(maps.Keys(e.cfg.Launchers)) {
		if e.cfg.Launchers[name].Type == "tmux" {
			list = append(list, func(ctx context.Context) []doctor.Finding {
				return []doctor.Finding{doctor.Server(e.tmuxServer(ctx, program, name))}
			})
		}
	}
	return list
}

// tmuxServer asks a server for its panes. A question does not start one.
func (e *examiner) tmuxServer(ctx context.Context, program, name string) doctor.ServerFacts {
	f := doctor.ServerFacts{Launcher: name, Socket: socketPath(e.cfg.Launchers[name], e.uid)}
	if _, err := os.Stat(f.Socket); errors.Is(err, fs.ErrNotExist) {
		f.Absent = true
		return f
	}
	out, err := ask(ctx, question{
		program: program, env: e.tmuxEnv(), dir: "/",
		args: []string{"-u", "-f", "/dev/null", "-S", f.Socket, "list-panes", "-a", "-F", "#{session_id} #{@pawl}"},
	})
	if err != nil {
		f.Absent = noServer(err)
		if !f.Absent {
			f.Trouble = err.Error()
		}
		return f
	}
	e.countSessions(out, &f)
	return f
}

// noServer says that a socket is one that its server left behind.
func noServer(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "no server running on ") ||
		strings.HasPrefix(text, "error connecting to ") && (strings.Contains(text, "No such file") || strings.Contains(text, "Connection refused"))
}

// socketPath is where tmux puts the socket of a launcher's server.
func socketPath(l config.Launcher, uid int) string {
	socket := socketOf(l)
	if filepath.IsAbs(socket) {
		return socket
	}
	return filepath.Join("/tmp/tmux-"+strconv.Itoa(uid), socket)
}

// countSessions tells this project's sessions from those of others, by the
// owner in the mark of their panes.
func (e *examiner) countSessions(panes string, f *doctor.ServerFacts) {
	owners := map[string]bool{}
	for _, name := range e.cfg.Names() {
		owners[loop.Owner(e.cfg.Path, name)] = true
	}
	const ours, others, strange = 3, 2, 1 // a session counts as the most of its panes
	sessions := map[string]int{}
	for line := range strings.Lines(panes) {
		session, mark, _ := strings.Cut(strings.TrimSpace(line), " ")
		if session == "" {
			continue
		}
		kind := strange
		if owner, known := tmux.OwnerOf(mark); owners[owner] && known {
			kind = ours
		} else if mark != "" {
			kind = others
		}
		sessions[session] = max(sessions[session], kind)
	}
	for _, kind := range sessions {
		switch kind {
		case ours:
			f.Ours++
		case others:
			f.Others++
		default:
			f.Strange++
		}
	}
}
