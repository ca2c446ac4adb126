package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// commandsOf are all commands that can be called, by name.
func commandsOf(t *testing.T) (*cobra.Command, map[string]*cobra.Command) {
	t.Helper()
	root := (&app{out: io.Discard, err: io.Discard}).root()
	found := map[string]*cobra.Command{}
	for _, c := range allCommands(root) {
		found[nameOf(c)] = c
	}
	return root, found
}

func TestEachCommandHasHelpInOneVoice(t *testing.T) {
	_, commands := commandsOf(t)
	for name, c := range commands {
		if c.Runnable() && c.Example == "" {
			t.Errorf("%s has no example; add one to examples", name)
		}
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || strings.ToLower(c.Short[:1]) != c.Short[:1] {
			t.Errorf("%s: %q should be a phrase that begins with a small letter and ends without a full stop", name, c.Short)
		}
		if c.Long != "" && (!strings.HasPrefix(c.Long, c.Name()+" ") || strings.Contains(c.Long, "\t")) {
			t.Errorf("%s: its long help should begin with its name: %q", name, c.Long)
		}
		for line := range strings.SplitSeq(c.Long, "\n") {
			if width(line) > 135 {
				t.Errorf("%s: a line of its help takes %d columns: %s", name, width(line), line)
			}
		}
	}
	for name := range examples {
		if _, ok := commands[name]; !ok && name != "" {
			t.Errorf("examples has %q, which is no command", name)
		}
	}
}

func TestExamplesAreCommandLinesThatPawlTakes(t *testing.T) {
	for name, text := range examples {
		for line := range strings.SplitSeq(text, "\n") {
			uses := false
			for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("|&()<>", r) }) {
				_, call, ok := strings.Cut(" "+part, " pawl ")
				if !ok || strings.Contains(part, "tmux -L pawl") {
					continue
				}
				root, _ := commandsOf(t) // flags stay set once they were parsed
				c, args, err := root.Find(shellWords(call))
				if err == nil {
					err = c.ParseFlags(args)
				}
				if err == nil && c.Args != nil {
					err = c.Args(c, c.Flags().Args())
				}
				if err != nil {
					t.Errorf("%q: %v", line, err)
					continue
				}
				uses = uses || name == "" || nameOf(c) == name || strings.HasPrefix(nameOf(c), name+" ")
			}
			if !uses {
				t.Errorf("an example of %q does not use it: %s", name, line)
			}
		}
	}
}

// shellWords splits a line at its blanks, but within single quotes.
func shellWords(line string) (words []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// What is written in capitals in a command's Use is a name that Tab can know.
func TestTabKnowsEachArgument(t *testing.T) {
	_, commands := commandsOf(t)
	for name, c := range commands {
		_, arguments, has := strings.Cut(c.Use, " ")
		if has && strings.ToUpper(arguments) == arguments && c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 {
			t.Errorf("%s %s: Tab offers nothing; add it to argumentWords", name, arguments)
		}
	}
	for _, table := range []map[string]bool{keys(argumentWords), keys(argumentFiles), keys(flagWords), keys(flagFiles)} {
		for name := range table {
			if _, ok := commands[name]; !ok && name != "" {
				t.Errorf("%q is offered words and is no command", name)
			}
		}
	}
}

func keys[V any](m map[string]V) map[string]bool {
	out := map[string]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}
