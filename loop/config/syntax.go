package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxSize is how many bytes of configuration are read.
const maxSize = 1 << 20

// parseYAML reads the one document of a file. What is wrong goes to the report,
// and the answer is then nil.
func parseYAML(data []byte, r *report) *yaml.Node {
	if len(data) > maxSize {
		r.add(position{1, 1}, KindSyntax, fmt.Sprintf("the file has more than %d bytes", maxSize), "keep prompts in files of their own")
		return nil
	}
	if offset := validUTF8(data); offset < len(data) {
		r.add(positionAt(data[:offset]), KindSyntax, fmt.Sprintf("byte %#x is not UTF-8", data[offset]), "save the file as UTF-8")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	root, err := nextDocument(decoder)
	if errors.Is(err, io.EOF) || (err == nil && (len(root.Content) == 0 || isNull(root.Content[0]))) {
		r.add(position{1, 1}, KindSyntax, "the file says nothing", "begin with \"version: 1\" and \"agents:\", or let `pawl init` write one")
		return nil
	}
	if err != nil {
		r.addSyntax(err, data)
		return nil
	}
	switch next, err := nextDocument(decoder); {
	case err == nil:
		r.add(positionOf(next), KindSyntax, "a second document begins here", "keep one and remove the \"---\" before this one")
		return nil
	case !errors.Is(err, io.EOF):
		r.addSyntax(err, data)
		return nil
	}
	return root.Content[0]
}

// nextDocument reads one document. The library panics on some input that it
// cannot read; that is a syntax error like any other.
func nextDocument(decoder *yaml.Decoder) (root *yaml.Node, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("yaml: cannot be read: %v", fault)
		}
	}()
	root = new(yaml.Node)
	return root, decoder.Decode(root)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (r *report) addSyntax(err error, data []byte) {
	text := err.Error()
	at, msg := position{1, 1}, text
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		msg = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			at = position{max(n, 1), 1}
		}
		// The library counts lines from 0 in the errors of its parser, and from
		// 1 in those of its scanner.
		if strings.HasPrefix(msg, "did not find expected") {
			at.line++
		}
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	at.line = min(at.line, len(lines))
	at, hint := explainSyntax(lines, at)
	r.add(at, KindSyntax, "not YAML: "+bounded(msg), hint)
}

// explainSyntax finds the column and the usual cause.
func explainSyntax(lines []string, at position) (position, string) {
	line := strings.TrimRight(lines[at.line-1], "\r")
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if i := strings.IndexByte(indent, '\t'); i >= 0 {
		return position{at.line, i + 1}, "indent with spaces, not with tabs"
	}
	at.col = len(line) - len(strings.TrimLeft(line, " ")) + 1
	return at, "look at the quotes, brackets and indentation of this line and the one before"
}

// validUTF8 returns how many bytes from the start are UTF-8.
func validUTF8(data []byte) int {
	offset := 0
	for offset < len(data) {
		r, size := utf8.DecodeRune(data[offset:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		offset += size
	}
	return offset
}

// positionAt is the place right after some text.
func positionAt(before []byte) position {
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return position{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(line) + 1}
}
