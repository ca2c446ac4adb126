package bench

import (
	"path/filepath"
	"strings"
	"testing"
)

// cheap are real runs of commands that only read, by the words that follow pawl.
var cheap = []string{
	"version", "status", "status --json", "handoffs", "handoffs --all", "events", "phase", "phase show", "schedule", "explain", "report",
	"config show", "config validate", "config schema", "hooks status", "logs coordinator", "completion bash", "man",
	"poke", "hook post-receive", "hook reference-transaction", "replay HEAD~1..HEAD", "check HEAD~1..HEAD",
}

// BenchmarkStart is how long each command takes for its help, and those that only
// read for what they are there for; beside each of them is a program that does nothing.
func BenchmarkStart(b *testing.B) {
	dir := scratch(b)
	nothing := filepath.Join(dir, "nothing")
	command(b, "", "go", "build", "-o", nothing, "./testdata/nothing")
	command(b, dir, "git", "init", "-q", "--bare", "-b", "main", "origin.git")
	work := filepath.Join(dir, "work")
	command(b, dir, "git", "clone", "-q", "origin.git", work)
	for _, subject := range []string{"begin", "claim(core): it works"} {
		command(b, work, "git", "commit", "-q", "--allow-empty", "-m", subject)
	}
	command(b, work, "git", "push", "-q", "origin", "HEAD:main")
	p := newProject(b, work, origin(filepath.Join(dir, "origin.git"))+twoAgents+"phases: {sequence: [{id: core, plan: plan.md, status: STATUS.md}]}\n")
	p.start()
	p.tick()
	least := contender{name: "nothing", do: func() { command(b, "", nothing) }}
	start := func(b *testing.B, words ...string) {
		var r race
		for b.Loop() {
			r.round(contender{name: "pawl", do: func() { p.pawl(words...) }}, least)
		}
		r.report(b, [2]string{"pawl", "nothing"})
	}
	for _, name := range commands(b, p, "") {
		b.Run("help/"+name, func(b *testing.B) { start(b, append(strings.Fields(name), "--help")...) })
	}
	for _, line := range cheap {
		b.Run("run/"+line, func(b *testing.B) { start(b, strings.Fields(line)...) })
	}
}

// commands are the names of all commands below one, as the Tab key offers them.
func commands(b *testing.B, p *project, above string) []string {
	b.Helper()
	out, err := p.command(append(append([]string{"__complete", "help"}, strings.Fields(above)...), "")...).Output()
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		if word, _, ok := strings.Cut(line, "\t"); ok {
			name := strings.TrimSpace(above + " " + word)
			names = append(append(names, name), commands(b, p, name)...)
		}
	}
	return names
}
