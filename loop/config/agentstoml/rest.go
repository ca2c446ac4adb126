package agentstoml

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
)

// origin says what is watched, where pawl would not find it by itself: it looks
// at the repository around pawl.yaml.
func (c *converter) origin() (b block) {
	if c.Repository != nil {
		here, there := c.Repository(c.Target), c.Repository(c.repository())
		switch repo := c.loop.repo; {
		case there.URL == "" && here.URL == "":
			c.lost(repo.at, "loop.handoff.repo", quote(c.repository())+" has no remote origin", "set origin.url, or add the remote")
		case there.URL == "":
			c.lost(repo.at, "loop.handoff.repo", quote(c.repository())+" has no remote origin; that of the repository around pawl.yaml is watched", "set origin.url if another one is meant")
		case there.URL != here.URL && hasPassword(there.URL):
			c.lost(repo.at, "loop.handoff.repo", "the URL of its origin has a password in it", "set origin.url without, and let git ask a credential helper")
		case there.URL != here.URL:
			b.put(0, repo.at, "url", scalar(there.URL))
		}
		if there.Main && there.Head != "" && there.Head != "main" {
			b.put(0, c.loop.repo.at, "branch", "main")
		}
	}
	if poll := c.watchdog.signalInterval; poll.ok && poll.v != 15*time.Second {
		b.put(0, poll.at, "poll", duration(poll.v))
	}
	return b
}

func hasPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has || u.Scheme != "ssh"
}

func (c *converter) supervise() (b block) {
	w := c.watchdog
	if g := w.stallGrace; g.ok && g.v != 3*time.Minute {
		b.put(0, g.at, "stall_grace", duration(g.v))
	}
	probe, slack := w.limitProbe, w.limitSlack
	var limit block
	if probe.ok && probe.v != 5*time.Minute {
		limit.put(1, probe.at, "probe", duration(probe.v))
	}
	if slack.ok && slack.v != 45*time.Second {
		limit.put(1, slack.at, "slack", duration(slack.v))
	}
	if len(limit) > 0 {
		b.put(0, max(probe.at, slack.at), "limit", "")
		b = append(b, limit...)
	}
	return b
}

func (c *converter) serviceKeys() (b block) {
	for _, s := range c.services {
		key := "service " + s.name.v
		dir := c.absolute(s.dir.or("."))
		argv, err := c.serviceArgv(s, dir)
		if err != nil {
			c.fault(s.command.at, config.KindValue, fmt.Sprintf("%s has the command %s: %v", key, quote(s.command.v), err), "write one that a shell can run")
			continue
		}
		b.put(0, s.at, s.name.v, "")
		b.put(1, s.command.at, "command", list(argv))
		if dir != c.Target {
			b.put(1, max(s.dir.at, s.at), "dir", scalar(c.shorten(dir)))
		}
		if name := c.session(given[string]{}, s.name); name != "" {
			b.put(1, s.name.at, "session", scalar(name))
		}
	}
	return b
}

func (c *converter) serviceArgv(s service, dir string) ([]string, error) {
	cmd, err := splitCommand(s.command.v, c.home)
	switch {
	case err != nil:
		return nil, err
	case cmd.why != "":
		script := cmd.script
		if cmd.runs {
			script = "exec " + script
		}
		c.tell(s.command.at, "service "+s.name.v+".command", "runs in sh, because "+cmd.why, "")
		return []string{"sh", "-c", script}, nil
	}
	// A program beside the service is looked for in pawl.yaml's folder otherwise.
	if program := cmd.argv[0]; strings.Contains(program, "/") && !filepath.IsAbs(program) {
		cmd.argv[0] = filepath.Join(dir, program)
	}
	return cmd.argv, nil
}

// tellRest lists what has no place in pawl.yaml.
func (c *converter) tellRest() {
	l, w := c.loop, c.watchdog
	if c.logDir.ok {
		c.lost(c.logDir.at, "defaults.log_dir", "logs and state are in .pawl beside pawl.yaml", "keep the old logs as long as they are of use, or set state_dir")
	}
	if !c.sessionPrefix.ok {
		c.tell(0, "defaults.session_prefix", "is missing; sessions are called "+c.project+"-NAME", "")
	}
	if w.heavyInterval.ok {
		c.lost(w.heavyInterval.at, "watchdog.heavy_interval", "pawl has one kind of pass, which costs one tmux call", "supervise.interval says how often sessions are looked at")
	}
	if l.trigger.ok {
		c.lost(l.trigger.at, "loop.on_complete.trigger_file", "pawl reads from origin that the last phase is done, and runs on_complete once", "call pawl phase next where the file was written by hand")
	}
	if l.resumePhase.ok {
		c.lost(l.resumePhase.at, "loop.resume_phase", "pawl begins with the first phase that is not done", setPhase(l.resumePhase.v))
	}
	c.tellIndex()
	if len(l.phases) > 0 && l.kickoff.v == "" {
		c.tell(l.phases[0].at, "loop.kickoff_template", "is not there, and pawl's own goes before the role's prompt: it says how claims, reviews and letters work",
			"for another one write prompts/kickoff.md")
	}
	for _, a := range c.agents {
		if !a.backend.ok && !c.defaults.backend.ok && len(c.backends) > 0 {
			c.tell(a.at, "agent "+a.name.v+".backend", "is named nowhere; claude is taken", "")
		}
	}
	for _, a := range c.agents {
		for _, key := range []struct{ old, flag string }{{"AGENT_MODEL_", "--model"}, {"AGENT_BACKEND_", "--adapter"}} {
			if value, ok := envValue(c.Env, key.old+a.name.v); ok {
				c.lost(0, key.old+a.name.v, "is set in this environment, for this once: it is not in pawl.yaml", "pawl up "+a.name.v+" "+key.flag+" "+handoff.Clean(value, 60))
			}
		}
	}
}

func envValue(env []string, name string) (value string, ok bool) {
	for _, kv := range env {
		if v, found := strings.CutPrefix(kv, name+"="); found && v != "" {
			value, ok = v, true
		}
	}
	return value, ok
}

func setPhase(phase string) string {
	return "if that is another one: pawl phase set " + handoff.Clean(phase, 60) + ", and then pawl phase release"
}

// tellIndex says where the old loop stood, if that can be known.
func (c *converter) tellIndex() {
	l := c.loop
	if len(l.phases) == 0 || (!c.logDir.ok && !l.stateFile.ok) {
		return
	}
	file := filepath.Join(c.absolute(c.logDir.v), "state", l.stateFile.or("phase-idx"))
	key, at := "loop.state_file", l.stateFile.at
	if !l.stateFile.ok {
		key, at = "defaults.log_dir", c.logDir.at
	}
	text, err := c.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	index, parseErr := strconv.Atoi(strings.TrimSpace(string(text)))
	switch {
	case err != nil:
		c.lost(at, key, quote(file)+" cannot be read: "+err.Error(), "")
	case parseErr != nil || index < 0 || index > len(l.phases):
		c.lost(at, key, fmt.Sprintf("%s has %s, which is no phase's index", quote(file), quote(strings.TrimSpace(string(text)))), "")
	case index == len(l.phases):
		c.lost(at, key, "the old loop was past its last phase", "")
	default:
		c.lost(at, key, fmt.Sprintf("the old loop stood at index %d, %s; pawl begins with the first phase that is not done on origin", index, quote(l.phases[index].id.v)), setPhase(strconv.Itoa(index)))
	}
}

// maxNote bounds what one note puts into the file and onto the screen.
const maxNote = 1000

// remark makes a text fit for a line of comment.
func remark(text string) string { return handoff.Clean(text, maxNote) }

// wrapped is a note as a comment of one line or more.
func wrapped(text string) string {
	const width = 110
	var out strings.Builder
	row := "# -"
	for _, word := range strings.Fields(remark(text)) {
		if len(row)+1+len(word) > width && len(row) > len("# - ") {
			out.WriteString(row + "\n")
			row = "#  "
		}
		row += " " + word
	}
	out.WriteString(row + "\n")
	return out.String()
}
