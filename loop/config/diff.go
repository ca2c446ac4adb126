package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Difference is what a new configuration changes of an older one. Names are of
// agents and services, in the order of the new file, then of the old one.
type Difference struct {
	Added    []string
	Removed  []string
	Changed  map[string][]string // the keys that differ, by name of agent or service
	Sections []string            // the other keys of the file that differ
}

// Empty says that both mean the same.
func (d Difference) Empty() bool {
	return len(d.Added)+len(d.Removed)+len(d.Changed)+len(d.Sections) == 0
}

// Diff compares two configurations by what they mean: a comment or another order
// of keys is no difference.
func Diff(before, after *Config) Difference {
	d := Difference{Changed: map[string][]string{}}
	old, now := before.members(), after.members()
	for _, name := range after.Names() {
		was, known := old[name]
		if !known || reflect.TypeOf(was) != reflect.TypeOf(now[name]) {
			d.Added = append(d.Added, name)
		} else if keys := differing(was, now[name]); len(keys) > 0 {
			d.Changed[name] = keys
		}
	}
	for _, name := range before.Names() {
		if _, kept := now[name]; !kept {
			d.Removed = append(d.Removed, name)
		}
	}
	for _, key := range differing(*before, *after) {
		if key != "agents" && key != "services" {
			d.Sections = append(d.Sections, key)
		}
	}
	return d
}

// members are the agents and services by name.
func (c *Config) members() map[string]any {
	out := map[string]any{}
	for _, a := range c.Agents {
		out[a.Name] = a
	}
	for _, s := range c.Services {
		out[s.Name] = s
	}
	return out
}

// differing are the keys of two structs of one type whose values are not the same.
func differing(a, b any) []string {
	var keys []string
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for _, f := range fieldsOf(va.Type()) {
		if !same(va.FieldByIndex(f.index), vb.FieldByIndex(f.index)) {
			keys = append(keys, f.name)
		}
	}
	return keys
}

// same compares values as the file gives them: a regular expression is its text,
// and a list without items is none.
func same(a, b reflect.Value) bool {
	if k := a.Kind(); (k == reflect.Slice || k == reflect.Map) && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// Sandboxed is the agent that could have written the configuration file itself
// although it runs in a sandbox: its argv is wrapped, and the file lies in its
// folder, by the paths as they are written or as resolve follows their links.
// Where resolve fails that cannot be ruled out. It is "" where there is none.
func (c *Config) Sandboxed(resolve func(path string) (string, error)) string {
	i := slices.IndexFunc(c.Agents, func(a Agent) bool {
		if len(a.Wrap) == 0 || c.Launchers[a.Launcher].Type == "ssh" { // whose folders are on another host
			return false
		}
		if Inside(a.Dir, c.Path) {
			return true
		}
		dir, err := resolve(a.Dir)
		if err != nil {
			return true
		}
		path, err := resolve(c.Path)
		return err != nil || Inside(dir, path)
	})
	if i < 0 {
		return ""
	}
	return c.Agents[i].Name
}

// Inside says that a path is a folder, or lies in it, by the paths as they are written.
func Inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
