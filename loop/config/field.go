package config

import (
	"reflect"
	"strings"
)

// rules are what a field's tags ask of its value; see the package comment.
type rules struct {
	enum     []string
	min, max string
	required bool
}

// field is one key of a struct.
type field struct {
	name  string
	index []int
	rules rules
}

// fieldsOf lists the keys that a mapping decoded into t can have.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
			continue
		case name == "-" || option == "key" || option == "value":
			continue
		case name == "":
			name = strings.ToLower(f.Name)
		}
		fields = append(fields, field{name, []int{i}, rulesOf(f.Tag)})
	}
	return fields
}

func rulesOf(tag reflect.StructTag) rules {
	r := rules{min: tag.Get("min"), max: tag.Get("max"), required: tag.Get("required") == "true"}
	if enum := tag.Get("enum"); enum != "" {
		r.enum = strings.Split(enum, ",")
	}
	return r
}

// entryFields returns the indexes of the fields that hold the key of a map's
// entry and its value, each -1 where there is none. With a key but no value the
// entry is a mapping of the other fields.
func entryFields(t reflect.Type) (key, value int) {
	key, value = -1, -1
	if t.Kind() != reflect.Struct {
		return key, value
	}
	for i := range t.NumField() {
		switch t.Field(i).Tag.Get("yaml") {
		case ",key":
			key = i
		case ",value":
			value = i
		}
	}
	return key, value
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}
