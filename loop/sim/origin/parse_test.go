package origin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommitsAreReadAndWritten(t *testing.T) {
	const head = "tree 1\nparent 2\nparent 3\nauthor a <a> 1 +0000\ncommitter c <c> 2 +0000\nencoding ISO-8859-1\n"
	for name, text := range map[string]string{
		"a message":   head + "\nsubject\n\nbody\n",
		"no message":  head + "\n",
		"blank lines": head + "\n\n\nsubject",
	} {
		c, err := parseCommit(text)
		if err != nil || c.text(c.committer) != text || len(c.parents) != 2 {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	signed := strings.Replace(head, "encoding", "gpgsig -----BEGIN\n 1\n \n 2\nencoding", 1) + "\nsubject\n"
	if c, err := parseCommit(signed); err != nil || c.text(c.committer) != head+"\nsubject\n" {
		t.Errorf("signed: %+v, %v", c, err)
	}
	for _, bad := range []string{"", "tree 1\n\nsubject", "tree 1", head[:len(head)-3]} {
		if c, err := parseCommit(bad); err == nil {
			t.Errorf("%q is %+v", bad, c)
		}
	}
}

func FuzzParseCommit(f *testing.F) {
	f.Add("tree 1\nparent 2\nauthor a\ncommitter c\ngpgsig x\n y\nmergetag z\n y\n\nsubject\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCommit(text)
		if err != nil {
			return
		}
		written := c.text(c.committer)
		again, err := parseCommit(written)
		if err != nil || again.text(again.committer) != written {
			t.Fatalf("%q is written as %q, which is %+v, %v", text, written, again, err)
		}
	})
}

func FuzzParseBatch(f *testing.F) {
	c := "tree 1\nauthor a\ncommitter c\n\nsubject\n"
	f.Add(fmt.Sprintf("123 commit %d\n%s\n456 commit %[1]d\n%[2]s\n", len(c), c))
	f.Add("123 missing\n")
	f.Fuzz(func(t *testing.T, text string) {
		commits, err := parseBatch(text)
		if err != nil && commits != nil {
			t.Fatalf("%v and %v", commits, err)
		}
		for hash, c := range commits {
			if !strings.Contains(text, hash) || c.tree == "" {
				t.Fatalf("%q: %s is %+v", text, hash, c)
			}
		}
	})
}

func FuzzParseLog(f *testing.F) {
	f.Add("1\x00agent\x0012\x00claim(a): it works\x00\n2\x00\x00-1\x00\x00")
	f.Fuzz(func(t *testing.T, text string) {
		commits, err := parseLog(text)
		if want := strings.Count(text, "\x00") / 4; err == nil && len(commits) != want {
			t.Fatalf("%q has %d commits, not %d", text, len(commits), want)
		}
	})
}

func TestWhatIsNotHere(t *testing.T) {
	for _, kind := range []Kind{Path, HTTP, SSH, "carrier pigeon"} {
		err := Available(kind)
		if err != nil && !errors.Is(err, ErrNotHere) || kind == "carrier pigeon" && err == nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	passwd := filepath.Join(t.TempDir(), "passwd")
	if err := os.WriteFile(passwd, []byte("# a\n\nagen:x:1:1::/:/bin/no\nagent:!x:1:1::/:/bin/sh\nshort:x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"agent": "/bin/sh", "short": "", "nobody": "", "": ""} {
		if got := account(passwd, name, 6); got != want {
			t.Errorf("the shell of %q is %q, not %q", name, got, want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := Available(Path); !errors.Is(err, ErrNotHere) || !strings.Contains(err.Error(), "git") {
		t.Errorf("without git: %v", err)
	}
}
