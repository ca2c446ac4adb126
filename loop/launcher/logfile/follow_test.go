//go:build linux || darwin

package logfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func follow(t *testing.T, path string) *Follower {
	t.Helper()
	f, err := Follow(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// more is what a look at the log brings.
func more(t *testing.T, f *Follower) string {
	t.Helper()
	var out bytes.Buffer
	if err := f.More(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTailReadsBackAcrossARotation(t *testing.T) {
	for _, c := range []struct {
		name, older, log string
		n                int
		want             string
	}{
		{"enough in the log", "a\nb\n", "c\nd\ne\n", 2, "d\ne\n"},
		{"all of the log", "a\nb\n", "c\nd\n", 2, "c\nd\n"},
		{"one from before", "a\nb\n", "c\nd\n", 3, "b\nc\nd\n"},
		{"more than there are", "a\nb\n", "c\n", 9, "a\nb\nc\n"},
		{"none", "a\n", "b\n", 0, ""},
		{"a line that was cut by the rotation", "a\nb", "c\nd\n", 2, "bc\nd\n"},
		{"a last line without its end", "a\n", "b\nc", 2, "b\nc"},
		{"just rotated", "a\nb\n", "-", 1, "b\n"},
		{"never rotated", "-", "a\nb\n", 3, "a\nb\n"},
		{"nothing at all", "-", "-", 3, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.log")
			for name, text := range map[string]string{path: c.log, Rotated(path): c.older} {
				if text != "-" {
					write(t, name, text)
				}
			}
			f := follow(t, path)
			var out bytes.Buffer
			if err := f.Tail(&out, c.n); err != nil || out.String() != c.want {
				t.Errorf("the last %d lines are %q, %v; want %q", c.n, out.String(), err, c.want)
			}
			if got := more(t, f); got != "" {
				t.Errorf("and then %q comes again", got)
			}
		})
	}
}

// Each line comes once and in order, wherever the looks fall, as long as the log
// is not rotated more than twice between them.
func TestFollowingLosesAndRepeatsNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		path := filepath.Join(t.TempDir(), "a.log")
		l := &File{Path: path}
		if err := l.Open(); err != nil {
			t.Fatal(err)
		}
		f := follow(t, path)
		var want, got strings.Builder
		for i, rotations := 0, 0; i < 60; i++ {
			line := fmt.Sprintf("line %d\n", i)
			if _, err := l.Write([]byte(line)); err != nil {
				t.Fatal(err)
			}
			want.WriteString(line)
			if rotations < 2 && r.IntN(4) == 0 {
				if err := l.Rotate(0); err != nil {
					t.Fatal(err)
				}
				rotations++
			}
			if r.IntN(5) == 0 || rotations == 2 && r.IntN(2) == 0 {
				got.WriteString(more(t, f))
				rotations = 0
				if stat(path) == nil {
					rotations = 1 // the reader has not seen what follows that one
				}
			}
		}
		got.WriteString(more(t, f))
		if got.String() != want.String() {
			t.Fatalf("it read\n%s\nwhere\n%s\nwas written", got.String(), want.String())
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFollowingALogThatOthersTouch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	f := follow(t, path)
	want := func(text string) {
		t.Helper()
		if got := more(t, f); got != text {
			t.Errorf("it read %q, want %q", got, text)
		}
	}
	want("")
	write(t, Rotated(path), "from before\n")
	write(t, path, "one\n")
	f = follow(t, path)
	want("one\n")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	want("")
	write(t, path, "two\n")
	want("two\n") // and not what was rotated before
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	want("")
	write(t, path, "3\n")
	want("3\n")
}

func TestOnlyFilesAreRead(t *testing.T) {
	if _, err := Follow(t.TempDir()); err == nil {
		t.Error("it reads a folder")
	}
}
