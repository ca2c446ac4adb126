package agentstoml

import (
	"time"

	"pawl/loop/config"
)

// The structs below are the schema of agents.toml, version 0.1.0 of the tool.

type document struct {
	defaults      agent // the keys that all agents share
	sessionPrefix given[string]
	logDir        given[string]
	projectDir    given[string]

	watchdog watchdog
	backends []backend
	loop     loop
	agents   []agent
	services []service
}

type watchdog struct {
	signalInterval, heavyInterval, stallGrace, limitProbe, limitSlack given[time.Duration]
}

type backend struct {
	name, path string
	at         int

	bin, flags, promptDelivery, processName, submitKey given[string]
	activeRE, limitRE, fatalRE                         given[string]
	footerUI                                           given[bool]
	logGrace, stallIdle, connectDelay                  given[time.Duration]
	supportsResume, remoteControl                      given[bool]
	resumeFlag, remoteControlFlag, modelFlag, modelEnv given[string]
	preamble, attach, server                           given[string]
}

type loop struct {
	phases                                                  []phase
	kickoff, rolesDir, doneMarker, stateFile                given[string]
	resumePhase                                             given[string]
	autoAdvance                                             given[bool]
	repo, stateSubdir, claim, review, claimPings, reviewers given[string]
	inboxes                                                 given[[]given[string]]
	onComplete, trigger                                     given[string]
}

type phase struct {
	at               int
	id, plan, status given[string]
	models           []named
}

// named is a text under a name of the user's own.
type named struct {
	name string
	text given[string]
}

type agent struct {
	at                                                                        int
	name, kind, role, backend, model, dir, session, watch, prompt, promptFile given[string]
	enabled                                                                   given[bool]
	resume                                                                    given[string] // true, false, or a conversation's id
	wake                                                                      wake
}

type wake struct {
	at         int
	ok         bool
	interval   given[time.Duration]
	promptFile given[string]
}

type service struct {
	at                 int
	name, command, dir given[string]
}

func (r *report) document(root *table) (d document) {
	top := r.section("", &value{table: root})
	defaults := top.sub("defaults")
	d.sessionPrefix, d.logDir, d.projectDir = defaults.text("session_prefix"), defaults.text("log_dir"), defaults.text("project_dir")
	d.defaults = readAgent(defaults)
	defaults.close()
	d.watchdog = readWatchdog(top.sub("watchdog"))
	backends := top.sub("backend")
	for _, e := range backends.table.entries {
		d.backends = append(d.backends, readBackend(e.name, backends.sub(e.name)))
	}
	d.loop = readLoop(top.sub("loop"))
	for _, s := range top.tables("agent") {
		a := readAgent(s)
		if a.name = s.text("name"); !a.name.ok && !s.has("name") {
			r.fault(s.at, config.KindMissing, "the agent has no name", `add name = "…"`)
		}
		s.close()
		d.agents = append(d.agents, a)
	}
	for _, s := range top.tables("service") {
		d.services = append(d.services, readService(s))
	}
	top.close()
	if len(d.agents) == 0 && len(r.errs) == 0 {
		r.fault(0, config.KindMissing, "the file has no agents", "add one as [[agent]]; is it an agents.toml?")
	}
	return d
}

func readWatchdog(s *section) watchdog {
	defer s.close()
	return watchdog{
		s.seconds("signal_interval"), s.seconds("heavy_interval"), s.seconds("stall_grace"),
		s.seconds("limit_probe_fallback"), s.seconds("limit_reset_slack"),
	}
}

func readBackend(name string, s *section) backend {
	defer s.close()
	return backend{
		name: name, path: s.path, at: s.at,
		bin: s.text("bin"), flags: s.text("flags"), promptDelivery: s.text("prompt_delivery"),
		processName: s.text("process_name"), submitKey: s.text("submit_key"),
		activeRE: s.text("active_re"), limitRE: s.text("limit_re"), fatalRE: s.text("fatal_re"),
		footerUI: s.flag("footer_ui"), logGrace: s.seconds("log_grace"), stallIdle: s.seconds("stall_idle"),
		supportsResume: s.flag("supports_resume"), resumeFlag: s.text("resume_flag"),
		remoteControl: s.flag("remote_control"), remoteControlFlag: s.text("remote_control_flag"),
		modelFlag: s.text("model_flag"), modelEnv: s.text("model_env"), preamble: s.text("preamble"),
		attach: s.text("attach"), server: s.text("server"), connectDelay: s.seconds("connect_delay"),
	}
}

func readLoop(s *section) (l loop) {
	for _, p := range s.tables("phases") {
		one := phase{at: p.at, id: p.text("id"), plan: p.text("plan"), status: p.text("status")}
		models := p.sub("models")
		for _, e := range models.table.entries {
			one.models = append(one.models, named{e.name, models.text(e.name)})
		}
		p.close()
		l.phases = append(l.phases, one)
	}
	l.kickoff, l.rolesDir, l.doneMarker = s.text("kickoff_template"), s.text("roles_dir"), s.text("done_marker")
	l.stateFile, l.autoAdvance, l.resumePhase = s.text("state_file"), s.flag("auto_advance"), s.word("resume_phase")
	h := s.sub("handoff")
	l.repo, l.stateSubdir = h.text("repo"), h.text("state_subdir")
	l.claim, l.review = h.text("claim_pattern"), h.text("review_pattern")
	l.claimPings, l.reviewers, l.inboxes = h.text("claim_pings"), h.text("review_pings"), h.texts("inboxes")
	h.close()
	c := s.sub("on_complete")
	l.onComplete, l.trigger = c.text("run"), c.text("trigger_file")
	c.close()
	s.close()
	return l
}

// readAgent reads the keys of an agent, or those that all share.
func readAgent(s *section) agent {
	a := agent{
		at:   s.at,
		kind: s.text("kind"), role: s.text("role"), backend: s.text("backend"), model: s.text("model"), dir: s.text("dir"),
		session: s.text("session"), watch: s.text("watch"), prompt: s.text("prompt"), promptFile: s.text("prompt_file"),
		enabled: s.flag("enabled"), resume: s.word("resume"),
	}
	w := s.sub("wake")
	a.wake = wake{at: w.at, ok: s.has("wake"), interval: w.seconds("interval"), promptFile: w.text("prompt_file")}
	w.close()
	return a
}

func readService(s *section) service {
	defer s.close()
	one := service{at: s.at, name: s.text("name"), command: s.text("command"), dir: s.text("dir")}
	for key, g := range map[string]given[string]{"name": one.name, "command": one.command} {
		if !g.ok && !s.has(key) {
			s.fault(s.at, config.KindMissing, "the service has no "+key, `add `+key+` = "…"`)
		}
	}
	return one
}
