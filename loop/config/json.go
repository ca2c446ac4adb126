package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"

	"gopkg.in/yaml.v3"
)

// nodeJSON writes a node as JSON, with the keys in its order.
func nodeJSON(n *yaml.Node) (json.RawMessage, error) {
	switch n.Kind {
	case yaml.MappingNode:
		var ps members[json.RawMessage]
		for i := 0; i+1 < len(n.Content); i += 2 {
			value, err := nodeJSON(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			ps = append(ps, member[json.RawMessage]{n.Content[i].Value, value})
		}
		return ps.MarshalJSON()
	case yaml.SequenceNode:
		items := make([]json.RawMessage, len(n.Content))
		for i, child := range n.Content {
			var err error
			if items[i], err = nodeJSON(child); err != nil {
				return nil, err
			}
		}
		return plainJSON(items)
	case yaml.ScalarNode:
		if n.ShortTag() == "!!str" {
			return plainJSON(n.Value)
		}
		var value any
		if err := n.Decode(&value); err != nil {
			return nil, err
		}
		return plainJSON(value)
	}
	return nil, fmt.Errorf("line %d: an alias cannot be written as JSON", n.Line)
}

// member is one key of a JSON object, and members are one that keeps its order.
type (
	member[T any] struct {
		name  string
		value T
	}
	members[T any] []member[T]
)

// MarshalJSON prints one object.
func (ms members[T]) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range ms {
		name, err := plainJSON(m.name)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// notYAML are characters that JSON may hold as they are and YAML may not, or
// takes for a line break.
var notYAML = regexp.MustCompile(`[\x{7f}-\x{9f}\x{feff}\x{fffe}\x{ffff}]`)

// plainJSON is json.Marshal without the escapes that HTML would need, and with
// those that make it YAML.
func plainJSON(v any) (json.RawMessage, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return notYAML.ReplaceAllFunc(bytes.TrimSpace(out.Bytes()), func(r []byte) []byte {
		return fmt.Appendf(nil, `\u%04x`, []rune(string(r))[0])
	}), err
}

// indented breaks JSON into lines.
func indented(compact json.RawMessage) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// defaultJSON is what a key is without the file; nil where that is nothing, or
// where its own keys say it.
func defaultJSON(k key) any {
	v := k.value
	if k.required() || v.Kind() == reflect.Struct || v.Kind() == reflect.Map || v.Kind() == reflect.Slice && v.Len() == 0 ||
		v.Kind() == reflect.String && v.Len() == 0 || isScalarType(v.Type()) && v.Kind() == reflect.Pointer {
		return nil
	}
	value, err := nodeJSON(encodeValue(v))
	if err != nil {
		panic(fmt.Sprintf("config: the default of %s: %v", k.path, err))
	}
	return value
}

// exampleJSON reads an example of keys.yaml: the text itself, or YAML where the
// key is a list or a map.
func exampleJSON(k key, text string) any {
	if isScalarType(k.value.Type()) {
		return text
	}
	var doc yaml.Node
	err := yaml.Unmarshal([]byte(text), &doc)
	if err == nil {
		var value json.RawMessage
		if value, err = nodeJSON(doc.Content[0]); err == nil {
			return value
		}
	}
	panic(fmt.Sprintf("config: the example %q of %s: %v", text, k.path, err))
}
