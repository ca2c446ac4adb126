// Package service has a machine's own service manager keep a coordinator
// running: the texts of a systemd user unit, a launchd agent and a crontab
// line, the files that hold them, and the orders to those managers.
package service

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what runs a job.
type Kind string

// The kinds that there are. Cron calls `pawl tick`, the others run `pawl watch`.
const (
	Systemd Kind = "systemd"
	Launchd Kind = "launchd"
	Cron    Kind = "cron"
)

// Kinds are all of them, as they are told to people.
var Kinds = []Kind{Systemd, Launchd, Cron}

// Job is one project's coordinator, as a service manager needs to know it. All
// paths are absolute.
type Job struct {
	Project string // its name
	Program string // pawl
	Config  string // pawl.yaml
	Dir     string // the folder of pawl.yaml
	Log     string // takes what is said before the coordinator has its log open
}

// Name is what the job is called where no other project has that name.
func (j Job) Name() string { return "pawl-" + j.Project }

// Text is the unit, agent or crontab line of a job that is called name. The
// error says which path cannot be written there.
func Text(kind Kind, j Job, name string) (string, error) {
	for _, path := range []string{j.Program, j.Config, j.Dir, j.Log} {
		if err := writable(kind, path); err != nil {
			return "", err
		}
	}
	switch kind {
	case Systemd:
		return seal(systemdUnit(j), j.Config, "# ", ""), nil
	case Launchd:
		return seal(launchdAgent(j, name), j.Config, "<!-- ", " -->"), nil
	case Cron:
		return cronLine(j), nil
	}
	return "", fmt.Errorf("there is no kind of service %q: write %s, %s or %s", string(kind), Systemd, Launchd, Cron)
}

// writable says what is wrong with a path. A unit is UTF-8 and a line cannot
// hold a line's end; what becomes of a backslash in a crontab differs from one
// cron to the next (Vixie's takes one of two away, cronie's leaves both).
func writable(kind Kind, path string) error {
	bad := ""
	switch {
	case !filepath.IsAbs(path):
		return fmt.Errorf("the path %q is not absolute, as a service needs it", path)
	case !utf8.ValidString(path):
		bad = "is not UTF-8"
	case strings.ContainsFunc(path, unicode.IsControl):
		bad = "has a control character in it"
	case kind == Cron && strings.Contains(path, `\`):
		bad = "has a backslash in it"
	}
	if bad != "" {
		return fmt.Errorf("the path %q %s, which cannot be written for %s; give the folder another name", path, bad, kind)
	}
	return nil
}
