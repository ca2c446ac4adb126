package adapter

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// rule is a compiled expression of Detect; a nil one matches nothing.
//
// An expression that begins with ^ in all its alternatives can match at the
// beginning of rows only. It is tried there and nowhere else, which is what
// makes a look at a screen cheap.
type rule struct {
	re     *regexp.Regexp
	atRows bool
}

// newRule compiles expr as Compile does.
func newRule(expr string) (*rule, error) {
	re, err := Compile(expr)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse("(?m)"+expr, syntax.Perl)
	if err != nil || !beginsRow(tree) {
		return &rule{re: re}, err
	}
	anchored, err := regexp.Compile(`\A(?m:` + expr + `)`)
	return &rule{re: anchored, atRows: true}, err
}

// beginsRow says that what tree matches begins where a row does.
func beginsRow(tree *syntax.Regexp) bool {
	switch tree.Op {
	case syntax.OpBeginLine:
		return true
	case syntax.OpCapture:
		return beginsRow(tree.Sub[0])
	case syntax.OpConcat:
		return len(tree.Sub) > 0 && beginsRow(tree.Sub[0])
	case syntax.OpAlternate:
		for _, sub := range tree.Sub {
			if !beginsRow(sub) {
				return false
			}
		}
		return true
	}
	return false
}

// matches says whether a row matches.
func (r *rule) matches(row string) bool { return r != nil && r.re.MatchString(row) }

// group is what the expression's first group holds in a row. A row that it does
// not know is returned whole.
func (r *rule) group(row string) string {
	if r == nil {
		return row
	}
	if m := r.re.FindStringSubmatch(row); m != nil {
		return m[1]
	}
	return row
}

// row is where the first row begins in which a match begins, or -1.
func (r *rule) row(text string) int {
	if r == nil || text == "" {
		return -1
	}
	if !r.atRows {
		at := r.re.FindStringIndex(text)
		if at == nil {
			return -1
		}
		return strings.LastIndexByte(text[:at[0]], '\n') + 1
	}
	for start := 0; ; {
		if r.re.MatchString(text[start:]) {
			return start
		}
		next := strings.IndexByte(text[start:], '\n')
		if next < 0 {
			return -1
		}
		start += next + 1
	}
}

// first says whether a match begins in the first row of text.
func (r *rule) first(text string) bool {
	if r == nil || text == "" {
		return false
	}
	if r.atRows {
		return r.re.MatchString(text)
	}
	return r.row(text) == 0
}
