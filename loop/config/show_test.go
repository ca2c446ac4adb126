package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
)

// good lists the files that are read without a word.
func good(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/ok/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	return paths
}

// sameConfig compares two configurations; expressions count as their text.
func sameConfig(t testing.TB, what string, got, want *Config) {
	t.Helper()
	g, w := reflect.ValueOf(*got), reflect.ValueOf(*want)
	for i := range g.NumField() {
		if name := g.Type().Field(i).Name; name == "Handoff" {
			continue
		} else if !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			t.Errorf("%s: %s: got\n%+v\nwant\n%+v", what, name, g.Field(i), w.Field(i))
		}
	}
	plain := func(h Handoff) Handoff { h.Signals = nil; return h }
	equalHandoff := reflect.DeepEqual(plain(got.Handoff), plain(want.Handoff))
	if !equalHandoff {
		t.Errorf("%s: handoff: got\n%+v\nwant\n%+v", what, got.Handoff, want.Handoff)
	}
	rules := func(c *Config) (list []string) {
		for _, s := range c.Handoff.Signals {
			list = append(list, s.Name, s.Subject.String(), strings.Join(s.Wakes, ","), s.AnsweredBy)
		}
		return list
	}
	if !reflect.DeepEqual(rules(got), rules(want)) {
		t.Errorf("%s: rules %q, want %q", what, rules(got), rules(want))
	}
}

// shownAgain parses what is shown of c, as YAML and as JSON, and compares.
func shownAgain(t testing.TB, c *Config) {
	t.Helper()
	for form, show := range map[string]func(*Config, bool) ([]byte, error){"YAML": Show, "JSON": ShowJSON} {
		text, err := show(c, true)
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		again, err := Parse(c.Path, text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", form, err, text)
		}
		sameConfig(t, form, again, c.Masked())
		if form == "JSON" && !json.Valid(text) {
			t.Errorf("not JSON:\n%s", text)
		}
	}
}

func TestShowMeansTheSame(t *testing.T) {
	need.Unraced(t)
	for _, path := range good(t) {
		t.Run(filepath.Base(path), func(t *testing.T) { shownAgain(t, load(t, path)) })
	}
}

func TestShowKeepsOddTexts(t *testing.T) {
	c, err := Parse("/srv/acme/pawl.yaml", []byte("version: 1\nagents: {a: }\nservices: {s: {command: [x]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{
		"two\nlines", "two\nlines\n", "  indented\nlines", "a\n\n  b\n", "tab\there", "# no comment", "null", "12", "@at", "- x", "a: b",
		"\r\n", "x\u0085y\u2028z", "\u00e9\U0001f600", "'quotes\"", "trailing ", "{flow}", "*alias", "a\n#b", "~", "", " ", "\n", "\u007f\ufeff",
	} {
		c.Agents[0].Env = append(c.Agents[0].Env, EnvVar{fmt.Sprintf("V%d", i), text})
		c.Services[0].Command = append(c.Services[0].Command, text)
	}
	shownAgain(t, c)
}

func TestShowFillsInAndLeavesOut(t *testing.T) {
	c, err := Parse("/srv/acme/pawl.yaml", []byte("version: 1\nagents:\n  a: {role: critic}\n  b: {role: critic, enabled: false, adapter: codex}\n"+
		"handoff:\n  inboxes: {CRITIC.md: critic}\n"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Show(c, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"^version: 1\nproject: acme\nstate_dir: /srv/acme/.pawl\norigin:\n  remote: origin\n  poll: 15s\n",
		"\n    CRITIC.md: critic +# critic: a\n",
		"\n  # built in, and not all of it meets anybody here:\n  # signals:\n  #     claim:\n",
		"\n  stall_after: 5m\n", "\n    max_wait: 6h\n", "\n    enabled: false\n", "\n  claude:\n", "\n  codex:\n",
	} {
		if !regexp.MustCompile(want).Match(text) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "gemini") || strings.Contains(string(text), "\nnotify") {
		t.Errorf("shown although nobody uses it:\n%s", text)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	c, err := Parse("/srv/acme/pawl.yaml", []byte(`version: 1
origin: {url: "https://me:hunter2@example.com/o.git"}
agents:
  a:
    env: {GITHUB_TOKEN: hunter2, API_KEY: "${KEY}", AUTH: "Bearer hunter2${X}", GIT_AUTHOR_NAME: Ann, DB: "postgres://u:hunter2@h/d", KEYBOARD: us}
    wrap: [with, --token, hunter2, API_KEY=hunter2, --api-key=hunter2, --name=x, --password, --, plain]
services:
  s: {command: [serve, "https://u:hunter2@h"], env: {password: hunter2}}
launchers: {box: {options: {secret: hunter2, image: debian}}}
adapters: {claude: {command: [claude, --auth-token, hunter2]}}
notify: [{on: ["*"], run: [tell, PASS=hunter2], url: "https://h/hook?key=hunter2"}]
`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Show(c, true)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter2") {
		t.Errorf("a secret is shown:\n%s", text)
	}
	for _, want := range []string{"https://***@example.com/o.git", "GITHUB_TOKEN: '***'", "API_KEY: ${KEY}", "AUTH: '***${X}'", "GIT_AUTHOR_NAME: Ann",
		"postgres://***@h/d", "KEYBOARD: us", "--name=x", "--password, --, plain", "image: debian"} {
		if !strings.Contains(strings.ReplaceAll(string(text), `"`, "'"), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if c.Agents[0].Env[0].Value != "hunter2" || c.Adapters["claude"].Command[2] != "hunter2" || c.Launchers["box"].Options["secret"] != "hunter2" {
		t.Error("the configuration itself was changed")
	}
	shownAgain(t, c)
}

func TestDurationText(t *testing.T) {
	for text, want := range map[string]string{"5m": "5m", "90s": "1m30s", "1h": "1h", "1h0m5s": "1h0m5s", "0s": "0s", "1500ms": "1.5s", "10s": "10s", "20m": "20m", "1h10m": "1h10m"} {
		d := mustDuration(text)
		equal(t, text, durationText(d), want)
		if again, err := time.ParseDuration(durationText(d)); err != nil || again != d {
			t.Errorf("%s comes back as %s, %v", text, again, err)
		}
	}
}

// Whatever is read can be shown, and means the same when it is read again.
func FuzzShow(f *testing.F) {
	for _, path := range good(f) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("version: 1\nadapters: {s: {command: [a, '{{if .Model}}--token={{printf \"%s-x\" .Model}}{{end}}', 'https://u:p@h/?k={{.Role}}'], model: ['--key={{ .Model }}x']}}\n" +
		"agents: {a: {adapter: s, wrap: [sh, -c, 'T_TOKEN=\"a b\"; X: y', -u, 'me:x'], env: {KEY: 'a${B}c', H: 'Authorization: Bearer \\x'}}}\n" +
		"notify: [{on: ['*'], url: 'https://u:p@h/x?y#z'}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("/srv/acme/pawl.yaml", data)
		if err == nil {
			shownAgain(t, c)
		}
	})
}
