package mirror

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kept are the caller's GIT_ variables that say how to reach a server or where
// the user's settings lie. All others describe the caller's repository, its
// hooks' state or its tracing, and would turn our calls elsewhere.
// GIT_ALLOW_PROTOCOL is not kept: it would overrule protocol.ext.allow.
var kept = []string{
	"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_PROXY_COMMAND", "GIT_PROXY_SSL_",
	"GIT_SSL_", "GIT_HTTP_", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
}

// forced is set for every git process: nothing may ask a person, messages are
// in English because their words are judged, and no ref replaces an object.
var forced = []string{
	"GIT_TERMINAL_PROMPT=0",
	"GIT_ASKPASS=false",
	"SSH_ASKPASS=false",
	"SSH_ASKPASS_REQUIRE=never",
	"GCM_INTERACTIVE=never",
	"GIT_LITERAL_PATHSPECS=1",
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_OPTIONAL_LOCKS=0",
	"LC_ALL=C",
}

// cleanEnv is the environment in which git runs.
func cleanEnv(env []string) []string {
	overruled := map[string]bool{"LANGUAGE": true, "DISPLAY": true}
	for _, v := range forced {
		name, _, _ := strings.Cut(v, "=")
		overruled[name] = true
	}
	out := make([]string, 0, len(env)+len(forced))
	for _, v := range env {
		name, _, ok := strings.Cut(v, "=")
		if !ok || overruled[name] || strings.HasPrefix(name, "GIT_") && !isKept(name) {
			continue
		}
		out = append(out, v)
	}
	return append(out, forced...)
}

func isKept(name string) bool {
	for _, k := range kept {
		if name == k || strings.HasSuffix(k, "_") && strings.HasPrefix(name, k) {
			return true
		}
	}
	return false
}

// findGit looks git up in the PATH of the environment it will run in, which
// under cron is not that of this process.
func findGit(env []string) string {
	for _, v := range env {
		list, ok := strings.CutPrefix(v, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(list) {
			path := filepath.Join(dir, "git")
			info, err := os.Stat(path)
			if err == nil && filepath.IsAbs(dir) && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return path
			}
		}
	}
	if path, err := exec.LookPath("git"); err == nil {
		return path
	}
	return "git"
}
