package turn

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"pawl/handoff"
)

// Bounds of an event's texts, in bytes.
const (
	maxText  = 64 << 10
	maxInput = 16 << 10
	maxName  = 200
	maxPath  = 1 << 10
	maxPaths = 50
)

// at is what stands at a place of a document: names and indexes joined by dots.
func at(doc any, place string) (any, bool) {
	for name := range strings.SplitSeq(place, ".") {
		switch v := doc.(type) {
		case map[string]any:
			inner, there := v[name]
			if !there {
				return nil, false
			}
			doc = inner
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			doc = v[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// text is what stands at a place, as a text: lists and objects as JSON, of a list
// of objects with a text those texts. "" where nothing does.
func text(doc any, place string) string {
	if place == "" {
		return ""
	}
	v, _ := at(doc, place)
	return written(v)
}

func written(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		return x.String()
	case []any:
		if said, ok := blocks(x); ok {
			return said
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "" // what was decoded can be encoded
	}
	return string(data)
}

// blocks joins the texts of a list of objects that each have one.
func blocks(list []any) (string, bool) {
	var parts []string
	for _, item := range list {
		o, _ := item.(map[string]any)
		said, ok := o["text"].(string)
		if !ok {
			return "", false
		}
		parts = append(parts, said)
	}
	return strings.Join(parts, "\n"), len(parts) > 0
}

// number is a whole number at a place; false where there is none.
func number(doc any, place string) (int64, bool) {
	f, ok := decimal(doc, place)
	return int64(f), ok
}

// decimal is a number at a place; false where there is none, or one that cannot
// be counted with.
func decimal(doc any, place string) (float64, bool) {
	if place == "" {
		return 0, false
	}
	v, _ := at(doc, place)
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	const most = 1 << 52
	return f, err == nil && f >= -most && f <= most
}

// moment is a time at a place: seconds or milliseconds since 1970, decided by
// their size; zero where there is none.
func moment(doc any, place string) time.Time {
	n, ok := number(doc, place)
	const millis = 100_000_000_000 // as seconds that is the year 5138
	switch {
	case !ok || n <= 0:
		return time.Time{}
	case n >= millis:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// paths are the files at a place: one, a list of them, or of objects with a path.
func paths(doc any, place string) []string {
	if place == "" {
		return nil
	}
	v, _ := at(doc, place)
	list, many := v.([]any)
	if !many {
		list = []any{v}
	}
	var out []string
	for _, item := range list {
		if o, ok := item.(map[string]any); ok {
			item = o["path"]
		}
		if s, ok := item.(string); ok && s != "" && len(out) < maxPaths {
			out = append(out, handoff.Clean(s, maxPath))
		}
	}
	return out
}

// readable is text without control characters but newlines and tabs, bounded.
func readable(s string, limit int) string {
	s = handoff.Head(s, 4*limit) // nothing behind that is left after the next step
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	return handoff.Cut(s, limit)
}

// parse reads one line of JSON that is an object.
func parse(line []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errMore
	}
	return doc, nil
}
