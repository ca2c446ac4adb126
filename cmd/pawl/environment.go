package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop"
	"pawl/loop/atomicfile"
)

func (p *project) envFile() string { return filepath.Join(p.cfg.StateDir, "env.json") }

// recordEnvironment keeps the environment of `pawl up` for every later start:
// cron's bare PATH must not matter.
func (p *project) recordEnvironment() error {
	doc, err := json.Marshal(p.withSecrets(ownEnvironment()))
	if err != nil {
		return err
	}
	return atomicfile.Write(p.envFile(), doc)
}

// environment is what up recorded, else this process's own. For up itself it is
// this process's: that is what will be recorded.
func (p *project) environment() []string {
	if env := p.recorded(); env != nil && !p.fresh {
		return env
	}
	return p.withSecrets(ownEnvironment())
}

// withSecrets adds the variables that hold the configuration's secrets, whatever
// their names: sessions do not get them, and so an agent that calls `up` has none. What is on record stays until there is another.
func (p *project) withSecrets(env []string) []string {
	before := p.recorded()
	for _, name := range p.cfg.SecretVariables() {
		if loop.EnvValue(env, name) != "" {
			continue
		}
		if value := cmp.Or(os.Getenv(name), loop.EnvValue(before, name)); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// recorded is what up recorded; nil where there is none that can be read.
func (p *project) recorded() []string {
	var env []string
	doc, err := os.ReadFile(p.envFile())
	if err != nil || json.Unmarshal(doc, &env) != nil {
		return nil
	}
	return env
}

// ownEnvironment is this process's, without what a session of pawl's has in
// its own: a coordinator that an agent started is no part of that session, and
// must not end with it.
func ownEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "PAWL_") })
}

// poorer says that an environment is no one to start agents with: without a
// terminal, and with a part only of the PATH that is on record, it is cron's or
// that of a service.
func (p *project) poorer(env []string) bool {
	recorded := p.recorded()
	if recorded == nil || loop.EnvValue(env, "TERM") != "" {
		return false
	}
	now, then := filepath.SplitList(loop.EnvValue(env, "PATH")), filepath.SplitList(loop.EnvValue(recorded, "PATH"))
	missing := func(from, in []string) bool {
		return slices.ContainsFunc(from, func(dir string) bool { return !slices.Contains(in, dir) })
	}
	return missing(then, now) && !missing(now, then)
}
