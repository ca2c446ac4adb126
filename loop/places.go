package loop

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// place is what pawl.yaml says about a launcher, as the rows of its sessions keep
// it. The sessions of an entry that was changed stay where they are: they are
// looked at, told and stopped there, as those of a launcher of its own.
type place struct {
	Type    string            `json:"type"`
	Host    string            `json:"host,omitempty"`
	Socket  string            `json:"socket,omitempty"`
	Program string            `json:"program,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// placeText is the place of a launcher as a row keeps it.
func placeText(l config.Launcher) string {
	text, err := json.Marshal(place{Type: l.Type, Host: l.Host, Socket: l.Socket, Program: l.Program, Options: l.Options})
	if err != nil {
		return "" // strings can always be written
	}
	return string(text)
}

// entryOf is the launcher of a place, under another name; false where the text says
// of none.
func entryOf(text, name string) (config.Launcher, bool) {
	var p place
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Type == "" {
		return config.Launcher{}, false
	}
	return config.Launcher{Name: name, Type: p.Type, Host: p.Host, Socket: p.Socket, Program: p.Program, Options: p.Options}, true
}

// howNotWhere are the options of ssh, in small letters, that say how a host is
// reached or who it is, and not which one it is.
var howNotWhere = []string{
	"connecttimeout", "serveraliveinterval", "serveralivecountmax", "identityfile", "identitiesonly", "identityagent", "compression",
	"stricthostkeychecking", "userknownhostsfile", "globalknownhostsfile", "loglevel",
}

// site names where the sessions of a place are, in short: places with the same one
// have the same sessions. The program of an ssh launcher is left out, as what it
// serves belongs to tmux there.
func site(text string) string {
	l, ok := entryOf(text, "")
	if !ok {
		return ""
	}
	p := place{Type: l.Type, Host: l.Host, Socket: l.Socket, Options: maps.Clone(l.Options)}
	switch l.Type {
	case "process":
		p = place{Type: l.Type}
	case "tmux":
		p.Socket, p.Options = cmp.Or(l.Socket, "pawl"), nil
	case "ssh":
		p.Socket = cmp.Or(l.Socket, "pawl")
		maps.DeleteFunc(p.Options, func(name, _ string) bool { return slices.Contains(howNotWhere, strings.ToLower(name)) })
	}
	short, err := json.Marshal(p)
	if err != nil {
		return "" // strings can always be written
	}
	sum := sha256.Sum256(short)
	return hex.EncodeToString(sum[:4])
}

// The name of a launcher whose entry was changed is the entry's, with its former
// site. No entry of pawl.yaml has such a name.
const formerly = "@"

// entryName is the name in pawl.yaml of a launcher, and whether it is as that says now.
func entryName(launcher string) (name string, former bool) {
	name, _, former = strings.Cut(launcher, formerly)
	return name, former
}

// LauncherOf is the launcher that a session runs on: the configuration's, or what
// that said when the session was started.
func LauncherOf(cfg *config.Config, row ledger.Session) config.Launcher {
	name, _ := entryName(row.Launcher)
	now, there := cfg.Launchers[name]
	if then, ok := entryOf(row.Place, name); ok && (!there || site(row.Place) != site(placeText(now))) {
		return then
	}
	return now
}
