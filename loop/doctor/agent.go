package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// AgentFacts are about how one enabled agent is started.
type AgentFacts struct {
	Name     string
	Adapter  string
	Program  string // what the adapter's command begins with; "" when it has no command
	Command  []string
	Wrap     []string // argv before the command
	Path     string   // where the program, or with wrap its first word, was found
	Missing  string   // why it was not found
	Denied   string   // the file that would be it, were it executable; "" otherwise
	Template bool     // the program is known only at the start
	Root     bool     // the agent will run as root
	Sandbox  bool     // its environment tells Claude Code that it is in a sandbox

	Launcher string
	Refused  string // why the launcher cannot run it
	Advice   string // what to do about that
}

// Agent judges an agent's program and launcher.
func Agent(f AgentFacts) []Finding {
	list := []Finding{program(f)}
	if RefusesRoot(f) {
		list = append(list, fail(f.check("root"), "Claude Code refuses "+skipPermissions+" for root",
			"run pawl as another user, or set adapters."+f.Adapter+".command without it and with --allowedTools or --permission-mode"))
	}
	if f.Refused != "" {
		return append(list, fail(f.check("launcher"), f.Refused, f.Advice))
	}
	return append(list, okay(f.check("launcher"), f.Launcher))
}

func (f AgentFacts) check(name string) string { return AgentGroup(f.Name) + "/" + name }

// AgentGroup is the group of an agent's checks.
func AgentGroup(name string) string { return "agent " + name }

func program(f AgentFacts) Finding {
	check := f.check("program")
	switch {
	case f.Program == "":
		return fail(check, "adapter "+f.Adapter+" has no command", "set adapters."+f.Adapter+".command")
	case f.Denied != "" && len(f.Wrap) > 0:
		return fail(check, fmt.Sprintf("%q, which wrap names, is not executable", f.Wrap[0]), "chmod +x "+f.Denied)
	case f.Denied != "":
		return fail(check, NotExecutable(f.Adapter, f.Program), "chmod +x "+f.Denied)
	case f.Missing != "" && len(f.Wrap) > 0:
		return fail(check, fmt.Sprintf("%q, which wrap names, is not there: %s", f.Wrap[0], f.Missing), "install it, or change wrap of agent "+f.Name)
	case f.Missing != "":
		return fail(check, fmt.Sprintf("adapter %s runs %q, which is not there: %s", f.Adapter, f.Program, f.Missing),
			"install it and run pawl up from a shell that finds it, or set adapters."+f.Adapter+".command")
	case len(f.Wrap) > 0:
		return okay(check, fmt.Sprintf("%s, which %s will find", f.Program, f.Path))
	case f.Template:
		return okay(check, f.Program+", known only at the start")
	}
	return okay(check, f.Path)
}

// NotExecutable says what is wrong with an adapter whose program is a file that
// is not executable.
func NotExecutable(adapter, program string) string {
	return fmt.Sprintf("adapter %s runs %q, which is not executable", adapter, program)
}

// ParkedFacts are about an agent or a service that is not started again.
type ParkedFacts struct {
	Group    string // of its checks
	Name     string
	Restarts int
	Last     string // why it ended the last time; "" when that is not known
}

// Parked says that supervision gave an agent or a service up.
func Parked(f ParkedFacts) Finding {
	found := "parked after " + Count(f.Restarts, "restart")
	if f.Last != "" {
		found += ": " + f.Last
	}
	return warn(f.Group+"/parked", found, fmt.Sprintf("pawl logs %s shows why; pawl up %s starts it again", f.Name, f.Name))
}

const (
	skipPermissions = "--dangerously-skip-permissions"
	bypassMode      = "bypassPermissions" // of --permission-mode, which is the same
)

// RefusesRoot says that Claude Code would end at once. A wrapper may change the
// user.
func RefusesRoot(f AgentFacts) bool {
	return f.Root && !f.Sandbox && len(f.Wrap) == 0 && baseName(f.Program) == "claude" &&
		slices.ContainsFunc(f.Command, func(word string) bool { return word == skipPermissions || strings.HasSuffix(word, bypassMode) })
}

func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// CLIFacts are what an agent program says about itself.
type CLIFacts struct {
	Program  string   // as the command names it
	Says     string   // what --version prints
	Trouble  string   // why it said nothing
	Recorded []string // where the screens that its detectors were made from come from: "recorded, Codex 0.169.0"
}

// CLI judges the version of a program that pawl has screens of.
func CLI(f CLIFacts) Finding {
	check := "version/" + baseName(f.Program)
	if f.Trouble != "" {
		return warn(check, f.Program+" --version: "+f.Trouble, "run it by hand; if it asks for something first, answer that once")
	}
	v, known := ParseVersion(f.Says)
	if !known {
		return warn(check, fmt.Sprintf("%s --version says %q, which has no version in it", f.Program, Text(f.Says)), "see that it is the program that the adapter means")
	}
	from, recorded := newest(f.Recorded)
	if !recorded {
		return okay(check, v.String())
	}
	if v.Major != from.Major || v.Minor != from.Minor {
		return warn(check, fmt.Sprintf("%s; detectors were recorded from %s", v, from), "run pawl selftest, and try a screen of your own with pawl selftest --adapter NAME --screen FILE")
	}
	return okay(check, fmt.Sprintf("%s; detectors were recorded from %s", v, from))
}

// newest is the newest version that screens were recorded from. Those that are
// described only, from a manual or a report, do not count.
func newest(sources []string) (v Version, found bool) {
	for _, s := range sources {
		if !strings.HasPrefix(s, "recorded") {
			continue
		}
		if w, ok := ParseVersion(s); ok && (!found || w.Compare(v) > 0) {
			v, found = w, true
		}
	}
	return v, found
}
