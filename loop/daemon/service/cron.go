package service

import (
	"strings"

	"github.com/kballard/go-shellquote"
)

// cronLine is a line for `crontab -e` that runs a pass each minute. cron gives
// the command to sh, and takes a % for the command's end unless a backslash
// stands before it (crontab(5)).
func cronLine(j Job) string {
	command := shellquote.Join(j.Program, "--config", j.Config, "tick", "--quiet")
	return "* * * * * " + strings.ReplaceAll(command, "%", `\%`) + "\n"
}
