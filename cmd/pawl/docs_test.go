package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pawl/internal/need"

	"github.com/rogpeppe/go-internal/txtar"
)

// docsDir holds what the test does before a document's blocks: NAME.txtar has a
// script for each heading that has blocks, which then has a sandbox of its own.
const docsDir = "testdata/docs"

// documents are the files whose command lines are run, from the top folder.
var documents = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/adapters.md", "docs/check.md", "docs/config.md", "docs/moving.md", "docs/notifications.md", "docs/hooks.md", "docs/launcher-protocol.md", "docs/operations.md", "docs/platforms.md", "docs/ssh.md", "docs/service.md", "docs/verbs.md", "docs/watchers.md", "docs/workers.md"}

// named are those of which only the commands that they name are looked up.
var named = []string{"ARCHITECTURE.md", "CHANGELOG.md"}

// notRun are the lines of sh blocks that are not run, and why. The pawl
// commands among them are looked up all the same.
var notRun = map[string]string{
	"go build -o pawl ./cmd/pawl":             "the test's own binary is the pawl of these documents; .ci/run builds it",
	"nix build":                               "it needs the network",
	"nix develop -c pawl demo":                "it needs the network",
	"nix run . -- doctor":                     "it needs the network",
	"nix flake check":                         "it needs the network",
	"pawl status --watch":                     "it does not end",
	"pawl attach builder":                     "it needs a terminal",
	"pawl launcher test ./pawl-launcher-mine": "it is the reader's own; the sample is tried by a script",
	"pawl launcher test ./pawl-launcher-mine --run grandchildren --verbose": "likewise",
	"pawl logs builder -f": "it does not end",
	"pawl simulate":        "it takes a minute; .ci/run plays one, and a script a short one",
	".ci/run":              "it runs this test",
	".ci/fuzz 60s":         "it takes half an hour",
	"go run golang.org/x/vuln/cmd/govulncheck@latest ./...": "it needs the network",
	"go test -race -run 'TestScripts/^report' ./cmd/pawl":   "the source is not in the sandbox; .ci/run runs all tests",
	"go test ./...":                 "it runs this test",
	"go test -race ./loop/adapter/": "the source is not in the sandbox; .ci/run runs all tests",
}

// atOnce bounds how many sandboxes there are: each has a coordinator, and the
// demo among them is to be as quick as it says.
var atOnce = make(chan struct{}, 4)

// TestDocuments does what the documents say.
func TestDocuments(t *testing.T) {
	need.Program(t, "git")
	need.Program(t, "tmux")
	tmpl := template(t)
	skipped := map[string]bool{}
	for _, name := range documents {
		doc := readDocument(t, name)
		for _, err := range doc.lookUpSpans() {
			t.Error(err)
		}
		for _, b := range doc.blocks {
			for _, line := range b.text {
				if b.tag == "sh" && notRun[bare(line)] != "" {
					skipped[bare(line)] = true
				}
			}
		}
		for _, p := range parts(t, doc) {
			t.Run(doc.name+"/"+p.heading, func(t *testing.T) {
				t.Parallel()
				atOnce <- struct{}{}
				t.Cleanup(func() { <-atOnce })
				for _, err := range p.run(newSandbox(t, tmpl)) {
					t.Error(err)
				}
			})
		}
	}
	for _, name := range named {
		for _, err := range readDocument(t, name).lookUpSpans() {
			t.Error(err)
		}
	}
	for line, why := range notRun {
		if !skipped[line] {
			t.Errorf("no document has the line %q, which is not run because %s", line, why)
		}
	}
}

// part is what of a document runs in one sandbox.
type part struct {
	name    string // of the document
	heading string // "" for all of it
	before  string // run before the first block
	setup   string // put before each script
	blocks  []block
}

// parts divides a document by what docsDir has for it.
func parts(t *testing.T, doc document) []part {
	t.Helper()
	file := filepath.Join(docsDir, strings.TrimSuffix(filepath.Base(doc.name), ".md")+".txtar")
	archive, err := txtar.ParseFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return []part{{name: doc.name, blocks: doc.blocks}}
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []part
	rest := map[string][]block{}
	for _, b := range doc.blocks {
		rest[b.heading] = append(rest[b.heading], b)
	}
	for _, f := range archive.Files {
		if rest[f.Name] == nil {
			t.Errorf("%s: %s has no heading %q with a block below it", file, doc.name, f.Name)
		}
		out = append(out, part{doc.name, f.Name, string(f.Data), string(archive.Comment), rest[f.Name]})
		delete(rest, f.Name)
	}
	for heading, blocks := range rest {
		out = append(out, part{doc.name, heading, "", string(archive.Comment), blocks})
	}
	return out
}

// run runs the blocks in order, up to the first that fails.
func (p part) run(s *sandbox) []error {
	s.setup = p.setup
	if p.before != "" {
		if out, err := s.sh(p.before); err != nil {
			return []error{fmt.Errorf("before %q of %s: %w\n%s", p.heading, p.name, err, out)}
		}
	}
	for _, b := range p.blocks {
		var errs []error
		switch b.tag {
		case "sh":
			errs = p.shell(s, b)
		case "console":
			errs = p.console(s, b)
		case "yaml":
			errs = p.yaml(s, b)
		case "crontab":
			errs = b.lookUpCron(p.name)
		}
		if len(errs) > 0 {
			return errs
		}
	}
	return nil
}

// shell writes the script that a block shows, or runs its lines.
func (p part) shell(s *sandbox, b block) []error {
	if name := b.fileName(); name != "" {
		s.write(filepath.Join(s.here(), name), strings.Join(b.text, "\n")+"\n")
		return nil
	}
	var errs []error
	script := make([]string, len(b.text))
	for i, line := range b.text {
		if notRun[bare(line)] == "" {
			script[i] = line
		} else if err := lookUp(bare(line)); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", p.name, b.line+i, err))
		}
	}
	if out, err := s.sh(strings.Join(script, "\n")); err != nil {
		errs = append(errs, fmt.Errorf("%s:%d: %w\n%s", p.name, b.line, err, out))
	}
	return errs
}

func (p part) console(s *sandbox, b block) []error {
	steps := b.steps()
	if len(steps) == 0 {
		return []error{fmt.Errorf("%s:%d: a console block has no line that begins with $", p.name, b.line)}
	}
	for _, st := range steps {
		if err := s.console(st); err != nil {
			return []error{fmt.Errorf("%s:%d: %s: %w", p.name, st.line, st.command, err)}
		}
	}
	return nil
}

// What makes a whole file of a part of one.
const (
	smallest       = "version: 1\n"
	smallestAgents = "agents: {builder: {kind: loop, role: builder}, adversary: {kind: loop, role: adversary}}\n"
)

// yaml validates a whole pawl.yaml, or a part of one; one that is named stays.
func (p part) yaml(s *sandbox, b block) []error {
	text := strings.Join(b.text, "\n") + "\n"
	name := filepath.Join("validated", fmt.Sprintf("%d", b.line), "pawl.yaml")
	if b.fileName() != "" {
		name = filepath.Join(s.here(), b.fileName())
	}
	if !strings.Contains("\n"+text, "\nversion:") {
		text = smallest + text
	}
	if !strings.Contains("\n"+text, "\nagents:") {
		text += smallestAgents
	}
	s.write(name, text)
	if out, err := s.sh(fmt.Sprintf("pawl --config \"$HOME/%s\" config validate", name)); err != nil {
		return []error{fmt.Errorf("%s:%d: %w\n%s", p.name, b.line, err, out)}
	}
	return nil
}

func readDocument(t *testing.T, name string) document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parseDocument(name, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
