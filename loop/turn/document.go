package turn

import (
	"maps"
	"slices"

	"pawl/loop/adapter"
)

// Document is an object of JSON that is looked into by places.
type Document map[string]any

// ParseDocument reads an object, and nothing after it.
func ParseDocument(data []byte) (Document, error) { return parse(data) }

// Text is what stands at a place, as a text of at most so many bytes without control
// characters but newlines and tabs; "" where nothing does.
func (d Document) Text(place string, limit int) string {
	return readable(text(map[string]any(d), place), limit)
}

// Condition asks for what must stand at some places of a document, and what must not
// at others. Values are expressions for the whole of what stands there.
type Condition struct{ on, not []match }

// NewCondition compiles the expressions.
func NewCondition(on, not map[string]string) (c Condition, err error) {
	if c.on, err = matches(on); err != nil {
		return c, err
	}
	c.not, err = matches(not)
	return c, err
}

func matches(places map[string]string) (list []match, err error) {
	for _, place := range slices.Sorted(maps.Keys(places)) {
		value, err := adapter.CompileValue(places[place])
		if err != nil {
			return nil, err
		}
		list = append(list, match{place, value})
	}
	return list, nil
}

// Holds says that a document is so.
func (c Condition) Holds(d Document) bool {
	doc := map[string]any(d)
	return all(doc, c.on) && !some(doc, c.not)
}
