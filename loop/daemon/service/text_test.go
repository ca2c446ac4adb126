package service

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"

	"github.com/kballard/go-shellquote"
)

// folders are names that each mean something to somebody on the way.
var folders = map[string]string{
	"plain":           "acme",
	"blanks":          "my  loop",
	"quotes":          `it's "quoted"`,
	"percent":         "100%h %% %",
	"dollars":         "$HOME ${HOME} $$ $",
	"markup":          "a<b>&amp;]]>",
	"a blank at last": "acme ",
	"semicolon":       "a; ;b #c",
	"letters":         "größe-日本",
}

// strange are names that a crontab cannot hold.
var strange = map[string]string{"backslashes": `a\b\\c \x41 \%`, "a backslash at last": `acme\`}

// job is one whose folder and program have a name.
func job(t *testing.T, name string) Job {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	j := Job{Project: "acme", Program: filepath.Join(dir, "pawl"), Config: filepath.Join(dir, "pawl.yaml"), Dir: dir, Log: filepath.Join(dir, "log")}
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(j.Program, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\"\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	return j
}

func both(lists ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, list := range lists {
		for name, dir := range list {
			all[name] = dir
		}
	}
	return all
}

// TestSystemdReadsWhatIsMeant has systemd itself read units, and say how it
// understands them.
func TestSystemdReadsWhatIsMeant(t *testing.T) {
	need.Program(t, "systemd-analyze")
	for name, dir := range both(folders, strange) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := job(t, dir)
			said := verify(t, text(t, Systemd, j))
			args := []string{j.Program, "--quiet", "--config", j.Config, "watch"}
			if strings.ContainsAny(j.Program, `'"\$`) {
				args = append([]string{"/bin/sh", "-c", `exec "$0" "$@"`}, args...)
			}
			line := strings.ReplaceAll(field(said, "Command Line: "), `\$\$`, `\$`) // these it expands when it starts the program
			got, err := shellquote.Split(line)
			if err != nil || !slices.Equal(got, args) {
				t.Errorf("systemd runs %q, %v; want %q", got, err, args)
			}
			if got := field(said, "WorkingDirectory: "); got != j.Dir {
				t.Errorf("in the folder %q, want %q", got, j.Dir)
			}
			for key, want := range map[string]string{
				"Description: ": "pawl: the coordinator of project acme", "Type: ": "exec", "Restart: ": "on-failure",
				"KillMode: ": "process", "OOMPolicy: ": "continue", "RestartSec: ": "10s",
			} {
				if got := field(said, key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
		})
	}
}

// TestSystemdRefuses shows that verify can fail.
func TestSystemdRefuses(t *testing.T) {
	need.Program(t, "systemd-analyze")
	j := job(t, "acme")
	if err := os.Remove(j.Program); err != nil {
		t.Fatal(err)
	}
	if out, err := analyze(t, text(t, Systemd, j)); err == nil {
		t.Errorf("a unit without its program is fine: %s", out)
	}
}

func verify(t *testing.T, unit string) string {
	t.Helper()
	out, err := analyze(t, unit)
	if err != nil {
		t.Fatalf("systemd-analyze verify: %v\n%s", err, out)
	}
	return out
}

// analyze runs `systemd-analyze verify`, which prints with SYSTEMD_LOG_LEVEL=debug
// how it understood the unit.
func analyze(t *testing.T, unit string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "pawl-acme.service")
	if err := os.WriteFile(path, []byte(unit), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "systemd-analyze", "--user", "--man=no", "verify", path)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "SYSTEMD_LOG_LEVEL=debug", "LC_ALL=C.UTF-8"}
	out, err := cmd.Output()
	// What verify prints first is about the unit it was asked for.
	_, said, found := strings.Cut(string(out), "Unit pawl-acme.service:")
	if !found && err == nil {
		t.Fatalf("systemd-analyze says nothing of the unit:\n%s", out)
	}
	said, _, _ = strings.Cut(said, "-> Unit ")
	return said, err
}

func field(said, key string) string {
	_, rest, _ := strings.Cut(said, "\t"+key)
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

func text(t *testing.T, kind Kind, j Job) string {
	t.Helper()
	out, err := Text(kind, j, j.Name())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLaunchdReadsWhatIsMeant(t *testing.T) {
	for name, dir := range both(folders, strange) {
		t.Run(name, func(t *testing.T) {
			j := job(t, dir)
			got := plist(t, text(t, Launchd, j))
			want := []string{
				"key Label", "string pawl-acme", "key ProgramArguments",
				"string " + j.Program, "string --quiet", "string --config", "string " + j.Config, "string watch",
				"key WorkingDirectory", "string " + j.Dir, "key RunAtLoad", "true ", "key KeepAlive", "key SuccessfulExit", "false ",
				"key ThrottleInterval", "integer 60", "key AbandonProcessGroup", "true ", "key StandardErrorPath", "string " + j.Log,
			}
			if !slices.Equal(got, want) {
				t.Errorf("the agent has\n%q, want\n%q", got, want)
			}
		})
	}
}

// plist lists the leaves of a property list, as "element text".
func plist(t *testing.T, text string) (leaves []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	open, said := "", ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return leaves
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open, said = token.Name.Local, ""
		case xml.CharData:
			said += string(token)
		case xml.EndElement:
			if open == token.Name.Local {
				leaves = append(leaves, open+" "+said)
			}
			open = ""
		}
	}
}

// TestCronRunsWhatIsMeant does with the line what crontab(5) says that cron
// does: the five fields off, `\%` for %, the rest to sh.
func TestCronRunsWhatIsMeant(t *testing.T) {
	for name, dir := range folders {
		t.Run(name, func(t *testing.T) {
			j := job(t, dir)
			line, ours := strings.CutPrefix(strings.TrimSuffix(text(t, Cron, j), "\n"), "* * * * * ")
			if !ours || strings.Contains(strings.ReplaceAll(line, `\%`, ""), "%") || strings.Contains(line, "\n") {
				t.Fatalf("cron would end the command early: %q", line)
			}
			cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", strings.ReplaceAll(line, `\%`, "%"))
			cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "SHELL=/bin/sh"}
			out, err := cmd.CombinedOutput()
			if want := "--config\n" + j.Config + "\ntick\n--quiet\n"; err != nil || string(out) != want {
				t.Errorf("sh runs it with %q, %v; want %q", out, err, want)
			}
		})
	}
}

func TestPathsThatCannotBeWritten(t *testing.T) {
	for name, c := range map[string]struct {
		kind Kind
		dir  string
		want string
	}{
		"a line's end":           {Systemd, "/a\nExecStart=/bin/false", "has a control character in it"},
		"a tab in a plist":       {Launchd, "/a\tb", "has a control character in it"},
		"what is not UTF-8":      {Systemd, "/a\xffb", "is not UTF-8"},
		"a relative path":        {Systemd, "acme", "is not absolute"},
		"none":                   {Launchd, "", "is not absolute"},
		"a backslash for cron":   {Cron, `/a\b`, "has a backslash in it"},
		"no kind that there is":  {"upstart", "/a", "write systemd, launchd or cron"},
		"a line's end in a cron": {Cron, "/a\n* * * * * rm", "has a control character in it"},
	} {
		got, err := Text(c.kind, Job{Project: "acme", Program: "/bin/pawl", Config: "/a/pawl.yaml", Dir: c.dir, Log: "/a/log"}, "pawl-acme")
		if err == nil || !strings.Contains(err.Error(), c.want) || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
