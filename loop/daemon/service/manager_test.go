package service

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// answers is what a manager's program prints, by its arguments; nothing for
// others. A real manager is not there in most tests' machines; what it is asked
// and how its answers are read can be told without one.
type answers struct {
	text  map[string]string
	fail  map[string]bool
	asked []string
}

func (a *answers) run(_ context.Context, program string, args ...string) (string, error) {
	line := strings.Join(append([]string{program}, args...), " ")
	a.asked = append(a.asked, line)
	for start, text := range a.text {
		if strings.HasPrefix(line, start) {
			return text, nil
		}
	}
	for start := range a.fail {
		if strings.HasPrefix(line, start) {
			return "", errors.New("it says no")
		}
	}
	return "", nil
}

func manager(t *testing.T, goos string, a *answers) Manager {
	t.Helper()
	home := t.TempDir()
	m, err := ManagerOf(goos, 1000, func(name string) string { return map[string]string{"HOME": home}[name] }, a.run)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatSystemdSaysOfAUnit(t *testing.T) {
	for said, want := range map[string]State{
		"LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nMainPID=42\n":    {"active", "running", true, 42},
		"LoadState=loaded\nActiveState=failed\nSubState=failed\nUnitFileState=disabled\nMainPID=0\n":     {"failed", "failed", false, 0},
		"LoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\nMainPID=0\n":          {},
		"LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nUnitFileState=enabled-runtime": {"activating", "auto-restart", false, 0},
	} {
		m := manager(t, "linux", &answers{text: map[string]string{"systemctl --user show": said}})
		if got, err := m.State(t.Context(), "pawl-acme"); err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", said, got, err, want)
		}
	}
	m := manager(t, "linux", &answers{fail: map[string]bool{"systemctl": true, "loginctl": true}})
	_, err1 := m.State(t.Context(), "pawl-acme")
	_, err2 := m.Lingers(t.Context())
	for _, err := range []error{m.Ready(t.Context()), m.Start(t.Context(), "pawl-acme", false), err1, err2} {
		if err == nil || !strings.Contains(err.Error(), "it says no") {
			t.Errorf("a manager that fails: %v", err)
		}
	}
}

func TestLingering(t *testing.T) {
	for said, want := range map[string]string{"yes\n": "true", "no\n": "false", "": "loginctl does not say whether you linger"} {
		m := manager(t, "linux", &answers{text: map[string]string{"loginctl": said}})
		lingers, err := m.Lingers(t.Context())
		got := map[bool]string{true: "true", false: "false"}[lingers]
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}

func TestWhatLaunchdIsAskedAndSays(t *testing.T) {
	running := "gui/1000/pawl-acme = {\n\tactive count = 1\n\tstate = running\n\n\tpid = 42\n}\n"
	for name, c := range map[string]struct {
		loaded  bool
		changed bool
		want    string
	}{
		"one that is not loaded":  {false, true, "bootstrap gui/1000 "},
		"one that runs":           {true, false, "kickstart gui/1000/pawl-acme"},
		"one that runs otherwise": {true, true, "bootout gui/1000/pawl-acme, bootstrap gui/1000 "},
	} {
		a := &answers{text: map[string]string{"launchctl print gui/1000/pawl-acme": running}}
		if !c.loaded {
			a = &answers{fail: map[string]bool{"launchctl print": true}}
		}
		m := manager(t, "darwin", a)
		if err := m.Start(t.Context(), "pawl-acme", c.changed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		file := filepath.Join(m.Folder().Path, "pawl-acme.plist")
		got := strings.ReplaceAll(strings.ReplaceAll(strings.Join(a.asked[1:], ", "), "launchctl ", ""), file, "")
		if got != c.want {
			t.Errorf("%s: launchctl %s, want %s", name, got, c.want)
		}
	}
	m := manager(t, "darwin", &answers{text: map[string]string{"launchctl print": running}})
	if got, err := m.State(t.Context(), "pawl-acme"); err != nil || got != (State{"active", "running", true, 42}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhereUnitsAre(t *testing.T) {
	env := func(values map[string]string) func(string) string {
		return func(name string) string { return values[name] }
	}
	for name, c := range map[string]struct {
		goos string
		env  map[string]string
		want string
	}{
		"systemd":                   {"linux", map[string]string{"HOME": "/home/me"}, "/home/me/.config/systemd/user"},
		"systemd with XDG":          {"linux", map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "/cfg"}, "/cfg/systemd/user"},
		"XDG that is not absolute":  {"linux", map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "cfg"}, "/home/me/.config/systemd/user"},
		"launchd":                   {"darwin", map[string]string{"HOME": "/Users/me"}, "/Users/me/Library/LaunchAgents"},
		"no home":                   {"linux", nil, "HOME is not set"},
		"a system that has neither": {"plan9", map[string]string{"HOME": "/usr/me"}, "no service manager on plan9"},
	} {
		m, err := ManagerOf(c.goos, 1000, env(c.env), (&answers{}).run)
		if err != nil && !strings.Contains(err.Error(), c.want) || err == nil && m.Folder().Path != c.want {
			t.Errorf("%s: %v, %v; want %s", name, m, err, c.want)
		}
	}
}
