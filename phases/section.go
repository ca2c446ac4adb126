package phases

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

var codeSpan = regexp.MustCompile("`[^`]*`")

// judgeSection says what in the section of the heading at index i keeps the
// heading from counting; "" when nothing does. An open item is told first: it
// is the more exact reason where it is also the first block.
func (f *file) judgeSection(i int) string {
	section := f.section(i)
	for _, b := range section {
		if b.first && box.MatchString(f.firstLine(b)) {
			return fmt.Sprintf("unchecked item on line %d", f.at(b))
		}
	}
	for _, b := range section[:min(len(section), maxLook)] {
		plain := f.plain(b, false)
		if p := placeholder(plain); p != "" {
			return fmt.Sprintf("placeholder %q in the section's first block", p)
		}
		if skipMarkup(plain) != "" {
			return ""
		}
	}
	return ""
}

// section is what follows a heading, up to the next heading of the same or a
// higher level that stands in the same container or in one around it: a heading
// within a list does not end the section that the list is in.
func (f *file) section(i int) []block {
	h := f.blocks[i]
	for n, b := range f.blocks[i+1:] {
		if b.kind == headingBlock && b.level <= h.level && around(b.home, h.home) {
			return f.blocks[i+1 : i+1+n]
		}
	}
	return f.blocks[i+1:]
}

// around says whether container holds n or is it.
func around(container, n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n == container {
			return true
		}
	}
	return false
}

func quoted(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == ast.KindBlockquote {
			return true
		}
	}
	return false
}

// commented finds the headings, by index, between "<!--" in the middle of a
// line and a later "-->". Markdown sees no comment there, but whoever wrote it
// does.
func (f *file) commented() map[int]bool {
	hidden := map[int]bool{}
	if !bytes.Contains(f.source, []byte("<!--")) {
		return hidden
	}
	var waiting []int
	open := false
	for i, b := range f.blocks {
		if b.kind != textBlock && b.kind != headingBlock {
			continue
		}
		if open && b.kind == headingBlock {
			waiting = append(waiting, i)
		}
		f.each(b, func(_ int, line string) {
			line = codeSpan.ReplaceAllString(line, "")
			begins, ends := strings.LastIndex(line, "<!--"), strings.LastIndex(line, "-->")
			if open && ends >= 0 {
				for _, h := range waiting {
					hidden[h] = true
				}
				waiting, open = nil, false
			}
			open = open || begins > ends
		})
	}
	return hidden
}
