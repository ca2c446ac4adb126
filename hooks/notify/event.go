// Package notify tells others of events: it runs a command, or posts to a URL.
// What is due, and when, is its caller's to know.
package notify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
)

// Event is what is told.
type Event struct {
	ID      string // the same whenever this event is told, and no other's
	Project string
	Seq     int64 // its number in the history
	Time    time.Time
	Kind    string
	Agent   string // "" where it is about none
	Data    map[string]any
}

// timeLayout is that of `pawl events --json`.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// JSON is the event as one object on one line.
func (e Event) JSON() ([]byte, error) {
	data := e.Data
	if data == nil {
		data = map[string]any{}
	}
	return json.Marshal(struct {
		ID      string         `json:"id"`
		Project string         `json:"project"`
		Seq     int64          `json:"seq"`
		Time    string         `json:"time"`
		Kind    string         `json:"kind"`
		Agent   string         `json:"agent"`
		Data    map[string]any `json:"data"`
	}{e.ID, e.Project, e.Seq, e.Time.UTC().Format(timeLayout), e.Kind, e.Agent, data})
}

const (
	maxValue = 2000 // bytes of a variable
	maxName  = 64   // bytes of what a datum's key adds to a variable's name
	maxData  = 50   // data that become variables
)

// Variables are the event as entries of an environment: each is one line of
// text without control characters, bounded. The JSON has all that they lack.
func (e Event) Variables() []string {
	env := []string{
		"PAWL_EVENT_ID=" + handoff.Clean(e.ID, maxValue),
		"PAWL_EVENT_SEQ=" + strconv.FormatInt(e.Seq, 10),
		"PAWL_EVENT_TIME=" + e.Time.UTC().Format(timeLayout),
		"PAWL_EVENT_KIND=" + handoff.Clean(e.Kind, maxValue),
		"PAWL_EVENT_AGENT=" + handoff.Clean(e.Agent, maxValue),
	}
	taken := map[string]bool{"": true}
	for _, key := range slices.Sorted(maps.Keys(e.Data)) {
		name := variableName(key)
		if taken[name] || len(taken) > maxData {
			continue
		}
		taken[name] = true
		env = append(env, "PAWL_EVENT_DATA_"+name+"="+handoff.Clean(value(e.Data[key]), maxValue))
	}
	return env
}

// variableName makes a part of a variable's name of a key: capitals, digits and
// underscores.
func variableName(key string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, key)
	return name[:min(len(name), maxName)]
}

// value is a datum as a person would write it. Numbers come from JSON as floats,
// and are whole: counts and milliseconds.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any, []any:
		if doc, err := json.Marshal(v); err == nil {
			return string(doc)
		}
	}
	return fmt.Sprint(v)
}
