package agentstoml

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"pawl/loop/config"
)

// given is a key's value, if the file has it, and where that stands.
type given[T any] struct {
	v  T
	at int
	ok bool
}

// or is the value, or another where the file has none.
func (g given[T]) or(other T) T {
	if g.ok {
		return g.v
	}
	return other
}

// section reads the keys of one table. What was not asked for when it is closed
// is not known.
type section struct {
	*report
	path  string // in messages: loop.handoff
	at    int
	table *table
	asked []string
}

func (r *report) section(path string, v *value) *section {
	if v.table == nil {
		r.fault(v.at, config.KindType, path+" is "+describe(v)+", not a table", "write it as ["+path+"]")
		v = newTable(v.at)
	}
	return &section{report: r, path: path, at: v.at, table: v.table}
}

// key is a key's whole name.
func (s *section) key(name string) string {
	if s.path == "" {
		return name
	}
	return s.path + "." + name
}

func (s *section) take(name string) (*value, bool) {
	s.asked = append(s.asked, name)
	e, ok := s.table.byName[name]
	if !ok {
		return nil, false
	}
	return e.value, true
}

// sub is the table under a key; an empty one if there is none.
func (s *section) sub(name string) *section {
	v, ok := s.take(name)
	if !ok {
		v = newTable(s.at)
	}
	return s.section(s.key(name), v)
}

func (s *section) has(name string) bool {
	_, ok := s.table.byName[name]
	return ok
}

// close reports the keys that nothing asked for.
func (s *section) close() {
	known := map[string]bool{}
	for _, name := range s.asked {
		known[name] = true
	}
	for _, e := range s.table.entries {
		if known[e.name] {
			continue
		}
		hint := "known: " + strings.Join(s.asked, ", ")
		if near := config.Nearest(e.name, s.asked); near != "" {
			hint = "did you mean " + strconv.Quote(near) + "?"
		}
		s.fault(e.at, config.KindUnknown, "unknown key "+quote(s.key(e.name)), hint)
	}
}

func (s *section) wrong(name string, v *value, want string) {
	s.fault(v.at, config.KindType, s.key(name)+" is "+describe(v)+", not "+want, "")
}

func (s *section) text(name string) (g given[string]) {
	v, ok := s.take(name)
	switch {
	case !ok:
	case v.kind != unstable.String:
		s.wrong(name, v, "a text")
	case strings.ContainsRune(v.text, 0):
		s.fault(v.at, config.KindValue, s.key(name)+" has a zero byte", "remove it")
	default:
		return given[string]{v.text, v.at, true}
	}
	return g
}

func (s *section) flag(name string) (g given[bool]) {
	v, ok := s.take(name)
	switch {
	case !ok:
	case v.kind != unstable.Bool:
		s.wrong(name, v, "true or false")
	default:
		return given[bool]{v.text == "true", v.at, true}
	}
	return g
}

// word reads a text, a number, or true or false, as it is written.
func (s *section) word(name string) (g given[string]) {
	v, ok := s.table.byName[name]
	if !ok || v.value.kind == unstable.String {
		return s.text(name)
	}
	s.asked = append(s.asked, name)
	if k := v.value.kind; k != unstable.Bool && k != unstable.Integer {
		s.wrong(name, v.value, "a text, a number, or true or false")
		return g
	}
	return given[string]{v.value.text, v.value.at, true}
}

// seconds reads a number of seconds, whole or not.
func (s *section) seconds(name string) (g given[time.Duration]) {
	v, ok := s.take(name)
	if !ok {
		return g
	}
	n, err := number(v)
	const most = 10 * 365 * 24 * 60 * 60
	switch {
	case err != nil:
		s.wrong(name, v, "a number of seconds")
	case math.IsNaN(n) || n < 0 || n > most:
		s.fault(v.at, config.KindValue, s.key(name)+" is "+quote(v.text)+", which is no sensible number of seconds", "")
	default:
		return given[time.Duration]{time.Duration(math.Round(n*1000)) * time.Millisecond, v.at, true}
	}
	return g
}

func number(v *value) (float64, error) {
	text := strings.ReplaceAll(v.text, "_", "")
	switch v.kind {
	case unstable.Integer:
		n, err := strconv.ParseInt(text, 0, 64)
		return float64(n), err
	case unstable.Float:
		return strconv.ParseFloat(text, 64)
	}
	return 0, strconv.ErrSyntax
}

// texts reads a list of texts.
func (s *section) texts(name string) (g given[[]given[string]]) {
	v, ok := s.take(name)
	if !ok {
		return g
	}
	if v.kind != unstable.Array {
		s.wrong(name, v, "a list")
		return g
	}
	g.at, g.ok = v.at, true
	for _, item := range v.items {
		if item.kind != unstable.String {
			s.wrong(name, item, "a list of texts")
			continue
		}
		g.v = append(g.v, given[string]{item.text, item.at, true})
	}
	return g
}

// tables reads a list of tables.
func (s *section) tables(name string) []*section {
	v, ok := s.take(name)
	if !ok {
		return nil
	}
	if v.kind != unstable.Array {
		s.fault(v.at, config.KindType, s.key(name)+" is "+describe(v)+", not a list of tables", "write each as [["+s.key(name)+"]]")
		return nil
	}
	var out []*section
	for _, item := range v.items {
		if item.table == nil {
			s.fault(item.at, config.KindType, s.key(name)+" is "+describe(item)+", not a table", "write each as [["+s.key(name)+"]]")
			continue
		}
		out = append(out, s.section(s.key(name), item))
	}
	return out
}

// describe says what a value is.
func describe(v *value) string {
	switch v.kind {
	case unstable.String:
		return "the text " + quote(v.text)
	case unstable.Integer, unstable.Float:
		return "the number " + quote(v.text)
	case unstable.Bool:
		return v.text
	case unstable.Array:
		return "a list"
	case unstable.InlineTable:
		return "a table"
	}
	return "the date or time " + quote(v.text)
}
