package turn

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"pawl/handoff"
	"pawl/loop/adapter"
)

var errMore = errors.New("something follows the object")

// Decoder turns the lines of one adapter's program into events.
type Decoder struct{ rules []rule }

type rule struct {
	adapter.EventRule
	on, not, with, without, failed []match
}

// match is a place and what must be there.
type match struct {
	place string
	value *regexp.Regexp
}

// NewDecoder compiles a profile's rules. Errors name the adapter, the rule and the
// place; rules that Validate passes have none.
func NewDecoder(p adapter.Profile) (*Decoder, error) {
	d := &Decoder{}
	var faults []error
	for i, r := range p.Turns.Events {
		one := rule{EventRule: r}
		lists := map[string]*[]match{"on": &one.on, "not": &one.not, "with": &one.with, "without": &one.without, "failed": &one.failed}
		for _, w := range r.Wants() {
			value, err := adapter.CompileValue(w.Value)
			if err != nil {
				faults = append(faults, fmt.Errorf("adapter %s: turns.events[%d].%s.%s: %w", p.Name, i, w.Key, w.Place, err))
				continue
			}
			*lists[w.Key] = append(*lists[w.Key], match{w.Place, value})
		}
		d.rules = append(d.rules, one)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return d, nil
}

// ErrMalformed says that a line was to be an event and is none.
var ErrMalformed = errors.New("malformed event")

// Decode turns one line, without its newline, into events: none for a kind that no
// rule knows, and for words that programs print besides. A line that begins as an
// object and is none is ErrMalformed.
func (d *Decoder) Decode(line []byte) ([]Event, error) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '{' {
		return nil, nil
	}
	doc, err := parse(line)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var events []Event
	for _, r := range d.rules {
		if !all(doc, r.on) || some(doc, r.not) {
			continue
		}
		for _, item := range r.items(doc) {
			if !all(item, r.with) || some(item, r.without) {
				continue
			}
			if e := r.event(item); e.Kind != Tokens || e.Usage != nil {
				events = append(events, e)
			}
		}
	}
	return events, nil
}

// in says that what m wants stands in a document.
func (m match) in(doc any) bool {
	v, there := at(doc, m.place)
	return there && v != nil && m.value.MatchString(written(v))
}

func all(doc any, list []match) bool {
	return !slices.ContainsFunc(list, func(m match) bool { return !m.in(doc) })
}

func some(doc any, list []match) bool {
	return slices.ContainsFunc(list, func(m match) bool { return m.in(doc) })
}

// items are what a rule makes one event each of.
func (r rule) items(doc any) []any {
	if r.Each == "" {
		return []any{doc}
	}
	v, _ := at(doc, r.Each)
	list, _ := v.([]any)
	return list
}

func (r rule) event(doc any) Event {
	e := Event{
		Kind: Kind(r.Is), ID: handoff.Clean(text(doc, r.ID), maxName), Model: handoff.Clean(text(doc, r.Model), maxName),
		Text: readable(text(doc, r.Text), maxText), Delta: r.Delta, Tool: handoff.Clean(text(doc, r.Tool), maxName),
		Input: readable(text(doc, r.Input), maxInput), Paths: paths(doc, r.Path),
		Failed: len(r.failed) > 0 && all(doc, r.failed), Reset: moment(doc, r.Reset), Cause: r.Cause,
	}
	if code, ok := number(doc, r.Exit); ok {
		exit := int(code)
		e.Exit, e.Failed = &exit, e.Failed || exit != 0
	}
	if usage, told := cost(doc, r.Usage); told {
		e.Usage, e.Running = &usage, r.Usage.Total
	}
	return e
}

// cost reads the numbers of a rule's usage; false where there are none.
func cost(doc any, r adapter.UsageRule) (Usage, bool) {
	var told bool
	count := func(place string) int64 {
		n, ok := number(doc, place)
		told = told || ok
		return max(n, 0)
	}
	u := Usage{Input: count(r.Input), Cached: count(r.Cached), Written: count(r.Written), Output: count(r.Output)}
	reasoning := count(r.Reasoning)
	if r.Within {
		u.Input = max(u.Input-u.Cached-u.Written, 0)
	} else {
		u.Output += reasoning
	}
	if dollars, ok := decimal(doc, r.Cost); ok && dollars > 0 {
		u.Cost, u.Counted, told = dollars, true, true
	}
	return u, told
}
