package agentstoml

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// line is one line of pawl.yaml and the offset in agents.toml that it comes
// from; at is -1 for what comes from none.
type line struct {
	depth int
	text  string
	at    int
}

// block is a part of pawl.yaml.
type block []line

// put adds a key. The value is written as it is; "" opens a map.
func (b *block) put(depth, at int, key, value string) {
	text := scalar(key) + ":"
	if value != "" {
		text += " " + value
	}
	*b = append(*b, line{depth, text, at})
}

// item adds a key that begins an item of a list.
func (b *block) item(depth, at int, key, value string) {
	*b = append(*b, line{depth, "- " + scalar(key) + ": " + value, at})
}

// putText adds a key with a text, in lines of its own if it has several.
func (b *block) putText(depth, at int, key, text string) {
	rows, ok := rowsOf(text)
	if !ok {
		b.put(depth, at, key, scalar(text))
		return
	}
	mark := "|-"
	if strings.HasSuffix(text, "\n") {
		mark = "|"
	}
	b.put(depth, at, key, mark)
	for _, row := range rows {
		d := depth + 1
		if row == "" {
			d = 0
		}
		*b = append(*b, line{d, row, at})
	}
}

// rowsOf are the rows of a text that a YAML block keeps as it is.
func rowsOf(text string) ([]string, bool) {
	body := strings.TrimSuffix(text, "\n")
	odd := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if !strings.Contains(body, "\n") || strings.ContainsFunc(text, odd) || strings.HasSuffix(body, "\n") || strings.HasPrefix(body, " ") || strings.HasPrefix(body, "\n") {
		return nil, false
	}
	rows := strings.Split(body, "\n")
	return rows, !slices.ContainsFunc(rows, func(row string) bool { return row != "" && strings.TrimSpace(row) == "" })
}

// under adds a section with a key of its own, if there is anything in it.
func (b *block) under(at int, key string, section block) {
	if len(section) == 0 {
		return
	}
	b.put(0, at, key, "")
	for _, l := range section {
		if l.text != "" {
			l.depth++
		}
		*b = append(*b, l)
	}
}

// render writes the lines, and says for each, from 1, where it comes from.
func (b block) render(head string) (text string, from []int) {
	var out strings.Builder
	out.WriteString(head)
	from = slices.Repeat([]int{-1}, 1+strings.Count(head, "\n"))
	for _, l := range b {
		out.WriteString(strings.Repeat("  ", l.depth) + l.text + "\n")
		from = append(from, l.at)
	}
	return out.String(), from
}

var (
	plain = regexp.MustCompile(`^(?:--?|\./)?[A-Za-z_/][A-Za-z0-9_./@+=-]*(?: [A-Za-z0-9_./@+=-]+)*$`)
	words = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|null|y|n)$`)
)

// scalar writes a text so that YAML reads the same text, anywhere.
func scalar(text string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case plain.MatchString(text) && !words.MatchString(text):
		return text
	case strings.ContainsFunc(text, odd) || text == "":
		return strconv.Quote(text)
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// list writes a list in one line.
func list(items []string) string {
	written := make([]string, len(items))
	for i, item := range items {
		written[i] = scalar(item)
	}
	return "[" + strings.Join(written, ", ") + "]"
}
