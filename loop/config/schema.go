package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// schema is the part of JSON Schema (draft 2020-12) that describes pawl.yaml.
type schema struct {
	Dialect              string             `json:"$schema,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Ref                  string             `json:"$ref,omitempty"`
	Type                 types              `json:"type,omitempty"`
	Const                any                `json:"const,omitempty"`
	Enum                 []any              `json:"enum,omitempty"`
	Pattern              string             `json:"pattern,omitempty"`
	MinLength            int                `json:"minLength,omitempty"`
	MaxLength            int                `json:"maxLength,omitempty"`
	Minimum              *float64           `json:"minimum,omitempty"`
	Maximum              *float64           `json:"maximum,omitempty"`
	AllOf                []*schema          `json:"allOf,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
	MinItems             int                `json:"minItems,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	MinProperties        int                `json:"minProperties,omitempty"`
	Required             []string           `json:"required,omitempty"`
	PropertyNames        *schema            `json:"propertyNames,omitempty"`
	Properties           members[*schema]   `json:"properties,omitempty"`
	AdditionalProperties any                `json:"additionalProperties,omitempty"`
	Default              any                `json:"default,omitempty"`
	Examples             []any              `json:"examples,omitempty"`
	Defs                 map[string]*schema `json:"$defs,omitempty"`
}

// types are the JSON types that a value may have.
type types []string

// MarshalJSON prints one type as a text, several as a list.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Schema is a JSON Schema (draft 2020-12) of pawl.yaml, for editors. It accepts
// whatever Parse does, and refuses what is wrong with a key by itself; names
// that nothing has, schedules and the like are left to Parse.
func Schema() ([]byte, error) {
	root := mappingSchema(allKeys())
	root.Dialect = "https://json-schema.org/draft/2020-12/schema"
	root.Title = Name
	root.Description = "The configuration of pawl."
	root.Defs = map[string]*schema{
		"duration":       {Type: []string{"string", "null"}, Pattern: `^\+?` + lengths + `$`, AllOf: []*schema{{Pattern: "[1-9]"}}},
		"durationOrZero": {Type: []string{"string", "integer", "null"}, Pattern: `^\+?(` + lengths + `|0)$|^-(0+(\.0*)?[a-zµμ]+|0)$`, Minimum: new(float64), Maximum: new(float64)},
	}
	compact, err := plainJSON(root)
	if err != nil {
		return nil, err
	}
	return indented(compact)
}

// lengths are numbers with units, as time.ParseDuration reads them.
const lengths = `(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+`

// mappingSchema describes a mapping of these keys and no others.
func mappingSchema(keys []key) *schema {
	s := &schema{Type: []string{"object"}, AdditionalProperties: false}
	for _, k := range keys {
		p := k.schema()
		s.Properties = append(s.Properties, member[*schema]{k.name, p})
		if k.required() {
			s.Required = append(s.Required, k.name)
		}
	}
	return s
}

// required says that the key must be there, with a value.
func (k key) required() bool { return k.rules.required || mustBeThere[k.path] }

// schema describes the key's value.
func (k key) schema() *schema {
	s := valueSchema(k.value.Type(), k.rules, k.keys, k.path)
	if !k.required() && !neverNull[k.path] {
		s.orNothing()
	}
	s.Description = k.about.Text
	if k.about.Default == "" {
		s.Default = defaultJSON(k)
	}
	for _, text := range k.about.Examples {
		s.Examples = append(s.Examples, exampleJSON(k, text))
	}
	return s
}

// orNothing allows a key with nothing after it, which counts as not given.
func (s *schema) orNothing() {
	switch {
	case s.Enum != nil:
		s.Enum = append(s.Enum, nil)
	case s.Ref == "":
		s.Type = append(s.Type, "null")
	}
}

func valueSchema(t reflect.Type, r rules, keys []key, path string) *schema {
	var s *schema
	switch {
	case isScalarType(t):
		s = scalarSchema(t, r)
	case t.Kind() == reflect.Struct:
		s = mappingSchema(keys)
	case t.Kind() == reflect.Slice && !isEntry(t.Elem()):
		s = &schema{Type: []string{"array"}, Items: valueSchema(t.Elem(), rules{}, keys, path+".*")}
	default:
		s = &schema{Type: []string{"object"}, AdditionalProperties: entrySchema(t.Elem(), keys, path+".*")}
	}
	if narrow, ok := narrower[path]; ok {
		narrow(s)
	}
	return s
}

// isEntry says that a list of t is a map in the file.
func isEntry(t reflect.Type) bool { name, _ := entryFields(t); return name >= 0 }

// entrySchema describes what stands after a name of a map. One value must be
// there; a mapping may be left out unless a key in it is required.
func entrySchema(t reflect.Type, keys []key, path string) *schema {
	if _, value := entryFields(t); value >= 0 {
		t = t.Field(value).Type
	}
	s := valueSchema(t, rules{}, keys, path)
	if !isScalarType(t) && len(s.Required) == 0 {
		s.orNothing()
	}
	return s
}

func scalarSchema(t reflect.Type, r rules) *schema {
	switch {
	case t == durationType && r.min == "0s":
		return &schema{Ref: "#/$defs/durationOrZero"}
	case t == durationType:
		return &schema{Ref: "#/$defs/duration"}
	case t.Kind() == reflect.Bool:
		return &schema{Type: []string{"boolean"}}
	case t.Kind() == reflect.Int:
		return &schema{Type: []string{"integer"}, Minimum: bound(r.min), Maximum: bound(r.max)}
	case t.Kind() == reflect.Float64:
		return &schema{Type: []string{"number"}, Minimum: bound(r.min), Maximum: bound(r.max)}
	case r.enum != nil:
		s := &schema{}
		for _, word := range r.enum {
			s.Enum = append(s.Enum, word)
		}
		return s
	}
	// A text needs no quotes, whatever it looks like.
	return &schema{Type: []string{"string", "number", "boolean"}}
}

func bound(tag string) *float64 {
	if tag == "" {
		return nil
	}
	value := mustNumber(tag)
	return &value
}

// durationText writes a duration as people do: 5m, not 5m0s.
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
