package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("pawl.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("pawl.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// validate says what the schema has against a file, as an editor would.
func validate(s *jsonschema.Schema, data []byte) error {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
		return fmt.Errorf("not YAML: %w", err)
	}
	text, err := nodeJSON(root.Content[0])
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

func TestSchemaAcceptsWhatIsGood(t *testing.T) {
	s := compileSchema(t)
	for _, path := range good(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, data); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		shown, err := Show(load(t, path), true)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, shown); err != nil {
			t.Errorf("%s as it is shown: %v", path, err)
		}
	}
	for _, name := range []string{"claude", "codex", "opencode", "gemini", "script"} {
		if err := validate(s, []byte(Starter("My Project", name))); err != nil {
			t.Errorf("the starter for %s: %v", name, err)
		}
	}
}

// beyondSchema are the faults that a schema cannot see: names that nothing has,
// one thing said twice, what only a parser knows, and YAML's own features.
var beyondSchema = []string{
	"adapter-without-command", "cron", "default-names-written", "docs", "docs-absolute",
	"duplicate-keys", "home-is-not-expanded", "name-clash", "on-complete-kind", "on-complete-unknown", "origin-ext", "phases-twice",
	"poll-too-often", "references", "second-document", "session-clash", "ssh-host", "state-dir", "terminal",
	"terminal-default", "tz", "webhook", "yaml-tag",
}

func TestSchemaRefusesWhatIsBad(t *testing.T) {
	s := compileSchema(t)
	paths, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	seen := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		err = validate(s, data)
		switch beyond := slices.Contains(beyondSchema, name); {
		case beyond && err != nil:
			t.Errorf("%s is refused after all, so it is no exception: %v", name, err)
		case !beyond && err == nil:
			t.Errorf("%s is accepted", name)
		case beyond:
			seen++
		}
	}
	if seen != len(beyondSchema) {
		t.Errorf("%d of %d exceptions are there", seen, len(beyondSchema))
	}
}

// The decoder's keys, found in the structs; the schema's, found in its JSON.
func TestSchemaHasTheDecodersKeys(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	inSchema, inStructs := map[string]bool{}, map[string]bool{}
	collectSchema(root, "", inSchema)
	collectStruct(reflect.TypeFor[document](), "", inStructs)
	compareSets(t, "the schema", inSchema, "the structs", inStructs)
}

func collectSchema(node map[string]any, at string, into map[string]bool) {
	if properties, ok := node["properties"].(map[string]any); ok {
		if node["additionalProperties"] != false {
			into[at+" takes any key"] = true
		}
		for name, inner := range properties {
			path := strings.TrimPrefix(at+"."+name, ".")
			into[path] = true
			collectSchema(inner.(map[string]any), path, into)
		}
	}
	for _, key := range []string{"additionalProperties", "items"} {
		if inner, ok := node[key].(map[string]any); ok {
			collectSchema(inner, at+".*", into)
		}
	}
}

func collectStruct(t reflect.Type, at string, into map[string]bool) {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		if _, value := entryFields(t.Elem()); value < 0 {
			collectStruct(t.Elem(), at+".*", into)
		}
		return
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for _, f := range fieldsOf(t) {
		path := strings.TrimPrefix(at+"."+f.name, ".")
		into[path] = true
		collectStruct(t.FieldByIndex(f.index).Type, path, into)
	}
}

func compareSets(t *testing.T, a string, inA map[string]bool, b string, inB map[string]bool) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(inA)) {
		if !inB[name] {
			t.Errorf("%s: in %s and not in %s", name, a, b)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(inB)) {
		if !inA[name] {
			t.Errorf("%s: in %s and not in %s", name, b, a)
		}
	}
}

// Each key has a description, each description a key, and defaults that the
// structs know are not written a second time.
func TestEveryKeyIsDescribed(t *testing.T) {
	described, inStructs := map[string]bool{}, map[string]bool{}
	for path, a := range descriptions() {
		described[path] = true
		if a.Text == "" || !strings.HasSuffix(a.Text, ".") && !strings.HasSuffix(a.Text, "…") {
			t.Errorf("%s: %q is no sentence", path, a.Text)
		}
	}
	collectStruct(reflect.TypeFor[document](), "", inStructs)
	compareSets(t, "keys.yaml", described, "the structs", inStructs)
	var visit func([]key)
	visit = func(keys []key) {
		for _, k := range keys {
			if k.about.Default != "" && !k.value.IsZero() {
				t.Errorf("%s: its default %v is written again in keys.yaml", k.path, k.value)
			}
			visit(k.keys)
		}
	}
	visit(allKeys())

	// An agent's defaults are those of `defaults`, where they can only be words.
	var agent Agent
	agent.setDefaults()
	for path, want := range map[string]string{"kind": agent.Kind, "adapter": agent.Adapter, "watch": agent.Watch, "enabled": fmt.Sprint(agent.Enabled)} {
		equal(t, "default of defaults."+path, descriptions()["defaults."+path].Default, want)
	}
}

// What the checks ask beyond the tags is asked of keys that exist.
func TestSchemaRulesHaveKeys(t *testing.T) {
	inStructs := map[string]bool{}
	collectStruct(reflect.TypeFor[document](), "", inStructs)
	for _, path := range slices.Concat(sortedKeys(narrower), sortedKeys(mustBeThere), sortedKeys(neverNull)) {
		if !inStructs[strings.TrimSuffix(path, ".*")] {
			t.Errorf("there is no key %s", path)
		}
	}
}

// What is read without a fault is no fault to the schema either.
func FuzzSchema(f *testing.F) {
	s := compileSchema(f)
	for _, path := range good(f) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Parse("/srv/acme/pawl.yaml", data); err != nil {
			return
		}
		if err := validate(s, data); err != nil {
			t.Errorf("%v\n%s", err, data)
		}
	})
}
