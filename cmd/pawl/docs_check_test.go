package main

import (
	"strings"
	"testing"

	"pawl/internal/need"
)

// TestDocumentsAreRead holds the test of the documents to its word: each of
// these documents has one fault, and is refused for it.
func TestDocumentsAreRead(t *testing.T) {
	need.Program(t, "git")
	tmpl := template(t)
	for name, c := range map[string]struct{ text, want string }{
		"nothing wrong":             {"`pawl up NAME` and `pawl handoffs dismiss ID -m WHY`\n```sh\npawl init\n```\n", ""},
		"a line that fails":         {"```sh\npawl init\npawl nosuch\n```\n", `unknown command "nosuch"`},
		"an untagged block":         {"```\npawl nosuch\n```\n", `unknown command "nosuch"`},
		"a wrong flag":              {"```console\n$ pawl init --adaptor script\nwrote  …\n```\n", "unknown flag: --adaptor"},
		"a wrong output":            {"```console\n$ pawl version\npawl 1.2.3 (of another world)\n```\n", "the document shows"},
		"a missing output":          {"```console\n$ pawl version\n```\n", "the document shows"},
		"a command named wrongly":   {"Type `pawl stats`.\n", `unknown command "stats"`},
		"a subcommand that is not":  {"Type `pawl handoffs forget ID`.\n", "forget"},
		"a flag named wrongly":      {"Type `pawl up\nNAME --fresh`.\n", "unknown flag: --fresh"},
		"too many arguments":        {"Type `pawl attach NAME OTHER`.\n", "attach takes NAME"},
		"a broken part of a file":   {"```yaml\nhandoff: {remind_afer: 1h}\n```\n", "remind_afer"},
		"a broken file":             {"```yaml\n# pawl.yaml\nversion: 2\nagents: {a: {}}\n```\n", "version"},
		"a command in cron's table": {"```crontab\n* * * * * pawl tock\n```\n", `unknown command "tock"`},
		"a block of no known kind":  {"```text\npawl nosuch\n```\n", "which no test knows"},
		"a block that is not ended": {"```sh\npawl init\n", "is not closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := faults(t, tmpl, c.text)
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("the faults are %q, not %q", got, c.want)
			}
		})
	}
}

func faults(t *testing.T, tmpl, text string) string {
	t.Helper()
	doc, err := parseDocument("doc.md", text)
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	errs := doc.lookUpSpans()
	if len(doc.blocks) > 0 {
		errs = append(errs, part{name: doc.name, blocks: doc.blocks}.run(newSandbox(t, tmpl))...)
	}
	for _, err := range errs {
		out.WriteString(err.Error() + "\n")
	}
	return out.String()
}

// TestOutputIsCompared says what counts as the same output.
func TestOutputIsCompared(t *testing.T) {
	for name, c := range map[string]struct {
		want, got string
		same      bool
	}{
		"times and ids":            {"14:03  h37b8a5714ad3  in 1m48s", "09:59  h0e3e646c70a6  in 3s", true},
		"process ids":              {"running (pid 12)", "running (pid 99999)", true},
		"widths of tables":         {"builder  idle   5s", "builder  idle  1m00s", true},
		"another state":            {"builder  idle  5s", "builder  gone  5s", false},
		"another count":            {"2 handoffs", "3 handoffs", false},
		"a line more":              {"one", "one\ntwo", false},
		"a line less":              {"one\ntwo", "one", false},
		"lines left out":           {"one\n…\nfour", "one\ntwo\nthree\nfour", true},
		"no lines left out":        {"one\n…\nfour", "one\nfour", true},
		"text left out":            {"at … now", "at 3 of them now", true},
		"what stands there counts": {"one\n…\nfive", "one\ntwo\nthree\nfour", false},
		"marks are no expression":  {"a.c (1)", "abc (1)", false},
	} {
		err := compareOutput(strings.Split(c.want, "\n"), strings.Split(c.got, "\n"))
		if (err == nil) != c.same {
			t.Errorf("%s: %v", name, err)
		}
	}
}
