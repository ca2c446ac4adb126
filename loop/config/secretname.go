package config

import (
	"regexp"
	"slices"
	"strings"
)

var (
	nameWords   = regexp.MustCompile(`[A-Za-z]+`)
	camelWords  = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)
	secretParts = []string{"token", "secret", "password", "passwd", "passphrase", "credential", "apikey", "accesskey", "privatekey", "webhook"}
	secretWords = []string{"key", "keys", "pass", "pw", "pwd", "auth", "oauth", "authorization", "bearer", "cookie", "pat"}
)

// secretName says that what has this name is likely to be a secret. It rather
// hides too much.
func secretName(name string) bool {
	words := append(nameWords.FindAllString(name, -1), camelWords.FindAllString(name, -1)...)
	return slices.ContainsFunc(words, func(word string) bool {
		word = strings.ToLower(word)
		return slices.Contains(secretWords, word) || slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(word, part) })
	})
}

var (
	assigned  = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*)[\]\\'"]*[ \t]*([:=])[=>]*[ \t]*`)
	spoken    = regexp.MustCompile(`(?:^|[\s'"(])(?:--?setenv[ \t]+([A-Za-z_]\w*)|(--?[A-Za-z][\w-]*))`)
	blanks    = regexp.MustCompile(`^[ \t]+`)
	portRest  = regexp.MustCompile(`^[0-9]{1,5}(?:[^A-Za-z0-9]|$)`)
	mountRest = regexp.MustCompile(`^(?:/|(?:ro|rw|[zZUO])(?:[,:]|$))`)
)

// namedIn finds the values that follow a secret's name in a text: after = or :,
// or as the next word after an option.
func namedIn(text string) []span {
	var out []span
	for _, m := range assigned.FindAllStringSubmatchIndex(text, -1) {
		name, before, value, colon := text[m[2]:m[3]], strings.TrimRight(text[:m[2]], "-"), text[m[1]:], text[m[4]] == ':'
		mount := strings.HasSuffix(before, "/") && mountRest.MatchString(value)
		port := strings.Contains(name, ".") && portRest.MatchString(value)
		if !secretName(name) || colon && (mount || port) {
			continue
		}
		whole := before == "" || strings.HasSuffix(before, "=") // the value is all that follows in the argument
		if whole {
			out = append(out, span{m[1], len(text)})
		} else {
			out = append(out, valueAt(text, m[4], m[1], colon))
		}
	}
	for _, m := range spoken.FindAllStringSubmatchIndex(text, -1) {
		set, from := m[2] >= 0, m[1]+len(blanks.FindString(text[m[1]:]))
		if from > m[1] && secretName(text[m[0]:m[1]]) && (set || !strings.HasPrefix(text[from:], "-")) {
			out = append(out, valueAt(text, from, from, false))
		}
	}
	return out
}

var shellWord = regexp.MustCompile(`^(?s:\{\{.*?\}\}|[^\s;'"\\]|\\.|'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|\\$)*`)

// valueAt is the value that begins at from. It ends with the quotes that the
// name which ends at the offset name stands in, else with the shell's word, or,
// after a colon, with its own quotes or the text.
func valueAt(text string, name, from int, colon bool) span {
	rest := text[from:]
	switch quote := openQuote(text[:name]); {
	case quote != 0 && rest != "" && rest[0] != quote: // else the quote was an apostrophe
		return span{from, from + untilQuote(rest, quote)}
	case strings.HasPrefix(rest, `\`) && strings.HasPrefix(strings.TrimLeft(rest, `\`), `"`):
		return span{from, len(text)}
	case !colon:
		return span{from, from + len(shellWord.FindString(rest))}
	case rest != "" && (rest[0] == '"' || rest[0] == '\''):
		return span{from + 1, from + 1 + untilQuote(rest[1:], rest[0])}
	}
	return span{from, len(text)}
}

// openQuote is the quote that is open, as a shell sees it, after a text; 0 is none.
func openQuote(text string) byte {
	var open byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && open != '\'':
			i++
		case open == 0 && (c == '\'' || c == '"'):
			open = c
		case c == open:
			open = 0
		}
	}
	return open
}

// untilQuote is how much of a text comes before a quote ends.
func untilQuote(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote != '\'':
			i++
		case text[i] == quote:
			return i
		}
	}
	return len(text)
}
