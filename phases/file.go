package phases

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	maxFile    = 1 << 20 // bytes of a STATUS file
	maxNesting = 100     // quotes and lists opened on one line; the parser's time grows with its square
	maxExcerpt = 2 << 10 // bytes of a block that are looked at for emphasis, tags and placeholders
)

// The file is parsed in two steps, because a hostile one makes inline parsing
// take minutes: blocks for the whole of it, then inlines for the beginnings of
// the few blocks that matter.
var (
	blockParser = parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))

	inlineParser = parser.NewParser(
		parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 100)),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(extension.NewStrikethroughParser(), 500))...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)
)

// definition is how a link reference definition begins.
var definition = regexp.MustCompile(`^\[[^\]]+\]:`)

// errParser is what a panic of the Markdown parser becomes: a file that somebody
// pushed must not end the program.
var errParser = errors.New("the Markdown parser fails on it: write it more simply")

type blockKind int

const (
	textBlock blockKind = iota
	headingBlock
	fenceBlock
	indentBlock
	commentBlock
	htmlBlock
)

// block is a piece of the file that holds text itself, in the file's order.
type block struct {
	kind  blockKind
	level int  // of a heading
	first bool // the first text of a list item
	lines []text.Segment
	home  ast.Node // what it stands in
}

// file is a parsed STATUS file.
type file struct {
	source []byte
	starts []int // offset of each line
	blocks []block
	front  int // lines of front matter
}

func newFile(markdown []byte) (*file, error) {
	source, err := decode(markdown)
	if err != nil {
		return nil, err
	}
	f := &file{source: source, starts: []int{0}}
	for i, c := range source {
		if c == '\n' {
			f.starts = append(f.starts, i+1)
		}
	}
	if line := f.tooDeep(); line > 0 {
		return nil, fmt.Errorf("line %d opens more than %d quotes and lists: write it flatter", line, maxNesting)
	}
	f.front = frontMatter(source)
	body := source
	if f.front > 0 {
		// Blanked, not cut, so that offsets stay those of the file.
		body = bytes.Clone(source)
		blank(body, f.front)
	}
	doc, err := parse(blockParser, body)
	if err != nil {
		return nil, err
	}
	f.collect(doc)
	return f, nil
}

// decode makes line ends plain and refuses what is not worth parsing.
func decode(markdown []byte) ([]byte, error) {
	if len(markdown) > maxFile {
		return nil, errors.New("the file is larger than 1 MiB: move the history elsewhere")
	}
	if bytes.HasPrefix(markdown, []byte("\xff\xfe")) || bytes.HasPrefix(markdown, []byte("\xfe\xff")) {
		return nil, errors.New("the file is UTF-16: save it as UTF-8")
	}
	source := bytes.TrimPrefix(markdown, []byte("\xef\xbb\xbf"))
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(source, []byte("\r"), []byte("\n")), nil
}

func parse(p parser.Parser, source []byte) (doc ast.Node, err error) {
	defer func() {
		if recover() != nil {
			doc, err = nil, errParser
		}
	}()
	return p.Parse(text.NewReader(source)), nil
}

// collect lists the blocks of a container, and of those within it.
func (f *file) collect(container ast.Node) {
	for n := container.FirstChild(); n != nil; n = n.NextSibling() {
		b := block{lines: n.Lines().Sliced(0, n.Lines().Len()), home: container}
		switch n := n.(type) {
		case *ast.Heading:
			b.level = n.Level
			if !f.definitions(b) {
				b.kind = headingBlock
			}
		case *ast.Paragraph, *ast.TextBlock:
			_, item := container.(*ast.ListItem)
			b.first = item && container.FirstChild() == n
		case *ast.FencedCodeBlock:
			b.kind = fenceBlock
		case *ast.CodeBlock:
			b.kind = indentBlock
		case *ast.HTMLBlock:
			b.kind = htmlBlock
			if n.HasClosure() {
				b.lines = append(b.lines[:len(b.lines):len(b.lines)], n.ClosureLine)
			}
			if n.HTMLBlockType == ast.HTMLBlockType2 {
				b.kind = commentBlock
			}
		default:
			f.collect(n)
			continue
		}
		f.blocks = append(f.blocks, b)
	}
}

// line is the 1-based number of the line at an offset.
func (f *file) line(offset int) int {
	return sort.Search(len(f.starts), func(i int) bool { return f.starts[i] > offset })
}

// written is a line as it stands in the file.
func (f *file) written(line int) string {
	rest := f.source[f.starts[line-1]:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return string(rest)
}

// each calls do with every line of a block and its number.
func (f *file) each(b block, do func(line int, text string)) {
	for _, at := range b.lines {
		do(f.line(at.Start), string(at.Value(f.source)))
	}
}

// firstLine is the first line of a block, without the blanks around it.
func (f *file) firstLine(b block) string {
	if len(b.lines) == 0 {
		return ""
	}
	return strings.TrimSpace(string(b.lines[0].Value(f.source)))
}

// at is the line that a block begins on. The block has lines.
func (f *file) at(b block) int { return f.line(b.lines[0].Start) }

// excerpt is the beginning of a block, without the marks of what it stands in.
func (f *file) excerpt(b block) string {
	var s strings.Builder
	for _, at := range b.lines {
		if s.Len() == maxExcerpt {
			break
		}
		value := at.Value(f.source)
		s.Write(value[:min(len(value), maxExcerpt-s.Len())])
	}
	return s.String()
}

// definitions says that a block only looks like an underlined heading: it is
// made of link definitions, which the block parser leaves in place, and a rule.
func (f *file) definitions(b block) bool {
	return definition.MatchString(f.firstLine(b)) && f.plain(b, true) == ""
}

// plain is the beginning of a block as a reader sees it. Code and HTML are as
// written, and so is what the parser fails on.
func (f *file) plain(b block, struck bool) string {
	source := f.excerpt(b)
	if b.kind != textBlock && b.kind != headingBlock {
		return source
	}
	doc, err := parse(inlineParser, []byte(source))
	if err != nil {
		return source
	}
	return plainText(doc, []byte(source), struck)
}
