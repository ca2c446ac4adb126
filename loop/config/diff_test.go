package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const diffBase = `version: 1
project: p
adapters: {script: {command: [agent]}}
defaults: {adapter: script}
agents:
  a: {kind: loop, model: one}
  b: {wakes: [{cron: "0 * * * *", prompt: look}]}
services: {web: {command: [serve]}}
`

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name, after string
		want        Difference
	}{
		{"the same", diffBase, Difference{}},
		{"a comment and another order", "# new\n" + `services: {web: {command: [serve]}}
agents:
  b: {wakes: [{prompt: look, cron: "0 * * * *"}]}
  a: {model: one, kind: loop, wrap: []}
defaults: {adapter: script}
adapters: {script: {command: [agent]}}
project: p
version: 1
`, Difference{}},
		{"keys of an agent, and a service that becomes one", `version: 1
project: p
adapters: {script: {command: [agent]}}
defaults: {adapter: script}
agents:
  a: {kind: loop, model: two, env: {X: y}}
  b: {wakes: [{cron: "1 * * * *", prompt: look}]}
  web: {}
`, Difference{Added: []string{"web"}, Changed: map[string][]string{"a": {"model", "env"}, "b": {"wakes"}}}},
		{"one goes, one comes, and other sections", `version: 1
project: p
origin: {poll: 1m}
supervise: {stall_after: 1h}
adapters: {script: {command: [agent, -v]}}
defaults: {adapter: script}
agents:
  a: {kind: loop, model: one}
  c: {}
services: {web: {command: [serve]}}
`, Difference{Added: []string{"c"}, Removed: []string{"b"}, Sections: []string{"origin", "adapters", "supervise"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := Parse("/p/pawl.yaml", []byte(diffBase))
			if err != nil {
				t.Fatal(err)
			}
			after, err := Parse("/p/pawl.yaml", []byte(c.after))
			if err != nil {
				t.Fatal(err)
			}
			if c.want.Changed == nil {
				c.want.Changed = map[string][]string{}
			}
			got := Diff(before, after)
			if !reflect.DeepEqual(got, c.want) || got.Empty() != (len(got.Added)+len(got.Removed)+len(got.Changed)+len(got.Sections) == 0) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestSandboxed(t *testing.T) {
	for _, c := range []struct{ name, agent, want string }{
		{"nobody is wrapped", "a: {}", ""},
		{"wrapped, in the file's own folder", "a: {wrap: [bwrap]}", "a"},
		{"wrapped, on another host", "a: {wrap: [bwrap], launcher: build}", ""},
		{"wrapped, in a folder below", "a: {wrap: [bwrap], dir: work/a}", ""},
		{"wrapped, in a folder above", "a: {wrap: [bwrap], dir: ..}", "a"},
		{"wrapped, in a folder beside", "a: {wrap: [bwrap], dir: ../q}", ""},
		{"wrapped, in a folder whose name begins with dots", "a: {wrap: [bwrap], dir: ..x}", ""},
		{"wrapped, in a link to the file's folder", "a: {}, b: {wrap: [bwrap], dir: link/to/p}", "b"},
		{"not wrapped, in a link to the file's folder", "a: {dir: link/to/p}", ""},
		{"wrapped, in a link to a folder below", "a: {wrap: [bwrap], dir: link/to/p/work}", ""},
		{"wrapped, in a folder that cannot be followed", "a: {wrap: [bwrap], dir: odd/a}", "a"},
		{"not wrapped, in a folder that cannot be followed", "a: {dir: odd/a}", ""},
	} {
		cfg, err := Parse("/x/p/pawl.yaml", []byte("version: 1\nadapters: {script: {command: [agent]}}\ndefaults: {adapter: script}\nlaunchers: {build: {type: ssh, host: build}}\nagents: {"+c.agent+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		follow := func(path string) (string, error) {
			if strings.HasPrefix(path, "/x/p/odd") {
				return "", errors.New("not allowed")
			}
			return strings.Replace(path, "/x/p/link/to/", "/x/", 1), nil
		}
		if got := cfg.Sandboxed(follow); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A file that is a link is the agent's as well if what it leads to is.
func TestSandboxedFollowsTheFile(t *testing.T) {
	cfg, err := Parse("/x/p/pawl.yaml", []byte("version: 1\nadapters: {script: {command: [agent]}}\ndefaults: {adapter: script}\nagents: {a: {wrap: [bwrap], dir: work}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{"/x/p/work/pawl.yaml": "a", "/y/pawl.yaml": "", "": "a"} {
		got := cfg.Sandboxed(func(path string) (string, error) {
			if path != cfg.Path {
				return path, nil
			}
			if target == "" {
				return "", errors.New("not allowed")
			}
			return target, nil
		})
		if got != want {
			t.Errorf("to %q: got %q, want %q", target, got, want)
		}
	}
}
