//go:build linux || darwin

package exec

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pawl/loop/launcher/conformance"
)

// paramsOf are what each method takes.
var paramsOf = map[string]any{
	MethodHello: Hello{}, MethodStart: Spec{}, MethodObserve: nil, MethodSend: Sending{}, MethodCapture: Capturing{}, MethodStop: Stopping{},
	MethodForget: Ref{}, MethodAttach: Ref{}, MethodScreens: Refs{}, MethodRunning: Process{}, MethodCancel: Cancel{},
}

// resultOf are what those that answer something do.
var resultOf = map[string]any{
	MethodHello: Welcome{}, MethodObserve: Sessions{}, MethodCapture: Lines{}, MethodAttach: Argv{}, MethodScreens: Screens{}, MethodRunning: Running{},
}

// The lines that the document shows are lines of the protocol, and it names every
// method, field, feature and code.
func TestDocument(t *testing.T) {
	data, err := os.ReadFile("../../../docs/launcher-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	text, asked, shown := string(data), map[int64]string{}, 0
	for line := range strings.Lines(text) {
		if request, ok := strings.CutPrefix(line, "→ "); ok {
			var r Request
			strictly(t, request, &r)
			asked[r.ID] = r.Method
			if params, known := paramsOf[r.Method]; !known || params == nil != (r.Params == nil) {
				t.Errorf("%s: not a request of the protocol", request)
			} else if params != nil {
				strictly(t, string(r.Params), reflect.New(reflect.TypeOf(params)).Interface())
			}
			shown++
		}
		if answer, ok := strings.CutPrefix(line, "← "); ok {
			var a Answer
			strictly(t, answer, &a)
			if result := resultOf[asked[a.ID]]; result != nil {
				strictly(t, string(a.Result), reflect.New(reflect.TypeOf(result)).Interface())
			}
			shown++
		}
	}
	if shown < 4 {
		t.Errorf("%d lines are shown; the test has lost them", shown)
	}
	words := []string{FeatureScreens, FeatureRunning, FeatureLateErrors, CodeGone, CodeOther, CodeTerminal, CodeUnsupported, CodeFailed}
	for method, params := range paramsOf {
		words = append(append(words, method), fields(reflect.TypeOf(params))...)
		words = append(words, fields(reflect.TypeOf(resultOf[method]))...)
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if !strings.Contains(text, "`"+word+"`") {
			t.Errorf("the document does not name %q", word)
		}
	}
}

// The document lists the suite's cases, word for word and in their order.
func TestDocumentListsTheSuite(t *testing.T) {
	data, err := os.ReadFile("../../../docs/launcher-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, c := range conformance.Cases() {
		want.WriteString("- " + c.Name + ": " + c.Rule + "\n")
	}
	if !strings.HasSuffix(string(data), "\n\n"+want.String()) {
		t.Errorf("docs/launcher-protocol.md does not end with the suite's cases, which are\n%s", &want)
	}
}

func strictly(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

// fields are the names in the JSON of a type, and of the protocol's own types in it.
func fields(of reflect.Type) []string {
	for of != nil && (of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map) {
		of = of.Elem()
	}
	if of == nil || of.Kind() != reflect.Struct || of.PkgPath() != reflect.TypeOf(Hello{}).PkgPath() {
		return nil
	}
	var names []string
	for i := range of.NumField() {
		f := of.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
		names = append(names, fields(f.Type)...)
	}
	return names
}

// FuzzReadAnswer reads whatever a program may print: an answer is one line, and
// what is none is an error, in bounded time and space.
func FuzzReadAnswer(f *testing.F) {
	for _, seed := range []string{"{\"id\":1}\n", "\n\n {\"id\":2,\"result\":{}}\n", "hello\n", "{", "{\"id\":1,\"error\":{\"code\":\"gone\"}}\n{", "\x00\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := &conn{waiting: map[int64]chan<- Answer{}, last: 3}
		answer := make(chan Answer, 1)
		c.waiting[2] = answer
		if err := c.read(strings.NewReader(text)); err == nil {
			t.Error("a reading that never ended")
		}
		select {
		case a := <-answer:
			if a.ID != 2 {
				t.Errorf("answer %+v to request 2", a)
			}
			if s := (Sessions{}); decode(a.Result, &s) == nil {
				if seen, err := s.observations(); err == nil && len(seen) != len(s.Sessions) {
					t.Errorf("%d observations of %d sessions", len(seen), len(s.Sessions))
				}
			}
		default:
		}
	})
}
