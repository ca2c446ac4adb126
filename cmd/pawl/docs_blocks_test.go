package main

import (
	"fmt"
	"regexp"
	"strings"
)

// block is one fenced block of a document.
type block struct {
	tag     string
	line    int // of its first line of text, counted from 1
	text    []string
	heading string // the nearest one above, without its marks
}

// document is a Markdown file as far as its test is concerned.
type document struct {
	name   string
	blocks []block
	spans  []span
}

// span is inline code.
type span struct {
	text string
	line int
}

// tags are the blocks that a document may have: each has its test.
var tags = map[string]string{
	"sh":      "is run",
	"console": "is run, and what it prints is compared",
	"yaml":    "is validated, by itself or as a part of a small pawl.yaml",
	"crontab": "its pawl commands are looked up",
	"jsonl":   "is of the launcher protocol, and read by a test beside its types",
}

var inline = regexp.MustCompile("`([^`]+)`")

// parseDocument finds the fenced blocks and the inline code. A block without a
// tag counts as sh: nothing is left out by forgetting it.
func parseDocument(name, text string) (document, error) {
	doc := document{name: name}
	prose, heading, open := make([]string, 0, 500), "", (*block)(nil)
	for i, line := range strings.Split(text, "\n") {
		tag, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			if tag == "" {
				tag = "sh"
			}
			if tags[tag] == "" {
				return doc, fmt.Errorf("%s:%d: a block is tagged %q, which no test knows", name, i+1, tag)
			}
			open = &block{tag: tag, line: i + 2, heading: heading}
		case fence:
			doc.blocks = append(doc.blocks, *open)
			open = nil
		case open != nil:
			open.text = append(open.text, line)
		case strings.HasPrefix(line, "#"):
			heading = strings.TrimLeft(line, "# ")
		}
		if fence || open != nil {
			line = ""
		}
		prose = append(prose, line)
	}
	if open != nil {
		return doc, fmt.Errorf("%s:%d: a block is not closed", name, open.line)
	}
	all := strings.Join(prose, "\n")
	for _, at := range inline.FindAllStringSubmatchIndex(all, -1) {
		doc.spans = append(doc.spans, span{
			text: strings.Join(strings.Fields(all[at[2]:at[3]]), " "),
			line: 1 + strings.Count(all[:at[0]], "\n"),
		})
	}
	return doc, nil
}

// docStep is one command line of a console block, and what the document says that
// it prints.
type docStep struct {
	command string
	line    int
	want    []string
}

// steps takes a console block apart at its prompts.
func (b block) steps() []docStep {
	var out []docStep
	for i, line := range b.text {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			out = append(out, docStep{command: command, line: b.line + i})
		} else if len(out) > 0 {
			last := &out[len(out)-1]
			last.want = append(last.want, line)
		}
	}
	return out
}

// fileName is the name of a file that a block shows whole: a script whose
// second line is "# NAME: …", or YAML that begins with "# NAME".
func (b block) fileName() string {
	if b.tag == "sh" && len(b.text) > 1 && strings.HasPrefix(b.text[0], "#!") {
		name, _, _ := strings.Cut(strings.TrimPrefix(b.text[1], "# "), ":")
		return name
	}
	if b.tag == "yaml" && len(b.text) > 0 && strings.HasPrefix(b.text[0], "# pawl.yaml") {
		return "pawl.yaml"
	}
	return ""
}

// bare is a line of shell without the remark behind it.
func bare(line string) string {
	text, _, _ := strings.Cut(line, "  #")
	return strings.TrimSpace(text)
}
