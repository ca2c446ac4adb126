package phases

import (
	"fmt"
	"sort"
)

const (
	maxMarkers = 100 // headings that are judged, and markers that are reported
	maxLook    = 20  // blocks without text that a section may begin with
)

// Done reads a STATUS file: whether a heading in it is the done marker, which is
// one heading as ParseMarker takes it, matched by level and exact text. Every
// marker that is there is reported, and why when it is not obeyed; so are a
// heading that differs from it only in level or case, and a file or a marker
// that cannot be read at all. Its time is bounded: milliseconds for
// what people write, about two seconds for the worst 1 MiB that was tried.
func Done(markdown []byte, marker string) Verdict {
	m, err := newMarker(marker)
	if err != nil {
		return refused(err)
	}
	f, err := newFile(markdown)
	if err != nil {
		return refused(err)
	}
	found := f.headings(m)
	found = append(found, f.mentions(m, maxMarkers-len(found))...)
	sort.SliceStable(found, func(i, j int) bool { return found[i].Line < found[j].Line })
	v := Verdict{Markers: found}
	for _, f := range found {
		v.Done = v.Done || f.Obey
	}
	return v
}

func refused(err error) Verdict {
	return Verdict{Markers: []Marker{{Line: 1, Why: err.Error()}}}
}

// headings judges the headings that are the marker, or nearly.
func (f *file) headings(m marker) []Marker {
	var found []Marker
	hidden := f.commented()
	for i, b := range f.blocks {
		if b.kind != headingBlock || !m.mayBe(f.excerpt(b)) {
			continue
		}
		line := f.at(b)
		if len(found) == maxMarkers-1 {
			return append(found, Marker{Line: line, Why: fmt.Sprintf("more than %d markers: what follows is not looked at", maxMarkers-2)})
		}
		why, ok := f.judge(i, m, hidden[i])
		if ok {
			found = append(found, Marker{Line: line, Text: clean(f.written(line)), Obey: why == "", Why: why})
		}
	}
	return found
}

// judge says why the heading at index i is not obeyed. ok is false when it is
// another heading.
func (f *file) judge(i int, m marker, hidden bool) (why string, ok bool) {
	b := f.blocks[i]
	rest, exact, ok := m.match(f.plain(b, false))
	if !ok {
		rest, exact, ok = m.match(f.plain(b, true))
		return "struck out", ok && exact && b.level == m.level && judgeRest(rest, "") == ""
	}
	why = judgeRest(rest, clean(f.written(f.at(b))))
	switch {
	case b.level != m.level:
		return fmt.Sprintf("a heading of level %d: the marker is %q", b.level, m), exact && why == ""
	case !exact:
		return fmt.Sprintf("written in another case: the marker is %q", m), why == ""
	case quoted(b.home):
		return "inside a quote", true
	case hidden:
		return "inside an HTML comment", true
	case why != "":
		return why, true
	}
	return f.judgeSection(i), true
}
