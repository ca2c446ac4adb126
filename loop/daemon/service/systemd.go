package service

import (
	"regexp"
	"strings"
)

// unitTemplate is a systemd user unit. Type=exec and OOMPolicy= are of systemd
// 240 and 243.
const unitTemplate = `# The coordinator of project @PROJECT@. pawl service install wrote this and leaves
# it alone once it was changed; pawl service uninstall removes it.

[Unit]
Description=pawl: the coordinator of project @PROJECT@
# A coordinator that another command started may be in the way for days: never
# give up. RestartSec keeps that cheap.
StartLimitIntervalSec=0

[Service]
Type=exec
WorkingDirectory=@DIR@
# No Environment= is needed: agents, git and tmux are started with what pawl up
# recorded. The log is in pawl logs coordinator; the journal gets errors only.
ExecStart=@COMMAND@
Restart=on-failure
RestartSec=10s
# 2 and 3 are a command line and a pawl.yaml that cannot be used: trying again
# mends neither.
RestartPreventExitStatus=2 3
# Sessions outlive their coordinator, and the next one adopts them. So stopping
# this unit ends its main process alone: control-group and mixed would kill
# every agent.
KillMode=process
TimeoutStopSec=30s
# An agent that the kernel ends for want of memory is no reason to stop the rest.
OOMPolicy=continue

[Install]
WantedBy=default.target
`

func systemdUnit(j Job) string {
	return strings.NewReplacer(
		"@PROJECT@", literal(j.Project),
		"@DIR@", systemdFolder(j.Dir),
		"@COMMAND@", systemdCommand(j.Program, "--quiet", "--config", j.Config, "watch"),
	).Replace(unitTemplate)
}

// literal keeps systemd from taking a % for a specifier (systemd.unit(5),
// SPECIFIERS: "%%" is a single percent sign).
func literal(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// systemdFolder writes a folder for WorkingDirectory=. Its value is not
// unquoted, so that quotes and blanks stand for themselves; but blanks at the end
// of a line are dropped and a backslash there continues it (systemd.syntax(7)),
// from which "/." keeps both.
func systemdFolder(dir string) string {
	if last := dir[len(dir)-1]; last == ' ' || last == '\\' {
		dir += "/."
	}
	return literal(dir)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@+,=-]+$`)

// systemdWord writes one argument of ExecStart= (systemd.service(5), COMMAND
// LINES): in double quotes, where a backslash and a quote are escaped as in C;
// "%%" and "$$" stand for a percent and a dollar sign.
func systemdWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return `"` + literal(strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `$$`).Replace(s)) + `"`
}

// systemdCommand writes ExecStart=. systemd refuses a program whose path has
// quotes or backslashes ("Executable name contains special characters"), and
// knows no "$$" in it; as an argument any path will do, so a shell passes on to
// such a one.
func systemdCommand(program string, args ...string) string {
	words := append([]string{program}, args...)
	if strings.ContainsAny(program, "'\"\\$") {
		words = append([]string{"/bin/sh", "-c", `exec "$0" "$@"`}, words...)
	}
	for i, w := range words {
		words[i] = systemdWord(w)
	}
	return strings.Join(words, " ")
}
