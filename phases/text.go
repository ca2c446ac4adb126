package phases

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// clean makes text from a file fit to be shown: no control or invisible
// characters, single spaces, valid UTF-8, at most maxMarkerText bytes.
func clean(s string) string {
	s = strings.Join(strings.Fields(visible(strings.ToValidUTF8(s, "\uFFFD"))), " ")
	if len(s) <= maxMarkerText {
		return s
	}
	const more = "…"
	end := maxMarkerText - len(more)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + more
}

// visible drops what a reader cannot see: control characters and the
// zero-width and direction marks that would hide a letter behind a marker.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// plainText is the text of inline Markdown as a reader sees it. Raw HTML and
// autolinks stay as written, because Markdown takes <commit sha> for a tag and
// <commit:sha> for a link. Struck text is left out
// unless struck is set.
func plainText(parent ast.Node, source []byte, struck bool) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			writeText(&b, n, source)
		case *ast.String:
			b.Write(n.Value)
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					b.Write(t.Segment.Value(source))
				}
			}
		case *ast.RawHTML:
			b.Write(n.Segments.Value(source))
		case *ast.AutoLink:
			b.WriteString("<" + string(n.Label(source)) + ">")
		case *extast.Strikethrough:
			if struck {
				b.WriteString(plainText(n, source, struck))
			}
		default:
			b.WriteString(plainText(n, source, struck))
		}
	}
	return b.String()
}

func writeText(b *strings.Builder, t *ast.Text, source []byte) {
	value := t.Segment.Value(source)
	if !t.IsRaw() {
		value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
	}
	b.Write(value)
	if t.SoftLineBreak() || t.HardLineBreak() {
		b.WriteByte('\n')
	}
}
