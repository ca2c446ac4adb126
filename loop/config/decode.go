package config

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// decoder fills structs from YAML nodes by the structs' tags. What the file does
// not give keeps the value that it has, so defaults are filled in beforehand. A
// key with nothing after it counts as not given.
type decoder struct {
	places
	report *report
}

func newDecoder(r *report) *decoder {
	return &decoder{places{map[pointer]position{}, map[pointer]position{}}, r}
}

func (d *decoder) document(root *yaml.Node, doc *document) {
	d.value(root, reflect.ValueOf(doc).Elem(), rules{}, "")
}

// value decodes one node. A fault is reported and leaves v as it was.
func (d *decoder) value(n *yaml.Node, v reflect.Value, r rules, at pointer) {
	if isNull(n) {
		return
	}
	d.values[at] = positionOf(n)
	switch {
	case n.Kind == yaml.AliasNode:
		d.fault(n, KindType, fmt.Sprintf("%s is an alias", quote("*"+n.Value)), "write the value itself: aliases are not read")
		return
	case n.Style&yaml.TaggedStyle != 0:
		d.fault(n, KindType, fmt.Sprintf("%s is a YAML tag", quote(n.Tag)), "leave it out: tags are not read")
		return
	}
	switch {
	case isScalarType(v.Type()):
		d.scalar(n, v, r)
	case v.Kind() == reflect.Struct:
		d.mapping(n, v, at)
	case v.Kind() == reflect.Map:
		d.namedMap(n, v, at)
	case v.Kind() == reflect.Slice:
		if key, value := entryFields(v.Type().Elem()); key >= 0 {
			d.orderedMap(n, v, key, value, at)
		} else {
			d.list(n, v, at)
		}
	default:
		panic(fmt.Sprintf("config: a field of type %s cannot be decoded", v.Type()))
	}
}

// mapping decodes the keys of a struct.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, at pointer) {
	fields := fieldsOf(v.Type())
	given := map[string]bool{}
	if !d.pairs(n, at, func(key, value *yaml.Node) {
		for _, f := range fields {
			if f.name == key.Value {
				given[f.name] = !isNull(value)
				d.value(value, v.FieldByIndex(f.index), f.rules, at.key(f.name))
				return
			}
		}
		d.unknownKey(key, fieldNames(fields))
	}) {
		return
	}
	for _, f := range fields {
		if f.rules.required && !given[f.name] {
			d.report.add(d.key(at.key(f.name)), KindMissing, fmt.Sprintf("%s has no %q", d.title(at), f.name), "add it")
		}
	}
}

func (d *decoder) unknownKey(key *yaml.Node, known []string) {
	if key.Value == "<<" {
		d.fault(key, KindUnknown, `"<<" merges another mapping`, "write its keys out: merge keys are not read")
		return
	}
	d.fault(key, KindUnknown, "unknown key "+quote(key.Value), suggest(key.Value, known))
}

// orderedMap decodes a YAML map whose order matters into a slice of entries.
func (d *decoder) orderedMap(n *yaml.Node, v reflect.Value, key, value int, at pointer) {
	entries := reflect.MakeSlice(v.Type(), 0, len(n.Content)/2)
	if d.pairs(n, at, func(k, val *yaml.Node) {
		entry := reflect.New(v.Type().Elem())
		if e, ok := entry.Interface().(interface{ setDefaults() }); ok {
			e.setDefaults()
		}
		entry.Elem().Field(key).SetString(k.Value)
		if value >= 0 {
			d.entryValue(k, val, entry.Elem().Field(value), at.key(k.Value))
		} else {
			d.entryMapping(val, entry.Elem(), at.key(k.Value))
		}
		entries = reflect.Append(entries, entry.Elem())
	}) {
		v.Set(entries)
	}
}

func (d *decoder) entryValue(key, value *yaml.Node, v reflect.Value, at pointer) {
	if isNull(value) {
		d.fault(value, KindMissing, quote(key.Value)+" has no value", `write one, or "" for an empty one`)
		return
	}
	d.value(value, v, rules{}, at)
}

// entryMapping decodes an entry with nothing after its name as one without any
// key, so that required keys are asked for.
func (d *decoder) entryMapping(n *yaml.Node, v reflect.Value, at pointer) {
	if isNull(n) {
		n = &yaml.Node{Kind: yaml.MappingNode, Line: d.keys[at].line, Column: d.keys[at].col}
	}
	d.value(n, v, rules{}, at)
}

// namedMap decodes a YAML map whose order does not matter. An entry that is
// there already, a built-in one, is overridden key by key.
func (d *decoder) namedMap(n *yaml.Node, v reflect.Value, at pointer) {
	merged := reflect.MakeMap(v.Type())
	for _, key := range v.MapKeys() {
		merged.SetMapIndex(key, v.MapIndex(key))
	}
	if d.pairs(n, at, func(k, val *yaml.Node) {
		key := reflect.ValueOf(k.Value)
		entry := reflect.New(v.Type().Elem()).Elem()
		if old := merged.MapIndex(key); old.IsValid() {
			entry.Set(old)
		}
		if isScalarType(entry.Type()) {
			d.entryValue(k, val, entry, at.key(k.Value))
		} else {
			d.entryMapping(val, entry, at.key(k.Value))
		}
		merged.SetMapIndex(key, entry)
	}) {
		v.Set(merged)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, at pointer) {
	if n.Kind != yaml.SequenceNode {
		hint := "write a list"
		if n.Kind == yaml.ScalarNode && isScalarType(v.Type().Elem()) {
			hint = "write a list: [" + strings.Join(strings.Fields(bounded(n.Value)), ", ") + "]"
		}
		d.fault(n, KindType, describe(n)+" is not a list", hint)
		return
	}
	items, complete := reflect.MakeSlice(v.Type(), 0, len(n.Content)), true
	for i, child := range n.Content {
		item := reflect.New(v.Type().Elem())
		if e, ok := item.Interface().(interface{ setDefaults() }); ok {
			e.setDefaults()
		}
		if isNull(child) {
			d.fault(child, KindMissing, "an item of the list is empty", "fill it in, or remove it")
			complete = false
			continue
		}
		d.value(child, item.Elem(), rules{}, at.index(i))
		items = reflect.Append(items, item.Elem())
	}
	if complete { // else the items' indexes would not be those of the file
		v.Set(items)
	}
}

// pairs calls each for every key of a map and its value, once for each name. It
// says whether n is a map at all.
func (d *decoder) pairs(n *yaml.Node, at pointer, each func(key, value *yaml.Node)) bool {
	if n.Kind != yaml.MappingNode {
		d.fault(n, KindType, describe(n)+" is not a map", "write `key: value` lines")
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || strings.ContainsRune(key.Value, 0) {
			d.fault(key, KindType, describe(key)+" cannot be a key", "write a word")
			continue
		}
		p := at.key(key.Value)
		if first, ok := d.keys[p]; ok {
			d.fault(key, KindDuplicate, fmt.Sprintf("key %s is in line %d already", quote(key.Value), first.line), "keep one of the two")
			continue
		}
		d.keys[p] = positionOf(key)
		each(key, value)
	}
	return true
}

func (d *decoder) fault(n *yaml.Node, kind, msg, hint string) {
	d.report.add(positionOf(n), kind, msg, hint)
}

// title names what a pointer points at in a message.
func (d *decoder) title(at pointer) string {
	if at == "" {
		return "the file"
	}
	text := strings.NewReplacer("/", ".", "~1", "/", "~0", "~").Replace(strings.TrimPrefix(string(at), "/"))
	return quote(text)
}
