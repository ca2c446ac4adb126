package config

import (
	"strings"
	"testing"

	"pawl/internal/need"
)

const secretsHead = "version: 1\nadapters: {script: {command: [agent]}}\ndefaults: {adapter: script}\n"

// secretText is in no other text of these tests.
const secretText = "hunter2"

// Each of these holds a secret at one place; it must not be shown, and the words
// after it must be.
func TestSecretsByPlace(t *testing.T) {
	need.Unraced(t)
	for _, c := range []struct{ name, file, want string }{
		{"after a variable's name of its own", `agents: {a: {wrap: [bwrap, --setenv, ANTHROPIC_API_KEY, hunter2, --ro-bind, /]}}`, "--setenv, ANTHROPIC_API_KEY, '***', --ro-bind, /"},
		{"that begins as an option does", `agents: {a: {wrap: [bwrap, --setenv, API_KEY, -hunter2]}}`, "API_KEY, '***'"},
		{"a variable in an option", `agents: {a: {wrap: [podman, run, --env=ANTHROPIC_API_KEY=hunter2, image]}}`, "--env=ANTHROPIC_API_KEY=***, image"},
		{"with blanks in it", `agents: {a: {wrap: [podman, "--env=PASSWORD=my hunter2"]}}`, "--env=PASSWORD=***"},
		{"a variable after an option", `agents: {a: {wrap: [podman, -e, NAME_KEY=hunter2]}}`, "-e, NAME_KEY=***"},
		{"a variable that sticks to an option", `agents: {a: {wrap: [podman, -eKEY=hunter2]}}`, "-eKEY=***"},
		{"in a script", `agents: {a: {wrap: [sh, -c, "export X=1; TOKEN=hunter2; exec serve"]}}`, "export X=1; TOKEN=***; exec serve"},
		{"quoted in a script", `agents: {a: {wrap: [sh, -c, "X=1 TOKEN='my hunter2'\"hunter2\" serve"]}}`, "X=1 TOKEN=*** serve"},
		{"as an option in a script", `agents: {a: {wrap: [sh, -c, "serve --api-key hunter2 --port 1"]}}`, "serve --api-key *** --port 1"},
		{"after other options in a script", `agents: {a: {wrap: [sh, -c, "serve --fast --api-key hunter2 --token -x"]}}`, "--api-key *** --token -x"},
		{"after an apostrophe", `agents: {a: {env: {X: "it's so: token='hunter2'"}}}`, "it's so: token=***"},
		{"a default in a script", `agents: {a: {wrap: [sh, -c, "x ${TOKEN:-hunter2}"]}}`, "x ${TOKEN:***"},
		{"after an arrow", `agents: {a: {env: {X: "{'token' => 'hunter2', 'y' => 'z'}"}}}`, "'token' => ***"},
		{"set in a script", `agents: {a: {wrap: [sh, -c, "bwrap --setenv TOKEN hunter2 --bind / /"]}}`, "--setenv TOKEN *** --bind / /"},
		{"in a quoted form", `agents: {a: {wrap: [sh, -c, "curl -d 'a=1&token=my hunter2' host"]}}`, "curl -d 'a=1&token=***' host"},
		{"in a quoted header", `agents: {a: {wrap: [sh, -c, "curl -H \"X-Api-Key: my hunter2\" host"]}}`, "X-Api-Key: ***' host"},
		{"a header", `agents: {a: {wrap: [curl, -H, "Authorization: Bearer hunter2", host]}}`, "Authorization: ***', host"},
		{"a header with a quote", `agents: {a: {wrap: [curl, -H, "X-Api-Key: it's hunter2"]}}`, "X-Api-Key: ***"},
		{"a header in an option", `agents: {a: {wrap: [curl, "--header=X-Api-Key:hunter2", host]}}`, "--header=X-Api-Key:***', host"},
		{"a header in two arguments", `agents: {a: {wrap: [curl, -H, "Authorization:", hunter2]}}`, "Authorization:', '***'"},
		{"a user's password", `agents: {a: {wrap: [curl, -u, "me:hunter2", host]}}`, "-u, 'me:***', host"},
		{"a user's password in one argument", `agents: {a: {wrap: [curl, "--user=me:hunter2", "-ume:hunter2", host]}}`, "'--user=me:***', '-ume:***', host"},
		{"a user's password in a script", `agents: {a: {wrap: [sh, -c, "curl -u 'me:hunter2' host"]}}`, "curl -u 'me:***' host"},
		{"JSON", `agents: {a: {wrap: [run, '{"api_key": "my hunter2", "model": "m"}']}}`, `'api_key': '***', 'model': 'm'}`},
		{"JSON in a script", `agents: {a: {wrap: [sh, -c, "run \"{\\\"token\\\": \\\"my hunter2\\\"}\" "]}}`, "token"},
		{"headers in a variable", `agents: {a: {env: {HTTP_HEADERS: "Authorization: Bearer hunter2"}}}`, "Authorization: ***"},
		{"names in one word", `agents: {a: {env: {PRIVATEKEY: hunter2, ACCESSKEY: hunter2, sshKey: hunter2, OAUTH: hunter2}}}`, "PRIVATEKEY: '***'"},
		{"bearer", `agents: {a: {env: {X: "say Bearer hunter2, or BASIC hunter2 now"}}}`, "say Bearer ***, or BASIC *** now"},
		{"what a model adds", `adapters: {script: {command: [agent], model: ["--token=hunter2", "{{.Model}}"]}}`, "--token=***, '{{.Model}}'"},
		{"what a conversation adds", `adapters: {script: {command: [agent], resume: [--api-key, hunter2, "{{.Conversation}}"]}}`, "--api-key, '***', '{{.Conversation}}'"},
		{"beside a template", `adapters: {script: {command: [agent, "--token=hunter2{{ .Model }}hunter2"]}}`, "--token=***{{ .Model }}***"},
		{"inside a template", `adapters: {script: {command: [agent, '{{if .Model}}TOKEN={{printf "%s-hunter2" .Model}}{{end}}']}}`, "{{if .Model}}TOKEN={{printf '***' .Model}}{{end}}"},
		{"in a comment of a template", `adapters: {script: {command: [agent, '{{/* Bearer hunter2 */}}x']}}`, "{{/* Bearer *** */}}x"},
		{"a URL with a template", `adapters: {script: {command: [agent, 'https://me:hunter2@h/?k=hunter2{{if .Model}}x{{end}}']}}`, "{{end}}"},
		{"a template that a shorter text breaks", `adapters: {script: {command: [agent, '{{slice "Bearer hunter2" 0 14}}']}}`, "[agent, '***']"},
		{"a variable of its hooks", `adapters: {script: {command: [agent], hooks: {env: {API_KEY: hunter2, PLACE: "{{.Hooks}}/x"}}}}`, "PLACE: '{{.Hooks}}/x'"},
		{"a file of its hooks", `adapters: {script: {command: [agent], hooks: {files: {a.json: '{"token": "my hunter2", "run": {{printf "%q" .Hook}}}'}}}}`, `'run': {{printf '%q' .Hook}}`},
		{"a service's", `services: {s: {command: [serve, --setenv, TOKEN, hunter2, last]}}`, "TOKEN, '***', last"},
		{"a launcher's option", `launchers: {box: {options: {args: "--env=TOKEN=hunter2"}}}`, "--env=TOKEN=***"},
		{"Slack's hook", `notify: [{on: ["*"], url: "https://hooks.slack.com/services/T0/B0/hunter2"}]`, "https://hooks.slack.com/***"},
		{"Telegram's, with more", `notify: [{on: ["*"], url: "https://me:hunter2@api.telegram.org:443/bot1:hunter2/sendMessage?x=hunter2#hunter2"}]`, "https://***@api.telegram.org:443/***"},
		{"a hook in a command", `notify: [{on: ["*"], run: [curl, "https://discord.com/api/webhooks/1/hunter2"]}]`, "https://discord.com/api/webhooks/***"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := c.file
			if !strings.Contains(file, "agents:") {
				file += "\nagents: {b: {}}"
			}
			head := secretsHead
			if strings.Contains(file, "adapters:") {
				head = strings.Replace(head, "adapters: {script: {command: [agent]}}\n", "", 1)
			}
			cfg, err := Parse("/p/pawl.yaml", []byte(head+file+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			text, err := Show(cfg, false)
			if err != nil {
				t.Fatal(err)
			}
			shown := strings.NewReplacer(`\"`, "'", `"`, "'", "''", "'").Replace(string(text))
			if strings.Contains(shown, secretText) || !strings.Contains(shown, c.want) {
				t.Errorf("wanted %s in\n%s", c.want, shown)
			}
			once := cfg.Masked()
			again, err := Parse(cfg.Path, text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			sameConfig(t, "read again", &Config{Agents: again.Agents, Services: again.Services, Launchers: again.Launchers, Notify: again.Notify},
				&Config{Agents: once.Agents, Services: once.Services, Launchers: once.Launchers, Notify: once.Notify})
			sameConfig(t, "masked twice", once.Masked(), once)
		})
	}
}

// Tokens of well-known kinds are known by how they begin.
func TestSecretsByPrefix(t *testing.T) {
	for _, token := range []string{
		"sk-ant-api03-abcDEF_123", "sk_live_abcdef123", "ghp_abcDEF123456", "gho_abcDEF123456", "github_pat_11ABC_def456", "glpat-abcDEF_123456",
		"xoxb-123-456-abc", "xapp-1-A1-2-b", "AKIAABCDEFGHIJKLMNOP", "AIzaSyA-abcdefghij", "hf_abcdefghij", "npm_abcdefghij",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",
	} {
		for _, text := range []string{"%", "see %, please", "'%'", "a=%", "x:%"} {
			whole := strings.Replace(text, "%", token, 1)
			if got, want := hideSecrets(whole, references(whole)), strings.Replace(text, "%", masked, 1); got != want {
				t.Errorf("%s: got %s, want %s", whole, got, want)
			}
		}
	}
	key := "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"
	if got := hideSecrets("x "+key+"y", nil); got != "x ***\ny" {
		t.Errorf("a private key is shown as %q", got)
	}
}

// What is no secret stays as it is.
func TestPlainTextsStay(t *testing.T) {
	for _, text := range []string{
		"", "plain", "us", "task-runner", "risk-assessment", "lang=sk-SK", "KEYBOARD=us", "monkey=banana", "/home/me/keys", "--name=x", "FOO=bar baz",
		"git@github.com:me/x.git", "ssh://git@github.com/me/x", "https://example.com/a/b", "time: 12:30", "${TOKEN}", "TOKEN=${TOKEN}",
		"TOKEN=", "Authorization: ${HEADER}", "Bearer ${TOKEN}", "https://${TOKEN}@h/", "/run/secrets/key:/key:ro", "/a/token:ro,z",
		"-v/srv/auth:/srv/auth", "--user=1000:1000", "-u 1000:1000", "PATH=/opt/auth:/usr/bin", "exec \"$@\"", "author: Ann", "http://auth.example.com:8080/x", "--host=auth.example.com:80", "tokenise",
	} {
		if got := hideSecrets(text, references(text)); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
	for _, argv := range [][]string{
		{"pass"}, {"podman", "--user", "1000:1000"}, {"claude", "--model", "m", "--", "x"}, {"curl", "-u", "me"}, {"x", "--token", "${TOKEN}"},
		{"git", "-C", "/x", "credential", "--fill"}, {"-----", "a", "=b"},
	} {
		if got := maskArgv(argv); strings.Join(got, " ") != strings.Join(argv, " ") {
			t.Errorf("%q is shown as %q", argv, got)
		}
	}
}

// A file without secrets is shown as it is.
func TestNothingIsMaskedWithoutSecrets(t *testing.T) {
	for _, path := range good(t) {
		c := load(t, path)
		c.Notify = nil // the path of a hook may be its secret
		sameConfig(t, path, c.Masked(), c)
	}
	c, err := Parse("/p/pawl.yaml", []byte("version: 1\nagents: {a: {}}\nnotify: [{on: ['*'], url: 'http://127.0.0.1:9000'}, {on: ['*'], url: 'http://127.0.0.1:9000/'}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	sameConfig(t, "the built-in adapters", c.Masked(), c)
}
