package tui

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what a key does.
type kind string

// The keys that the program knows; all others do nothing.
const (
	ignored    kind = ""
	character  kind = "character" // text is one character
	pasted     kind = "pasted"    // text is the whole paste
	enter      kind = "enter"
	backspace  kind = "backspace"
	clearInput kind = "clear" // C-u
	interrupt  kind = "interrupt"
	escape     kind = "escape"
)

// key is one key, or one bracketed paste.
type key struct {
	kind kind
	text string
}

const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
	// longestSequence is more bytes than any key's escape sequence has; what is
	// longer is no key.
	longestSequence = 32
)

// parser makes keys of what a terminal in raw mode sends. It is a state machine
// that reads no clock: how the bytes are cut into reads changes nothing, except
// for a lone escape, which flush decides.
type parser struct {
	held    []byte // the beginning of something that is not complete
	pasting bool
	paste   []byte
}

// feed takes what was read and returns the keys that it completes.
func (p *parser) feed(data []byte) []key {
	p.held = append(p.held, data...)
	var keys []key
	for {
		k, n := p.next()
		if n == 0 {
			return keys
		}
		p.held = p.held[n:]
		if k.kind != ignored {
			keys = append(keys, k)
		}
	}
}

// waits says that an escape was read which may be a key of its own: nothing but
// the time until the next byte tells it from the beginning of a sequence.
func (p *parser) waits() bool {
	return !p.pasting && len(p.held) > 0 && p.held[0] == '\x1b'
}

// flush ends the waiting: the escape is a key, and so is what follows it.
func (p *parser) flush() []key {
	if !p.waits() {
		return nil
	}
	rest := p.held[1:]
	p.held = nil
	return append([]key{{kind: escape}}, p.feed(rest)...)
}

// next is the first key in what is held and the bytes it takes; 0 when it is
// not complete.
func (p *parser) next() (key, int) {
	switch {
	case p.pasting:
		return p.nextOfPaste()
	case len(p.held) == 0:
		return key{}, 0
	case p.held[0] == '\x1b':
		return p.nextSequence()
	}
	return nextCharacter(p.held)
}

func (p *parser) nextOfPaste() (key, int) {
	if i := bytes.Index(p.held, []byte(pasteEnds)); i >= 0 {
		text := plain(string(p.paste) + string(p.held[:i]))
		p.pasting, p.paste = false, nil
		return key{pasted, text}, i + len(pasteEnds)
	}
	// The last bytes may be the beginning of the end.
	whole := len(p.held) - len(pasteEnds) + 1
	if whole <= 0 {
		return key{}, 0
	}
	p.paste = append(p.paste, p.held[:whole]...)
	return key{}, whole
}

func (p *parser) nextSequence() (key, int) {
	if len(p.held) == 1 {
		return key{}, 0
	}
	if p.held[1] != '[' && p.held[1] != 'O' {
		return key{kind: escape}, 1
	}
	if bytes.HasPrefix(p.held, []byte(pasteBegins)) {
		p.pasting = true
		return key{}, len(pasteBegins)
	}
	for i, b := range p.held[2:] {
		switch {
		case b >= '@' && b <= '~':
			return key{}, i + 3
		case b < ' ' || b > '~', i >= longestSequence:
			return key{}, i + 2
		}
	}
	return key{}, 0
}

func nextCharacter(held []byte) (key, int) {
	switch held[0] {
	case '\r':
		return key{kind: enter}, 1
	case '\n':
		return key{character, "\n"}, 1
	case '\x7f', '\b':
		return key{kind: backspace}, 1
	case '\x15':
		return key{kind: clearInput}, 1
	case '\x03':
		return key{kind: interrupt}, 1
	}
	if !utf8.FullRune(held) {
		return key{}, 0
	}
	r, n := utf8.DecodeRune(held)
	if unicode.IsControl(r) {
		return key{}, n
	}
	return key{character, string(r)}, n
}

// plain is a paste as it is kept: valid UTF-8, its rows ended by newlines,
// without any other control character but the tab.
func plain(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}
