package phases

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// places names where a line that reads like the marker is no heading.
var places = map[blockKind]string{
	fenceBlock:   "inside a code fence",
	indentBlock:  "inside an indented code block",
	commentBlock: "inside an HTML comment",
	htmlBlock:    "inside an HTML block",
}

// mentions reports up to limit lines that read like the marker and are no
// headings.
func (f *file) mentions(m marker, limit int) []Marker {
	var found []Marker
	add := func(line int, why string) {
		if len(found) < limit {
			found = append(found, Marker{Line: line, Text: clean(f.written(line)), Why: why})
		}
	}
	for n := 1; n <= f.front; n++ {
		if reads, _ := m.reads(f.written(n)); reads {
			add(n, "inside front matter")
		}
	}
	for _, b := range f.blocks {
		if b.kind == headingBlock {
			continue
		}
		f.each(b, func(line int, text string) {
			reads, spaced := m.reads(text)
			switch {
			case reads && b.kind != textBlock:
				add(line, places[b.kind])
			case reads && spaced:
				add(line, "indented too far for a heading")
			case reads:
				add(line, "no space after the hashes")
			}
		})
	}
	return found
}

// reads says whether a line would be the marker where headings can be, and
// whether there is a space after its hashes.
func (m marker) reads(line string) (ok, spaced bool) {
	line = strings.TrimLeft(line, " \t")
	if after, comment := strings.CutPrefix(line, "<!--"); comment {
		line = strings.TrimLeft(after, " \t")
	}
	line, ok = strings.CutPrefix(line, strings.Repeat("#", m.level))
	if !ok {
		return false, false
	}
	after := strings.TrimLeft(line, " \t")
	rest, ok := strings.CutPrefix(after, m.text)
	if !ok {
		return false, false
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !isWord(r) && r != '_' && !unicode.IsMark(r), after != line
}
