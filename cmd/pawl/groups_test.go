package main

import (
	"bytes"
	"strings"
	"testing"
)

// A command that is mistyped is a usage error which names the one that was meant,
// below whatever command it stands.
func TestMistypedCommandsAreNoHelp(t *testing.T) {
	root, commands := commandsOf(t)
	commands[""] = root
	for name, c := range commands {
		for _, sub := range c.Commands() {
			if sub.Hidden || sub.Name() == "help" {
				continue // cobra does not propose them
			}
			args := append(strings.Fields(name), sub.Name()+"x")
			var out, errw bytes.Buffer
			code := run(args, strings.NewReader(""), &out, &errw)
			if said := errw.String(); code != exitUsage || out.Len() > 0 || !strings.Contains(said, "hint: did you mean ") || !strings.Contains(said, sub.Name()) {
				t.Errorf("pawl %s: exit %d, %q, %q", strings.Join(args, " "), code, out.String(), said)
			}
		}
	}
}

// A group by itself says what there is.
func TestAGroupByItselfPrintsItsHelp(t *testing.T) {
	for _, name := range []string{"hooks", "launcher", "service", "config"} {
		var out, errw bytes.Buffer
		if code := run([]string{name}, strings.NewReader(""), &out, &errw); code != exitOK || !strings.Contains(out.String(), "Available Commands:") {
			t.Errorf("pawl %s: exit %d, %q, %q", name, code, out.String(), errw.String())
		}
	}
}
