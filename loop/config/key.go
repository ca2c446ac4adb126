package config

import (
	"bytes"
	_ "embed"
	"fmt"
	"reflect"
	"sync"

	"gopkg.in/yaml.v3"
)

// about is what keys.yaml says of a key: what people have to know and the
// structs cannot say.
type about struct {
	Text     string   `yaml:"text"`
	Type     string   `yaml:"type"`    // in words, where the Go type says too little
	Default  string   `yaml:"default"` // in words, where it is found out at run time
	Examples []string `yaml:"examples"`
}

//go:embed keys.yaml
var keysFile []byte

// descriptions are the entries of keys.yaml by the keys' paths.
var descriptions = sync.OnceValue(func() map[string]about {
	decoder := yaml.NewDecoder(bytes.NewReader(keysFile))
	decoder.KnownFields(true)
	entries := map[string]about{}
	if err := decoder.Decode(&entries); err != nil {
		panic(fmt.Sprintf("config: keys.yaml: %v", err))
	}
	return entries
})

// key is one key of the file.
type key struct {
	path  string // names joined by dots; "*" is any name, or any item of a list
	name  string
	rules rules
	value reflect.Value // what it is where the file does not have it
	about about
	keys  []key // below it, or below each of its entries or items
}

// allKeys lists the keys of the file, in the structs' order.
func allKeys() []key { return keysOf(reflect.ValueOf(newDocument()).Elem(), "") }

func keysOf(v reflect.Value, at string) []key {
	var keys []key
	for _, f := range fieldsOf(v.Type()) {
		k := key{path: f.name, name: f.name, rules: f.rules, value: v.FieldByIndex(f.index)}
		if at != "" {
			k.path = at + "." + f.name
		}
		k.about = descriptions()[k.path]
		k.keys = innerKeys(k.value, k.path)
		keys = append(keys, k)
	}
	return keys
}

func innerKeys(v reflect.Value, path string) []key {
	switch {
	case isScalarType(v.Type()):
		return nil
	case v.Kind() == reflect.Struct:
		return keysOf(v, path)
	}
	item := newItem(v.Type().Elem())
	if _, value := entryFields(item.Type()); item.Kind() != reflect.Struct || value >= 0 {
		return nil
	}
	return keysOf(item, path+".*")
}

// newItem is an entry of a map or an item of a list as it is before any key of
// it was read.
func newItem(t reflect.Type) reflect.Value {
	item := reflect.New(t)
	if e, ok := item.Interface().(interface{ setDefaults() }); ok {
		e.setDefaults()
	}
	return item.Elem()
}
