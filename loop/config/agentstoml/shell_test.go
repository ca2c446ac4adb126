package agentstoml

import (
	"context"
	"os/exec"
	"strings"
	"testing"
)

func TestSplitCommand(t *testing.T) {
	for _, c := range []struct {
		text string
		argv []string
		why  string
	}{
		{`npm run dev`, []string{"npm", "run", "dev"}, ""},
		{`a 'b c' "d e" f\ g`, []string{"a", "b c", "d e", "f g"}, ""},
		{`a '$x | y' "<z>"`, []string{"a", "$x | y", "<z>"}, ""},
		{`A=1 B='2 3' run`, []string{"env", "A=1", "B=2 3", "run"}, ""},
		{`exec run x`, []string{"run", "x"}, ""},
		{`~/bin/x ~ '~/y' a~b --dir=~/z`, []string{"/home/it's me/bin/x", "/home/it's me", "~/y", "a~b", "--dir=~/z"}, ""},
		{`a $X`, nil, "variable"}, {`a "$X"`, nil, "variable"}, {"a `b`", nil, "substitution"}, {`a | b`, nil, "pipe"}, {`a && b`, nil, "several"},
		{`a; b`, nil, "several"}, {"a\nb", nil, "several"}, {`a > f`, nil, "redirection"}, {`a *.log`, nil, "pattern"}, {`(a)`, nil, "subshell"},
		{`a # b`, nil, "remark"}, {`cd x`, nil, "the shell's own"}, {`~you/x`, nil, "home"},
	} {
		got, err := splitCommand(c.text, "/home/it's me")
		if err != nil || (c.why == "") != (got.why == "") || !strings.Contains(got.why, c.why) {
			t.Errorf("%q needs a shell because %q (%v), not %q", c.text, got.why, err, c.why)
		}
		same(t, c.text, got.argv, c.argv)
	}
	for _, text := range []string{"", "  ", "A=1", `a "b`, `a 'b`, `a \`} {
		if _, err := splitCommand(text, ""); err == nil {
			t.Errorf("%q is taken for a command", text)
		}
	}
}

// A script gets pawl's arguments behind its own.
func TestShellArgv(t *testing.T) {
	for _, text := range []string{`printf '%s,' $EMPTY a`, `printf '%s,' a 2>&1`} {
		cmd, err := splitCommand(text, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, preamble := range []string{"", "true &&", "X=1\nexport X"} {
			argv := append(shellArgv(cmd, preamble, "name"), "--model", "the prompt")
			out, err := exec.CommandContext(context.Background(), argv[0], argv[1:]...).Output()
			if err != nil || string(out) != "a,--model,the prompt," {
				t.Errorf("%q prints %q, %v", argv, out, err)
			}
		}
	}
}
