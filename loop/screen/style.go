package screen

import (
	"strconv"
	"strings"
)

// style is how the next character is drawn, as far as reading needs it.
type style struct {
	faint   bool
	inverse bool
	tint    bool // it has a foreground colour of its own
}

// apply follows one SGR sequence: the parameters between "ESC [" and "m", as
// ECMA-48 section 8.3.117 and xterm's extended colours define them.
func (s *style) apply(params string) {
	list := strings.Split(params, ";")
	for i := 0; i < len(list); i++ {
		// After a colon come details of the same parameter: 38:2::255:0:0.
		main, _, detailed := strings.Cut(list[i], ":")
		code, err := strconv.Atoi(main)
		if err != nil && main != "" {
			continue
		}
		switch {
		case code == 0:
			*s = style{}
		case code == 2:
			s.faint = true
		case code == 22:
			s.faint = false
		case code == 7:
			s.inverse = true
		case code == 27:
			s.inverse = false
		case code == 39:
			s.tint = false
		case code >= 30 && code <= 38, code >= 90 && code <= 97:
			s.tint = true
		}
		if !detailed && (code == 38 || code == 48 || code == 58) {
			i += extended(list[i+1:])
		}
	}
}

// extended is how many parameters belong to an extended colour, so that the 2
// of "38;2;R;G;B" is not read as faint.
func extended(rest []string) int {
	if len(rest) == 0 {
		return 0
	}
	switch rest[0] {
	case "2":
		return min(4, len(rest))
	case "5":
		return min(2, len(rest))
	}
	return 0
}
