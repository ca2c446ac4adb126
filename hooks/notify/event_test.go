package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
)

var parked = Event{
	ID: "f00d-7", Project: "acme", Seq: 7, Time: time.UnixMilli(1_800_000_000_123), Kind: "agent.parked", Agent: "builder",
	Data: map[string]any{"restarts": 5.0, "reason": "exited\nwith \x1b[31mcode 3", "list": []any{"a", 1.0}, "x-y": true, "none": nil},
}

func TestAnEventAsJSON(t *testing.T) {
	doc, err := parked.JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"f00d-7","project":"acme","seq":7,"time":"2027-01-15T08:00:00.123Z","kind":"agent.parked","agent":"builder",` +
		`"data":{"list":["a",1],"none":null,"reason":"exited\nwith \u001b[31mcode 3","restarts":5,"x-y":true}}`
	if string(doc) != want {
		t.Errorf("it is\n%s, want\n%s", doc, want)
	}
	if doc, err = (Event{}).JSON(); err != nil || !strings.Contains(string(doc), `"data":{}`) {
		t.Errorf("without data it is %s, %v", doc, err)
	}
}

func TestAnEventAsVariables(t *testing.T) {
	want := []string{
		"PAWL_EVENT_ID=f00d-7", "PAWL_EVENT_SEQ=7", "PAWL_EVENT_TIME=2027-01-15T08:00:00.123Z", "PAWL_EVENT_KIND=agent.parked", "PAWL_EVENT_AGENT=builder",
		`PAWL_EVENT_DATA_LIST=["a",1]`, "PAWL_EVENT_DATA_NONE=", "PAWL_EVENT_DATA_REASON=exited with [31mcode 3", "PAWL_EVENT_DATA_RESTARTS=5", "PAWL_EVENT_DATA_X_Y=true",
	}
	if got := strings.Join(parked.Variables(), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("they are\n%s", got)
	}
}

func TestVariablesAreBounded(t *testing.T) {
	e := Event{Data: map[string]any{"": "no name", "a.b": "one", "a_b": "another of that name", strings.Repeat("k", 500): strings.Repeat("é", 5000)}}
	for i := range 100 {
		e.Data["n"+strings.Repeat("x", i)] = i
	}
	env := e.Variables()
	if len(env) != 5+maxData {
		t.Errorf("there are %d", len(env))
	}
	for _, kv := range env {
		if len(kv) > len("PAWL_EVENT_DATA_=")+maxName+maxValue {
			t.Errorf("%.40s… has %d bytes", kv, len(kv))
		}
	}
	if got := strings.Join(env, "\n"); !strings.Contains(got, "PAWL_EVENT_DATA_A_B=one\n") || strings.Contains(got, "another") || strings.Contains(got, "no name") {
		t.Errorf("they are %s", got)
	}
}

// Whatever an event says, its variables are one line each, and its JSON can be read.
func FuzzEvent(f *testing.F) {
	f.Add("agent.parked", "builder", "reason", "exited\nwith code 3")
	f.Add("", "\x00", "LD_PRELOAD=", "a\x00b\u202e")
	f.Fuzz(func(t *testing.T, kind, agent, key, text string) {
		e := Event{Kind: kind, Agent: agent, Data: map[string]any{key: text}}
		for _, kv := range e.Variables() {
			name, value, _ := strings.Cut(kv, "=")
			if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" || !strings.HasPrefix(name, "PAWL_EVENT_") {
				t.Errorf("%q is no name of ours", name)
			}
			if strings.ContainsFunc(value, unicode.IsControl) {
				t.Errorf("%q has control characters", kv)
			}
		}
		doc, err := e.JSON()
		if err != nil || !json.Valid(doc) || strings.ContainsRune(string(doc), '\n') {
			t.Errorf("%q, %v", doc, err)
		}
	})
}
