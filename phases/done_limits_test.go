package phases

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

func TestDoneSeveralMarkers(t *testing.T) {
	v := Done([]byte("```\n## DONE\n```\n\n## DONE WHEN x\n\n## DONE\n\ntbd\n\n## DONE: verified\n"), marker2)
	if !v.Done {
		t.Fatal("one obeyed marker is enough")
	}
	var got []string
	for _, m := range v.Markers {
		got = append(got, fmt.Sprintf("%d %s | %v %s", m.Line, m.Text, m.Obey, m.Why))
	}
	want := []string{
		"2 ## DONE | false inside a code fence",
		`5 ## DONE WHEN x | false followed by a letter: "## DONE WHEN x"`,
		`7 ## DONE | false placeholder "tbd" in the section's first block`,
		"11 ## DONE: verified | true ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("markers:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestDoneLimits(t *testing.T) {
	tail := "\n## DONE\n"
	big := strings.Repeat("x", maxFile-len(tail)) + tail
	cases := []doneCase{
		{"a file of 1 MiB", big, ""},
		{"a file of one byte more", "x" + big, "the file is larger than 1 MiB"},
		{"UTF-16", "\xff\xfe#\x00#\x00", "the file is UTF-16"},
		{"nested as deep as is read", strings.Repeat(">", maxNesting) + "a\n\n## DONE\n", ""},
		{"nested too deep", "\n" + strings.Repeat("- ", maxNesting+1) + "a\n\n## DONE\n", "line 2 opens more than 100"},
		{"dots that open nothing", strings.Repeat(". ", 2*maxNesting) + "\n\n## DONE\n", ""},
		{"numbered too deep", strings.Repeat("1. ", maxNesting+1) + "a\n\n## DONE\n", "line 1 opens more than 100"},
	}
	checkDone(t, cases)
}

func TestDoneManyMarkers(t *testing.T) {
	v := Done([]byte(strings.Repeat("## DONE WHEN\n", 500)), marker2)
	if v.Done || len(v.Markers) != maxMarkers || !strings.HasPrefix(v.Markers[maxMarkers-1].Why, "more than") {
		t.Fatalf("got %d markers, the last %+v", len(v.Markers), v.Markers[len(v.Markers)-1])
	}
	v = Done([]byte("```\n"+strings.Repeat("## DONE\n", 500)+"```\n\n## DONE\n"), marker2)
	if !v.Done || len(v.Markers) != maxMarkers {
		t.Fatalf("quoted markers hide the real one: done %v, %d markers", v.Done, len(v.Markers))
	}
}

func TestDoneShowsCleanText(t *testing.T) {
	v := Done([]byte("## DONE WHEN \x1b[31m\u202e\xff"+strings.Repeat("é", 200)+"\n"), marker2)
	m := v.Markers[0]
	if len(m.Text) > maxMarkerText || !utf8.ValidString(m.Text) || strings.ContainsAny(m.Text+m.Why, "\x1b\u202e") {
		t.Fatalf("text %q, why %q", m.Text, m.Why)
	}
	if !strings.HasPrefix(m.Text, "## DONE WHEN [31m\uFFFDé") || !strings.HasSuffix(m.Text, "é…") {
		t.Fatalf("text %q", m.Text)
	}
}

func TestDoneOtherMarkers(t *testing.T) {
	for _, c := range []struct {
		name, marker, file string
		done               bool
	}{
		{"another level and text", "# Finished", "# Finished\n", true},
		{"the default then means nothing", "# Finished", "## DONE\n", false},
		{"several words", "### ALL DONE", "### ALL  DONE: ok\n", true},
		{"several words run together", "### ALL DONE", "### ALLDONE\n", false},
		{"several words, one of another case", "### ALL DONE", "### All DONE\n", false},
		{"a marker with emphasis", "## **DONE**", "## DONE\n", true},
		{"a marker with closing hashes", "## DONE ##", "## DONE\n", true},
		{"letters of another alphabet", "## ГОТОВО", "## ГОТОВО (ok)\n", true},
		{"a marker that is a list", "## 1. DONE", "## 1. DONE\n", true},
		{"a marker that is no heading", "DONE", "DONE\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := Done([]byte(c.file), c.marker); v.Done != c.done {
				t.Fatalf("Done = %v, want %v: %+v", v.Done, c.done, v.Markers)
			}
		})
	}
}

func TestParseMarker(t *testing.T) {
	for _, c := range []struct {
		in    string
		level int
		text  string
	}{
		{"## DONE", 2, "DONE"},
		{"  #   All   done  #", 1, "All done"},
		{"###### x", 6, "x"},
		{"##\tDONE", 2, "DONE"},
	} {
		level, text, err := ParseMarker(c.in)
		if err != nil || level != c.level || text != c.text {
			t.Errorf("ParseMarker(%q) = %d, %q, %v; want %d, %q", c.in, level, text, err, c.level, c.text)
		}
	}
	for _, in := range []string{
		"", "DONE", "##DONE", "##", "## ##", "####### x", "## !!", "DONE\n---", "## a\n## b", "> ## DONE", "- ## DONE",
		"```\n## DONE", "## a\x00b", "## \xff", "## " + strings.Repeat("x", 200), "## ~~DONE~~",
	} {
		_, _, err := ParseMarker(in)
		if err == nil {
			t.Errorf("ParseMarker(%q) passed", in)
		} else if !strings.Contains(err.Error(), `as in "## DONE"`) {
			t.Errorf("ParseMarker(%q) does not say what to write: %v", in, err)
		}
	}
}

// Files that make a careless parser take minutes. They are an eighth of the
// full size, which is enough to tell a square from a line.
func TestDoneHostileFiles(t *testing.T) {
	const size = maxFile / 8
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	var stairs strings.Builder
	for i := 0; stairs.Len() < size; i++ {
		stairs.WriteString(strings.Repeat("  ", i) + "- ## DONE x\n")
	}
	for name, file := range map[string]string{
		"links":               fill("[a]("),
		"links in a heading":  "## DONE" + fill("[a]("),
		"links in the block":  "## DONE\n\n" + fill("[a]("),
		"link definitions":    fill("[a]: /u\n"),
		"definitions, ruled":  fill("[a]: /u\n---\n"),
		"definitions, apart":  "## DONE\n\n" + fill("[a]: /u\n\n"),
		"quotes":              fill(">"),
		"quotes by the line":  fill(strings.Repeat(">", maxNesting) + "a\n"),
		"lists by the line":   fill(strings.Repeat("- ", maxNesting) + "a\n"),
		"lists as stairs":     stairs.String(),
		"items":               fill("- ## DONE x\n"),
		"items that are open": fill("- ## DONE\n- [ ] x\n"),
		"headings":            fill("# a\n"),
		"near markers":        fill("## x DONE **a** `b`\n"),
		"lines":               fill("a\n"),
		"comments":            fill("a <!-- b\n\n## DONE\n"),
		"comment openings":    fill("a<!--"),
		"tags":                "## DONE\n\n" + fill("<b"),
		"ticks":               fill("`a``b```c "),
		"nothing":             fill("\x00"),
	} {
		start := processorTime(t)
		Done([]byte(file), marker2)
		took := processorTime(t) - start
		t.Logf("%-20s %7d bytes %v", name, len(file), took.Round(time.Millisecond))
		if took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

type panics struct{ parser.Parser }

func (panics) Parse(text.Reader, ...parser.ParseOption) ast.Node { panic(io.ErrUnexpectedEOF) }

func TestParserPanicIsAnError(t *testing.T) {
	if doc, err := parse(panics{}, nil); doc != nil || err == nil {
		t.Fatalf("parse = %v, %v", doc, err)
	}
}

func BenchmarkDone(b *testing.B) {
	file := []byte("# Status of core\n\n" + strings.Repeat("- [x] gate passed, see [the review](x.md)\n", 200) + "\n## DONE: verified\n\nAll gates passed.\n")
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if !Done(file, marker2).Done {
			b.Fatal("not done")
		}
	}
}
