package config

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"
)

// encode writes v as the decoder reads it, keys in the structs' order. What is
// empty, and empty without the file too, is left out: the answer is then nil.
func encode(v, without reflect.Value) *yaml.Node {
	switch {
	case isScalarType(v.Type()):
		if v.IsZero() && without.IsZero() {
			return nil
		}
		return encodeScalar(v)
	case v.Kind() == reflect.Struct:
		n := encodeStruct(v, without)
		if len(n.Content) == 0 {
			return nil
		}
		return n
	case v.IsNil():
		return nil
	case v.Kind() == reflect.Map:
		return encodeMap(v, without)
	}
	return encodeSlice(v)
}

func encodeStruct(v, without reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fieldsOf(v.Type()) {
		if value := encode(v.FieldByIndex(f.index), without.FieldByIndex(f.index)); value != nil {
			n.Content = append(n.Content, textNode(f.name), value)
		}
	}
	return n
}

// encodeMap writes each entry as it differs from the one that is there without
// the file, if there is one.
func encodeMap(v, without reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range sortedKeys(namesIn(v)) {
		key := reflect.ValueOf(name)
		old := without.MapIndex(key)
		if !old.IsValid() {
			old = newItem(v.Type().Elem())
		}
		n.Content = append(n.Content, textNode(name), encodeEntry(v.MapIndex(key), old))
	}
	return n
}

func namesIn(v reflect.Value) map[string]bool {
	names := map[string]bool{}
	for _, key := range v.MapKeys() {
		names[key.String()] = true
	}
	return names
}

// encodeEntry writes what stands after a name or in a list, which is there even
// where it is empty.
func encodeEntry(v, without reflect.Value) *yaml.Node {
	if isScalarType(v.Type()) {
		return encodeScalar(v)
	}
	return encodeStruct(v, without)
}

// encodeSlice writes a list, or a map whose order matters.
func encodeSlice(v reflect.Value) *yaml.Node {
	item := newItem(v.Type().Elem())
	key, value := entryFields(item.Type())
	n := &yaml.Node{Kind: yaml.MappingNode}
	if key < 0 {
		n.Kind = yaml.SequenceNode
		if isScalarType(item.Type()) {
			n.Style = yaml.FlowStyle
		}
	}
	for i := range v.Len() {
		entry, empty := v.Index(i), item
		if key >= 0 {
			n.Content = append(n.Content, textNode(entry.Field(key).String()))
		}
		if value >= 0 {
			entry, empty = entry.Field(value), empty.Field(value)
		}
		n.Content = append(n.Content, encodeEntry(entry, empty))
	}
	return n
}

// encodeValue writes a scalar or a list even where it is empty.
func encodeValue(v reflect.Value) *yaml.Node {
	if isScalarType(v.Type()) {
		return encodeScalar(v)
	}
	return encodeSlice(v)
}

func encodeScalar(v reflect.Value) *yaml.Node {
	switch {
	case v.Type() == durationType:
		return textNode(durationText(time.Duration(v.Int())))
	case v.Type() == regexpType:
		// The decoder adds the flag.
		return textNode(strings.TrimPrefix(v.Interface().(*regexp.Regexp).String(), "(?i)"))
	case v.Kind() == reflect.String:
		return textNode(v.String())
	case v.Kind() == reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(v.Bool())}
	case v.Kind() == reflect.Int:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatInt(v.Int(), 10)}
	case v.Kind() == reflect.Float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(v.Float(), 'g', -1, 64)}
	}
	panic(fmt.Sprintf("config: a field of type %s cannot be encoded", v.Type()))
}

// textNode is a text. Several lines are a block, and what a block would not keep
// as it is stands in quotes.
func textNode(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	odd := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if strings.ContainsFunc(text, odd) || text != strings.TrimLeft(text, " \n") || strings.Contains(text, "\n\n ") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
