package config

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/template"

	"gopkg.in/yaml.v3"
)

// docs/config.md is made of the schema and of testdata/config.md.tmpl.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("testdata/config.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("testdata/ok/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := newPage()
	page, err := template.New("config.md").Funcs(template.FuncMap{
		"example": func() string { return string(example) },
		"table":   p.table, "about": p.text, "builtin": p.builtin,
		"kinds": func() string { return "`" + strings.Join(EventKinds, "`, `") + "`" },
	}).Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := page.Execute(&out, nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range sortedKeys(p.keys) {
		if !p.shown[path] {
			t.Errorf("the keys of %q are in no table", path)
		}
	}
	if *update {
		if err := os.MkdirAll("../../docs", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	compareGolden(t, "../../docs/config.md", out.String())
}

// page holds the keys by the path of what they are in.
type page struct {
	keys  map[string][]key
	by    map[string]key
	shown map[string]bool
}

func newPage() *page {
	p := &page{keys: map[string][]key{}, by: map[string]key{}, shown: map[string]bool{}}
	p.add(allKeys())
	return p
}

func (p *page) add(keys []key) {
	for _, k := range keys {
		in, _ := strings.CutSuffix(k.path, k.name)
		in = strings.TrimSuffix(in, ".")
		p.keys[in] = append(p.keys[in], k)
		p.by[k.path] = k
		p.add(k.keys)
	}
}

func (p *page) text(path string) (string, error) {
	k, ok := p.by[path]
	if !ok {
		return "", fmt.Errorf("there is no key %q", path)
	}
	return k.about.Text, nil
}

func (p *page) table(path string) (string, error) {
	if p.keys[path] == nil {
		return "", fmt.Errorf("%q has no keys", path)
	}
	p.shown[path] = true
	var out strings.Builder
	out.WriteString("| key | type | default | what it is |\n|---|---|---|---|\n")
	for _, k := range p.keys[path] {
		text := k.about.Text
		for i, example := range k.about.Examples {
			text += []string{" As `", " Or `"}[min(i, 1)] + example + "`."
		}
		cells := []string{"`" + k.name + "`", typeWords(k), defaultWords(k), text}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		out.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return out.String(), nil
}

// builtin writes default sections as YAML.
func (p *page) builtin(paths ...string) (string, error) {
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	for _, path := range paths {
		mapping.Content = append(mapping.Content, textNode(p.by[path].name), encodeValue(p.by[path].value))
	}
	var out strings.Builder
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode("handoff"), mapping}}); err != nil {
		return "", err
	}
	return out.String(), encoder.Close()
}

func typeWords(k key) string {
	if k.about.Type != "" {
		return k.about.Type
	}
	words := valueWords(k.value.Type())
	switch {
	case k.rules.enum != nil:
		last := len(k.rules.enum) - 1
		words = "`" + strings.Join(k.rules.enum[:last], "`, `") + "` or `" + k.rules.enum[last] + "`"
	case k.rules.min != "" && k.rules.max != "":
		words += ", " + k.rules.min + " to " + k.rules.max
	case k.rules.min != "" && k.rules.min != "0s" && k.rules.min != "50ms":
		words += ", at least " + k.rules.min
	}
	return words
}

func valueWords(t reflect.Type) string {
	switch {
	case isScalarType(t):
		words := strings.TrimPrefix(strings.TrimPrefix(scalarName(t), "a "), "regular ")
		if t.Kind() == reflect.Int {
			return "whole number"
		}
		return words
	case t.Kind() == reflect.Map, t.Kind() == reflect.Struct, isEntry(t.Elem()):
		return "map"
	case isScalarType(t.Elem()):
		return "list of texts"
	}
	return "list of maps"
}

func defaultWords(k key) string {
	switch v := k.value; {
	case k.required():
		return "required"
	case k.about.Default != "":
		return k.about.Default
	case v.Kind() == reflect.Struct:
		return ""
	case v.Kind() == reflect.Map && v.Len() > 0:
		names := slices.Sorted(maps.Keys(namesIn(v)))
		return strings.Join(names, ", ")
	case v.Kind() == reflect.Slice && v.Len() > 0:
		return "built in, see above"
	case v.Kind() == reflect.Map, v.Kind() == reflect.Slice, v.Kind() == reflect.String && v.Len() == 0:
		return "none"
	}
	return "`" + encodeScalar(k.value).Value + "`"
}
