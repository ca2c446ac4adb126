package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// composer is the input line.
type composer struct {
	pieces []piece
	folds  int // pastes that were folded since the program started
}

// piece is a part of the input line: what was typed, or a paste that is folded
// away and shows a placeholder instead.
type piece struct {
	text   string
	folded string
}

// insert adds text at the end.
func (c *composer) insert(text string) {
	if last := len(c.pieces) - 1; last >= 0 && c.pieces[last].folded == "" {
		c.pieces[last].text += text
		return
	}
	c.pieces = append(c.pieces, piece{text: text})
}

// fold adds a paste of which only a placeholder is shown.
func (c *composer) fold(text string) {
	c.folds++
	shown := fmt.Sprintf("[Pasted text #%d +%d lines]", c.folds, strings.Count(text, "\n"))
	c.pieces = append(c.pieces, piece{text, shown})
}

// backspace removes the last character, or a folded paste as one.
func (c *composer) backspace() {
	last := len(c.pieces) - 1
	if last < 0 {
		return
	}
	p := &c.pieces[last]
	_, size := utf8.DecodeLastRuneInString(p.text)
	p.text = p.text[:len(p.text)-size]
	if p.folded != "" || p.text == "" {
		c.pieces = c.pieces[:last]
	}
}

func (c *composer) clear() { c.pieces = nil }

// text is what a submit sends.
func (c *composer) text() string {
	var all strings.Builder
	for _, p := range c.pieces {
		all.WriteString(p.text)
	}
	return all.String()
}

// shown is what the screen shows.
func (c *composer) shown() string {
	var all strings.Builder
	for _, p := range c.pieces {
		if p.folded != "" {
			all.WriteString(p.folded)
			continue
		}
		all.WriteString(p.text)
	}
	return all.String()
}
