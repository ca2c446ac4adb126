package main

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"
)

func TestHelpFitsTheTerminal(t *testing.T) {
	root, commands := commandsOf(t)
	commands[""] = root
	for name, c := range commands {
		about, usage := cmp.Or(c.Long, c.Short), c.UsageString()
		for _, limit := range []int{80, helpWidth} {
			folded := foldText(about, limit)
			for line := range strings.SplitSeq(folded, "\n") {
				if width(line) > limit && !strings.HasPrefix(line, "  ") {
					t.Errorf("%s: of %d columns a line takes %d: %s", name, limit, width(line), line)
				}
			}
			list := foldUsage(usage, limit)
			for line := range strings.SplitSeq(strings.Replace(list, c.Example, "", 1), "\n") {
				if width(line) > limit {
					t.Errorf("%s: of %d columns a line takes %d: %s", name, limit, width(line), line)
				}
			}
			if !slices.Equal(strings.Fields(folded+list), strings.Fields(about+usage)) {
				t.Errorf("%s: folding to %d columns changes words:\n%s\n%s", name, limit, folded, list)
			}
		}
	}
}

func TestHelpStaysAsWrittenOffATerminal(t *testing.T) {
	root, commands := commandsOf(t)
	for name, c := range commands {
		var out bytes.Buffer
		root.SetOut(&out)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		if want := cmp.Or(c.Long, c.Short) + "\n\n" + c.UsageString(); out.String() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, out.String(), want)
		}
	}
}

func TestFoldText(t *testing.T) {
	for _, c := range []struct{ what, text, want string }{
		{"what fits stays as it was broken", "one two\nthree", "one two\nthree"},
		{"a paragraph with a long line is filled anew", "one two three\nfour", "one two\nthree four"},
		{"each paragraph is one", "one two three\n\nfour\nfive", "one two\nthree\n\nfour\nfive"},
		{"a line to be copied stays", "one two three\n  pawl status --json\nfour", "one two\nthree\n  pawl status --json\nfour"},
	} {
		if got := foldText(c.text, 10); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

func TestFoldUsage(t *testing.T) {
	text := "Usage:\n  pawl frobnicate [NAME…] [flags]\n\nExamples:\n  pawl frobnicate builder  # twice\n\n" +
		"Flags:\n  -h, --help   print this\n      --to N   how many times it is done\n\nSay pawl [command] --help for more"
	want := "Usage:\n  pawl frobnicate [NAME…] [flags]\n\nExamples:\n  pawl frobnicate builder  # twice\n\n" +
		"Flags:\n  -h, --help   print this\n      --to N   how many\n               times it\n               is done\n\nSay pawl [command] --help\nfor more"
	if got := foldUsage(text, 25); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
