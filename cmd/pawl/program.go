package main

import (
	"os"
	"path/filepath"
	"strings"

	"pawl/loop"
	"pawl/loop/config"
)

// findsProgram says whether a start of agent a would find its program. A
// template, a path, and what `wrap` or a folder that is not cloned yet may
// bring along are known only at the start.
func (p *project) findsProgram(a config.Agent, program string) bool {
	if len(a.Wrap) > 0 || strings.Contains(program, "/") || strings.Contains(program, "{{") {
		return true
	}
	_, err := os.Lstat(a.Dir)
	cloned := err == nil
	for _, dir := range filepath.SplitList(agentPath(a, ownEnvironment())) {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(a.Dir, dir)
		}
		if !cloned && strings.HasPrefix(dir+"/", a.Dir+"/") {
			return true
		}
		if info, err := os.Stat(filepath.Join(dir, program)); err == nil && !info.IsDir() && info.Mode().Perm()&0o111 != 0 {
			return true
		}
	}
	return false
}

// agentPath is the PATH of a's sessions.
func agentPath(a config.Agent, env []string) string {
	return loop.EnvValue(loop.AgentEnv(env, a), "PATH")
}
