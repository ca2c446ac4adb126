package loop

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop/adapter"
	"pawl/loop/atomicfile"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// spec is what a session is started from: argv, environment and prompt of its
// agent, as the configuration has them now.
func (e *Engine) spec(cfg *config.Config, branch string, row ledger.Session) (launcher.Spec, error) {
	spec := launcher.Spec{
		Ref:   launcher.Ref{Session: row.Name, Generation: row.Generation},
		Agent: row.Agent, Owner: Owner(cfg.Path, row.Agent), Phase: row.Phase,
		Log: LogPath(cfg, row.Agent),
	}
	if svc, ok := service(cfg, row.Agent); ok {
		spec.Argv, spec.Dir = svc.Command, svc.Dir
		env := ServiceAgent(svc)
		spec.Env, spec.Own = e.environment(cfg, env, row, "")
		return spec, nil
	}
	a, ok := cfg.Agent(row.Agent)
	if !ok {
		return spec, fmt.Errorf("the configuration has no agent %q", row.Agent)
	}
	p, ok := cfg.Profile(row.Adapter, row.Mode)
	if !ok {
		return spec, fmt.Errorf("adapter %q of agent %s is not known", row.Adapter, a.Name)
	}
	if _, draws := launcher.AsTerminal(e.where()[row.Launcher]); p.NeedsTerminal() && !draws {
		return spec, fmt.Errorf("adapter %s of agent %s %w, and launcher %s has none; use launcher: tmux, or a program that reads lines", p.Name, a.Name, launcher.ErrTerminal, row.Launcher)
	}
	text, err := Prompt(cfg, a, row.Phase, branch)
	if err != nil {
		return spec, err
	}
	file, err := writePrompt(cfg, row, text)
	if err != nil {
		return spec, err
	}
	spec.Dir, spec.StopKeys, spec.Prompt = a.Dir, p.Stop, text
	spec.Env, spec.Own = e.environment(cfg, a, row, file)
	data := adapter.Data{Prompt: text, PromptFile: file, Session: row.Name, Agent: a.Name, Role: a.Role, Dir: a.Dir}
	if row.Mode == adapter.ModeTurns {
		if a.Worker != nil {
			p, _ = p.HeldTo(a.Worker.Allow)
		}
		order, err := e.turnOrder(cfg, a, row, p, data)
		spec.Argv, spec.Stdin = e.Runner, string(order)
		return spec, err
	}
	conversation := ""
	if row.Resume {
		conversation, data.Prompt = row.Talk.ID, ""
		if row.Talk.Unfinished {
			data.Prompt = goOnTurn
		}
	}
	if spec.Env, err = e.installHooks(cfg, row, p, &data, spec.Env); err != nil {
		return spec, err
	}
	argv, err := p.Argv(data, row.Model, conversation)
	if err != nil {
		return spec, err
	}
	spec.Argv = slices.Concat(a.Wrap, argv)
	if p.Prompt == adapter.PromptStdin {
		spec.Stdin = data.Prompt
	}
	return spec, nil
}

// LogPath is where a session's output goes.
func LogPath(cfg *config.Config, agent string) string {
	return filepath.Join(cfg.StateDir, "logs", agent+".log")
}

func service(cfg *config.Config, name string) (config.Service, bool) {
	for _, s := range cfg.Services {
		if s.Name == name {
			return s, true
		}
	}
	return config.Service{}, false
}

// environment is that of an agent with what pawl tells every session, and the
// names in it that are the session's own.
func (e *Engine) environment(cfg *config.Config, a config.Agent, row ledger.Session, promptFile string) (env, own []string) {
	told := []string{
		"PAWL_AGENT=" + a.Name, "PAWL_ROLE=" + a.Role, "PAWL_PROJECT=" + cfg.Project, "PAWL_PHASE=" + row.Phase,
		"PAWL_GENERATION=" + row.Generation, "PAWL_CONFIG=" + cfg.Path, "PAWL_PROMPT_FILE=" + promptFile,
	}
	for _, kv := range told {
		name, _, _ := strings.Cut(kv, "=")
		own = append(own, name)
	}
	for _, v := range a.Env {
		own = append(own, v.Name)
	}
	given := AgentEnv(e.Env(), a)
	// What signs for pawl is not for agents, unless their own entries name it.
	for _, name := range cfg.SecretVariables() {
		if !slices.Contains(own, name) {
			given = slices.DeleteFunc(given, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
		}
	}
	return last(append(given, told...)), own
}

// AgentEnv is the environment of `pawl up`, without what belongs to its caller
// alone, and the agent's own entries, in which ${NAME} stands for one of the
// former. Each name is in it once, as a program may see the first or the last
// of two.
func AgentEnv(env []string, a config.Agent) []string {
	base := slices.DeleteFunc(slices.Clone(env), foreign)
	lookup := func(name string) string { return EnvValue(base, name) }
	for _, v := range a.Env {
		base = append(base, v.Name+"="+os.Expand(v.Value, lookup))
	}
	return last(base)
}

// EnvValue is the last value of a variable in an environment; "" without one.
func EnvValue(env []string, name string) string {
	for _, kv := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

// gitLocal are the variables with which git tells its hooks about one
// repository (git rev-parse --local-env-vars). In an agent they would make
// every git command work on that one.
var gitLocal = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX",
	"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE",
	"GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS", "GIT_INTERNAL_SUPER_PREFIX",
	"GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
}

// ofTerminal are the variables that tell of the terminal in which `pawl up` was
// called. An agent that runs tmux must not act on the person's own server.
var ofTerminal = []string{"TMUX", "TMUX_PANE", "TMUX_TMPDIR", "STY", "WINDOW", "COLUMNS", "LINES", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"}

// foreign says that an entry of the caller's environment does not belong into a session.
func foreign(kv string) bool {
	name, _, _ := strings.Cut(kv, "=")
	return strings.HasPrefix(name, "PAWL_") || slices.Contains(gitLocal, name) || slices.Contains(ofTerminal, name)
}

// last keeps the last entry of each name.
func last(env []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, kv := range slices.Backward(env) {
		if name, _, _ := strings.Cut(kv, "="); !seen[name] {
			seen[name] = true
			out = append(out, kv)
		}
	}
	slices.Reverse(out)
	return out
}

// writePrompt keeps a session's prompt where the session, and later a person,
// can read it.
func writePrompt(cfg *config.Config, row ledger.Session, text string) (string, error) {
	path := PromptPath(cfg, row.Agent, row.Generation)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, atomicfile.Write(path, []byte(text))
}

// PromptPath is the file with the kickoff prompt of one session.
func PromptPath(cfg *config.Config, agent, generation string) string {
	return filepath.Join(cfg.StateDir, "prompts", agent+"-"+generation+".md")
}
