package config

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"pawl/loop/adapter"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	regexpType   = reflect.TypeFor[*regexp.Regexp]()
)

// isScalarType says that a value of type t is written as one scalar.
func isScalarType(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return true
	}
	return t == regexpType
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// describe shows a node in a message.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	return quote(n.Value)
}

func bounded(text string) string {
	if runes := []rune(text); len(runes) > maxQuote {
		return string(runes[:maxQuote]) + "…"
	}
	return text
}

// scalar decodes a text, number, duration, truth value or regular expression.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, r rules) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, KindType, fmt.Sprintf("%s is not %s", describe(n), scalarName(v.Type())), "write one value")
		return
	}
	switch {
	case v.Type() == durationType:
		d.duration(n, v, r)
	case v.Type() == regexpType:
		d.expression(n, v)
	case v.Kind() == reflect.String:
		d.text(n, v, r)
	case v.Kind() == reflect.Bool:
		if n.ShortTag() != "!!bool" {
			d.fault(n, KindType, quote(n.Value)+" is neither true nor false", "write true or false, without quotes")
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case v.Kind() == reflect.Int:
		d.integer(n, v, r)
	default:
		d.fraction(n, v, r)
	}
}

func scalarName(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration"
	case t == regexpType:
		return "a regular expression"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	}
	return "a number"
}

func (d *decoder) text(n *yaml.Node, v reflect.Value, r rules) {
	if strings.ContainsRune(n.Value, 0) {
		d.fault(n, KindValue, quote(n.Value)+" holds a NUL character", "remove it")
		return
	}
	if r.enum != nil && !slices.Contains(r.enum, n.Value) {
		hint := "write " + strings.Join(r.enum, " or ")
		if near := Nearest(n.Value, r.enum); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		d.fault(n, KindValue, quote(n.Value)+" is not one of "+strings.Join(r.enum, ", "), hint)
		return
	}
	v.SetString(n.Value)
}

func (d *decoder) expression(n *yaml.Node, v reflect.Value) {
	if n.Value == "" {
		d.fault(n, KindValue, `"" matches every subject`, "name what a subject begins with, as '^claim'")
		return
	}
	if len(n.Value) > adapter.MaxExpr {
		d.fault(n, KindValue, quote(n.Value)+" is too long", fmt.Sprintf("write at most %d bytes", adapter.MaxExpr))
		return
	}
	re, err := regexp.Compile("(?i)" + n.Value)
	if err != nil {
		d.fault(n, KindValue, quote(n.Value)+" is not a regular expression: "+bounded(adapter.ExprError(n.Value, err)), "Go's syntax is at https://pkg.go.dev/regexp/syntax")
		return
	}
	v.Set(reflect.ValueOf(re))
}

func (d *decoder) duration(n *yaml.Node, v reflect.Value, r rules) {
	value, err := time.ParseDuration(n.Value)
	if err != nil {
		hint := "write a number with a unit, as 90s, 15m or 6h"
		if n.ShortTag() == "!!int" {
			hint = fmt.Sprintf("add a unit, as %ss or %sm", bounded(n.Value), bounded(n.Value))
		}
		d.fault(n, KindType, quote(n.Value)+" is not a duration", hint)
		return
	}
	if r.min == "" && value <= 0 {
		d.fault(n, KindValue, quote(n.Value)+" is not more than zero", "write a positive duration")
		return
	}
	if r.min != "" && value < mustDuration(r.min) {
		d.fault(n, KindValue, fmt.Sprintf("%s is less than %s", quote(n.Value), r.min), "write at least "+r.min)
		return
	}
	v.SetInt(int64(value))
}

func (d *decoder) integer(n *yaml.Node, v reflect.Value, r rules) {
	value, err := strconv.Atoi(n.Value)
	if err != nil || n.ShortTag() != "!!int" {
		d.fault(n, KindType, quote(n.Value)+" is not a whole number", "write digits only, without quotes")
		return
	}
	if d.within(n, float64(value), r) {
		v.SetInt(int64(value))
	}
}

func (d *decoder) fraction(n *yaml.Node, v reflect.Value, r rules) {
	value, err := strconv.ParseFloat(n.Value, 64)
	tag := n.ShortTag()
	if err != nil || (tag != "!!float" && tag != "!!int") || math.IsNaN(value) || math.IsInf(value, 0) {
		d.fault(n, KindType, quote(n.Value)+" is not a number", "write one as 0.25")
		return
	}
	if d.within(n, value, r) {
		v.SetFloat(value)
	}
}

// within reports a number that is outside the bounds of its tags.
func (d *decoder) within(n *yaml.Node, value float64, r rules) bool {
	switch {
	case r.min != "" && value < mustNumber(r.min):
		d.fault(n, KindValue, fmt.Sprintf("%s is less than %s", quote(n.Value), r.min), "write at least "+r.min)
		return false
	case r.max != "" && value > mustNumber(r.max):
		d.fault(n, KindValue, fmt.Sprintf("%s is more than %s", quote(n.Value), r.max), "write at most "+r.max)
		return false
	}
	return true
}

// mustDuration and mustNumber read a tag of our own structs.
func mustDuration(tag string) time.Duration {
	value, err := time.ParseDuration(tag)
	if err != nil {
		panic("config: min tag: " + err.Error())
	}
	return value
}

func mustNumber(tag string) float64 {
	value, err := strconv.ParseFloat(tag, 64)
	if err != nil {
		panic("config: bound tag: " + err.Error())
	}
	return value
}
