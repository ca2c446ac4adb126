//go:build linux || darwin

package process

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop/launcher/logfile"
)

// A log that is full goes on in a new one, at a line's end, and what was said
// last is still seen.
func TestALogIsRotated(t *testing.T) {
	t.Parallel()
	l := New(testOptions(t))
	// It waits for the log: one that stands still for long loses output by design.
	spec := testSpec(t, l, "acme-talk", "test-talk", `i=0
while [ $i -lt 18 ]; do
	head -c 1048575 /dev/zero | tr '\0' x; echo; i=$((i+1))
	until [ "$(cat agent.log* 2>/dev/null | wc -c)" -ge $((i*1048576)) ]; do sleep 0.01; done
done
echo WAITING-UNTIL: noon
exec sleep 1000`)
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the last line", func() bool {
		lines, err := l.Capture(testContext(t), spec.Ref, 1)
		return err == nil && len(lines) == 1 && strings.HasPrefix(lines[0], "WAITING")
	})
	older, err := os.ReadFile(logfile.Rotated(spec.Log))
	if err != nil || len(older) <= logfile.Limit || len(older) > logfile.Limit+lineLimit+chunkSize || older[len(older)-1] != '\n' {
		t.Errorf("what was rotated has %d bytes, %v", len(older), err)
	}
	log, err := os.ReadFile(spec.Log)
	if err != nil || len(older)+len(log) != 18<<20+len("WAITING-UNTIL: noon\n") {
		t.Errorf("both have %d bytes, %v", len(older)+len(log), err)
	}
}

func TestWhatIsCapturedOfARotatedLog(t *testing.T) {
	begin := time.Now().Add(-time.Hour)
	for _, c := range []struct {
		name, older, log string
		age              time.Duration // of what was rotated, since the session began
		ours             string        // which of both was the log at the start
		from             int64
		want             string
	}{
		{"not rotated", "", "before\nnow\n", 0, "log", 7, "now"},
		{"rotated by a predecessor", "theirs\n", "now\n", -time.Minute, "log", 0, "now"},
		{"rotated while it ran", "before\nfirst\n", "now\n", time.Minute, "older", 7, "first now"},
		{"rotated twice", "first\n", "now\n", time.Minute, "", 7, "first now"},
		{"rotated twice, and the number is given again", "first\n", "now, and more\n", time.Minute, "log", 7, "first now, and more"},
		{"rotated just now", "first\nlast\n", "", time.Minute, "older", 0, "first last"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &state{Log: filepath.Join(t.TempDir(), "a.log"), At: begin, LogFrom: c.from}
			for path, text := range map[string]string{s.Log: c.log, logfile.Rotated(s.Log): c.older} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			at := begin.Add(c.age)
			if err := os.Chtimes(logfile.Rotated(s.Log), at, at); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if path := map[string]string{"log": s.Log, "older": logfile.Rotated(s.Log)}[c.ours]; path != "" {
				s.LogInode = inode(t, path)
			}
			text, err := readLog(s)
			if got := strings.Join(lastLines(text, 9), " "); err != nil || got != c.want {
				t.Errorf("it shows %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	f := logfile.File{Path: path}
	if err := f.Open(); err != nil {
		t.Fatal(err)
	}
	n, _ := f.Place()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}
