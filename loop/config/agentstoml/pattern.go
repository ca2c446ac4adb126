package agentstoml

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"pawl/loop/adapter"
)

// repeatUpTo is {,n}, which Go takes for the characters themselves.
var repeatUpTo = regexp.MustCompile(`^\{,(\d+)\}`)

// goPattern turns a regular expression of Python's re into Go's syntax. The
// error says what of it Go does not have; the rules are those of
// https://docs.python.org/3/library/re.html and https://pkg.go.dev/regexp/syntax.
func goPattern(expr string) (string, error) {
	if len(expr) > adapter.MaxExpr {
		return "", fmt.Errorf("it has more than %d bytes", adapter.MaxExpr)
	}
	var out strings.Builder
	class := -1 // where the class in brackets began
	for i := 0; i < len(expr); {
		rest := expr[i:]
		size := 1
		switch {
		case rest[0] == '\\':
			text, n, err := escape(rest)
			if err != nil {
				return "", err
			}
			out.WriteString(text)
			i += n
			continue
		case class >= 0:
			first := strings.Trim(expr[class+1:i], "^") == "" && i-class <= 2
			if rest[0] == ']' && !first {
				class = -1
			} else if rest[0] == '[' {
				out.WriteByte('\\') // Python knows no [:name:]
			}
		case rest[0] == '[':
			class = i
		case repeatUpTo.MatchString(rest):
			out.WriteString("{0,")
			i += len("{,")
			continue
		case strings.HasPrefix(rest, "(?"):
			if what := unsupported(rest); what != "" {
				return "", fmt.Errorf("there is no %s in Go's expressions", what)
			}
		}
		if _, n := utf8.DecodeRuneInString(rest); n > 1 {
			size = n
		}
		out.WriteString(rest[:size])
		i += size
	}
	if _, err := regexp.Compile(out.String()); err != nil {
		return "", fmt.Errorf("it is none in Go: %s", adapter.ExprError(out.String(), err))
	}
	return out.String(), nil
}

// unsupported names the kind of group that Go does not have.
func unsupported(group string) string {
	for _, g := range []struct{ begins, what string }{
		{"(?=", "lookahead"}, {"(?!", "lookahead"}, {"(?<=", "lookbehind"}, {"(?<!", "lookbehind"},
		{"(?P=", "reference to a group"}, {"(?(", "condition"}, {"(?>", "atomic group"}, {"(?#", "remark"},
	} {
		if strings.HasPrefix(group, g.begins) {
			return g.what
		}
	}
	return ""
}

// escape turns what begins with a backslash, and says how long that is.
func escape(rest string) (text string, size int, err error) {
	if len(rest) < 2 {
		return "", 0, errors.New("it ends with a backslash")
	}
	digits := map[byte]int{'u': 4, 'U': 8}
	switch c := rest[1]; {
	case c == 'Z':
		return `\z`, 2, nil
	case c >= '1' && c <= '9':
		return "", 0, errors.New("there is no reference to a group in Go's expressions")
	case digits[c] > 0 && len(rest) >= 2+digits[c]:
		return `\x{` + rest[2:2+digits[c]] + "}", 2 + digits[c], nil
	case strings.IndexByte("zCQEpP", c) >= 0:
		return "", 0, fmt.Errorf(`there is no \%c in Python's expressions`, c)
	}
	_, n := utf8.DecodeRuneInString(rest[1:])
	return rest[:1+n], 1 + n, nil
}
