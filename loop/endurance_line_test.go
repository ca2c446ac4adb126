//go:build linux

package loop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// line is origin's branch, which grows by a day at a time.
type line struct {
	t     testing.TB
	dir   string
	tip   string
	made  int // commits so far: what makes each of them another one
	fails []string
	last  []string // gates that were claimed in the window before
}

const (
	windows = 4            // in a day
	each    = 24 / windows // hours
	claims  = 48 / windows // in a window: with as many reviews about a hundred signals a day
)

func newLine(t testing.TB, dir string) *line {
	t.Helper()
	l := &line{t: t, dir: dir}
	if out, err := git(t.Context(), "", "", "init", "-q", "--bare", "-b", "main", dir); err != nil {
		t.Fatal(out, err)
	}
	var s stream
	l.commit(&s, time.Now(), "plans", "M 100644 inline plans/x.md\ndata 2\nx\n")
	l.move(l.write(&s)[0])
	return l
}

// stream is the input of one fast-import.
type stream struct {
	strings.Builder
	marks []int // the commits whose names are asked for
	count int
}

func (l *line) commit(s *stream, at time.Time, message, change string) {
	s.count++
	l.made++
	fmt.Fprintf(s, "commit refs/heads/next\nmark :%d\ncommitter C <c@example.com> %d +0000\ndata %d\n%s\n", s.count, at.Unix(), len(message), message)
	if s.count == 1 && l.tip != "" {
		fmt.Fprintf(s, "from %s\n", l.tip)
	}
	s.WriteString(change + "\n")
}

// mark asks for the name of the newest commit.
func (s *stream) mark() { s.marks = append(s.marks, s.count) }

// write makes the commits and returns the names that were asked for; of the
// newest where none was.
func (l *line) write(s *stream) []string {
	l.t.Helper()
	if len(s.marks) == 0 {
		s.mark()
	}
	names := filepath.Join(filepath.Dir(l.dir), "marks")
	if _, err := git(l.t.Context(), l.dir, s.String(), "fast-import", "--quiet", "--force", "--export-marks="+names); err != nil {
		l.t.Fatal(err)
	}
	text, err := os.ReadFile(names)
	if err != nil {
		l.t.Fatal(err)
	}
	of := map[string]string{}
	for line := range strings.Lines(string(text)) {
		mark, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		of[mark] = hash
	}
	var out []string
	for _, m := range s.marks {
		out = append(out, of[fmt.Sprint(":", m)])
	}
	return out
}

// move sets the branch, as a push does.
func (l *line) move(tip string) {
	l.t.Helper()
	ref := filepath.Join(l.dir, "refs", "heads", "main")
	if err := os.WriteFile(ref+".lock", []byte(tip+"\n"), 0o600); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Rename(ref+".lock", ref); err != nil {
		l.t.Fatal(err)
	}
	l.tip = tip
}

// tidy packs the repository where it has many packs, as whoever serves it does: a
// fetch from one that nobody looks after grows slower with each day, whoever asks.
func (l *line) tidy() {
	l.t.Helper()
	if _, err := git(l.t.Context(), l.dir, "", "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"); err != nil {
		l.t.Fatal(err)
	}
}

// day makes the commits of a day and returns the tip of each window. Once a week
// the newest commits of the day before are taken away first.
func (l *line) day(day int, at time.Time) []string {
	l.t.Helper()
	l.tidy()
	if day%7 == 6 {
		back, err := git(l.t.Context(), l.dir, "", "rev-parse", l.tip+"~10")
		if err != nil {
			l.t.Fatal(err)
		}
		l.tip = back
	}
	s := &stream{}
	for window := range windows {
		l.window(s, at.Add(time.Duration(window)*each*time.Hour), day, window)
		s.mark()
	}
	return l.write(s)
}

// window is what happens in some hours: claims, the reviews of those before, work,
// a letter that comes and is read, and in time a phase that is done.
func (l *line) window(s *stream, at time.Time, day, window int) {
	var gates []string
	for i := range claims {
		gates = append(gates, fmt.Sprintf("d%d.w%d.%d", day, window, i))
	}
	gates = append(gates, l.fails...)
	l.fails = nil
	for i, gate := range l.last {
		verdict := "pass"
		if (day+window+i)%11 == 0 {
			verdict = "fail"
			l.fails = append(l.fails, gate)
		}
		l.commit(s, at, fmt.Sprintf("review(%s): looked at it\n\nVerdict: %s\n", gate, verdict), l.file("machine-docs/REVIEW.md"))
	}
	for _, gate := range gates {
		l.commit(s, at, "claim("+gate+"): it works", l.file(fmt.Sprintf("src/f%d.go", l.made%200)))
	}
	l.last = gates
	for range claims {
		l.commit(s, at, "work", l.file(fmt.Sprintf("src/f%d.go", l.made%200)))
	}
	switch window {
	case 0:
		l.commit(s, at, "a letter", l.file("machine-docs/BUILDER-INBOX.md"))
	case 1:
		l.commit(s, at, "it is read", "D machine-docs/BUILDER-INBOX.md\n")
	case 2:
		status := "machine-docs/" + statusName(day/phaseDays)
		text := fmt.Sprintf("## DONE: not yet, %d missing\n", l.made)
		if day%phaseDays == phaseDays-1 {
			text = "## DONE\n"
		}
		l.commit(s, at, "status", fmt.Sprintf("M 100644 inline %s\ndata %d\n%s\n", status, len(text), text))
	}
}

// file is another content for a file.
func (l *line) file(path string) string {
	text := fmt.Sprintf("version %d\n", l.made) + strings.Repeat("line of code\n", 20)
	return fmt.Sprintf("M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
}
