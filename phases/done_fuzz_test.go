package phases

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzDone(f *testing.F) {
	for _, s := range []string{
		"## DONE", "# S\r\n\r\n## DONE\r\n\r\n- [x] a\r\n", "## DONE WHEN", "> ## DONE\n```\n## DONE", "DONE\n---\n<!-- a\n## DONE -->",
		"## DONE <commit sha>\n", "## DONE\n\n[a]: /x\n---\n- [ ] y", "---\na: b\n---\n## DONE\n\n**not yet**", "---\na: b\n---", "a <!-- b\n## DONE\nc -->",
		"- ## DONE\n- [ ] a\n", "## ~~DONE~~\n", "\ufeff## &#68;ONE\n<details><summary>Incomplete", "    ## DONE\n##DONE\n\t## DONE",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		v := Done(file, marker2)
		checkVerdict(t, v)
		if len(file) > maxFile/2 {
			return
		}
		if again := Done([]byte(strings.ReplaceAll(string(file), "\n", "\r\n")), marker2); again.Done != v.Done && !strings.Contains(string(file), "\r") {
			t.Fatalf("line ends change the answer from %v to %v", v, again)
		}
		// What stands in a later section is no business of this one. Open front
		// matter and an open comment can be closed by nothing that is added here.
		later := append(append([]byte{}, file...), "\n\n## Later\n\n- [ ] open\n\nnot yet\n"...)
		if after := Done(later, marker2); after.Done != v.Done && !listed(v) {
			t.Fatalf("a section below changes %+v to %+v", v, after)
		}
	})
}

func checkVerdict(t *testing.T, v Verdict) {
	t.Helper()
	obeyed, last := false, 0
	for _, m := range v.Markers {
		obeyed = obeyed || m.Obey
		if m.Line < last || m.Line < 1 {
			t.Fatalf("line %d after line %d: %+v", m.Line, last, v)
		}
		last = m.Line
		if m.Obey != (m.Why == "") {
			t.Fatalf("obeyed %v because %q", m.Obey, m.Why)
		}
		for _, s := range []string{m.Text, m.Why} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\n\r\t") || len(m.Text) > maxMarkerText {
				t.Fatalf("unclean or long: %q", s)
			}
		}
	}
	if v.Done != obeyed || len(v.Markers) > maxMarkers {
		t.Fatalf("done %v with %d markers, obeyed %v", v.Done, len(v.Markers), obeyed)
	}
}

// listed says that an obeyed marker may stand in a list, whose section ends
// with its file and not with a heading below the list's level.
func listed(v Verdict) bool {
	for _, m := range v.Markers {
		if !strings.HasPrefix(strings.TrimSpace(m.Text), "##") {
			return true
		}
	}
	return false
}

func FuzzParseMarker(f *testing.F) {
	for _, s := range []string{"## DONE", "#\tx #", "## **a** `b`", "DONE", "## 1. x", "### a  b ###", "## <b>x</b>", "## &amp; x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		level, text, err := ParseMarker(s)
		if err != nil {
			if level != 0 || text != "" || !utf8.ValidString(err.Error()) {
				t.Fatalf("ParseMarker(%q) = %d, %q, %v", s, level, text, err)
			}
			return
		}
		if level < 1 || level > 6 || text != strings.Join(strings.Fields(text), " ") {
			t.Fatalf("ParseMarker(%q) = %d, %q", s, level, text)
		}
	})
}
