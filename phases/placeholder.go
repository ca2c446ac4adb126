package phases

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// placeholders are the beginnings of a text that stands where evidence is to
// stand later: lower-case, words separated by one space.
var placeholders = []string{
	"not yet", "not done", "not complete", "pending", "tbd", "n/a", "written here only",
	"only when", "to be written", "to be filled", "when all",
}

// markup are HTML elements that dress text. Names that a person would put in
// angle brackets for "fill this in", such as date, summary or code, are not here.
var markup = map[string]bool{
	"a": true, "b": true, "big": true, "blockquote": true, "br": true, "center": true, "details": true,
	"div": true, "em": true, "font": true, "hr": true, "i": true, "img": true, "ins": true, "kbd": true,
	"li": true, "mark": true, "ol": true, "p": true, "picture": true, "pre": true, "small": true,
	"span": true, "strong": true, "sub": true, "sup": true, "table": true, "tbody": true, "td": true,
	"th": true, "thead": true, "tr": true, "tt": true, "u": true, "ul": true,
}

var (
	box = regexp.MustCompile(`^\[\s+\]([^(\[:]|$)`)
	// angle is <…> with something in it; "<5 ms, >100 a second" is none.
	angle = regexp.MustCompile(`^<(?:[^\s<>](?:[^<>]*[^\s<>])?|\s*\pL[^<>]*)>`)
	// address is what angle brackets hold that was filled in.
	address = regexp.MustCompile(`^<(?i:https?://[^\s<>]+|[^\s<>@:]+@[^\s<>@]+)>`)
	tagName = regexp.MustCompile(`^</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>`)
)

// placeholder returns the placeholder that the text begins with, behind any
// punctuation and markup; "" when it begins with none.
func placeholder(text string) string {
	s, found := lead(visible(text))
	if found != "" {
		return found
	}
	words := normalise(s)
	for _, p := range placeholders {
		if after, ok := strings.CutPrefix(words, p); ok && endsWord(after) {
			return p
		}
	}
	if loneIncomplete(strings.ToLower(s)) {
		return "incomplete"
	}
	return ""
}

// lead skips what may stand before the first word or address. It returns the
// text from there on, or what it found on the way: an empty box, <…>, or a comment
// that begins with a placeholder.
func lead(s string) (rest, found string) {
	for s != "" {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case box.MatchString(s):
			return "", "[ ]"
		case strings.HasPrefix(s, "<!--"):
			inner, after, _ := strings.Cut(s[len("<!--"):], "-->")
			if p := phrase(inner); p != "" {
				return "", p
			}
			s = after
		case isWord(r), address.MatchString(s):
			return s, ""
		case r == '<':
			tag := angle.FindString(s)
			if tag != "" && !isMarkup(tag) {
				return "", clean(tag)
			}
			s = afterTag(s, tag)
		default:
			s = s[size:]
		}
	}
	return "", ""
}

// phrase is placeholder for the inside of a comment, where tags mean nothing.
func phrase(comment string) string {
	return placeholder(strings.TrimLeftFunc(comment, func(r rune) bool { return !isWord(r) }))
}

// afterTag is s without the tag that it begins with. A summary belongs to the
// details that it stands in, and is markup only there.
func afterTag(s, tag string) string {
	s = s[max(len(tag), 1):]
	if !strings.EqualFold(elementName(tag), "details") {
		return s
	}
	inner := strings.TrimLeftFunc(s, unicode.IsSpace)
	if strings.EqualFold(elementName(angle.FindString(inner)), "summary") {
		return inner[len(angle.FindString(inner)):]
	}
	return s
}

func isMarkup(tag string) bool { return markup[strings.ToLower(elementName(tag))] }

func elementName(tag string) string {
	if m := tagName.FindStringSubmatch(tag); m != nil {
		return m[1]
	}
	return ""
}

// skipMarkup drops white space, comments without a placeholder and tags of
// known elements from the beginning.
func skipMarkup(s string) string {
	for {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		tag := angle.FindString(s)
		switch {
		case strings.HasPrefix(s, "<!--"):
			inner, after, _ := strings.Cut(s[len("<!--"):], "-->")
			if phrase(inner) != "" {
				return s
			}
			s = after
		case tag != "" && isMarkup(tag):
			s = s[len(tag):]
		default:
			return s
		}
	}
}

// normalise makes phrases comparable: lower case, and one space for each run of
// white space, dashes and underscores, so that NOT_YET is "not yet".
func normalise(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '_'
	}), " ")
}

func endsWord(after string) bool {
	r, _ := utf8.DecodeRuneInString(after)
	return after == "" || !isWord(r)
}

// loneIncomplete says whether the word stands alone or as a clause of its own.
// "Incomplete handling of X fixed" is a sentence about something else.
func loneIncomplete(lower string) bool {
	after, ok := strings.CutPrefix(lower, "incomplete")
	if !ok {
		return false
	}
	line, _, _ := strings.Cut(after, "\n")
	rest := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest == "" {
		return true
	}
	r, _ := utf8.DecodeRuneInString(rest)
	if unicode.Is(unicode.Pd, r) {
		return rest != line || r == '\u2013' || r == '\u2014'
	}
	if r == '"' || r == '\'' {
		return strings.TrimRight(rest, `"'.)!`) == ""
	}
	return strings.ContainsRune(".:;,!?)]}…”’»", r)
}
