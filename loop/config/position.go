package config

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// position is a place in the file; both count from 1.
type position struct{ line, col int }

func positionOf(n *yaml.Node) position { return position{max(n.Line, 1), max(n.Column, 1)} }

// pointer names a value of the file as a JSON pointer does, so that a key may
// hold any character: /agents/builder/wakes/0/cron.
type pointer string

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

func (p pointer) key(keys ...string) pointer {
	for _, k := range keys {
		p += pointer("/" + escapePointer.Replace(k))
	}
	return p
}

func (p pointer) index(i int) pointer { return p + pointer("/"+strconv.Itoa(i)) }

// path appends a path whose parts are known to need no escape.
func (p pointer) path(path string) pointer { return p + "/" + pointer(path) }

func (p pointer) parent() pointer { return p[:max(strings.LastIndexByte(string(p), '/'), 0)] }

// places remembers where the file has its values and its keys.
type places struct {
	values map[pointer]position // a key with nothing after it has none
	keys   map[pointer]position
}

// has says that the file gives a value.
func (pl places) has(p pointer) bool { _, ok := pl.values[p]; return ok }

// names says that the file has the key, with a value or without one.
func (pl places) names(p pointer) bool { _, ok := pl.keys[p]; return ok }

// value is where the value is or, if the file has none, what holds it.
func (pl places) value(p pointer) position { return nearestPlace(pl.values, pl, p) }

// key is where the key is or, if the file has none, what holds it.
func (pl places) key(p pointer) position { return nearestPlace(pl.keys, pl, p) }

func nearestPlace(first map[pointer]position, pl places, p pointer) position {
	if at, ok := first[p]; ok {
		return at
	}
	for p != "" {
		if at, ok := pl.keys[p]; ok {
			return at
		}
		if at, ok := pl.values[p]; ok {
			return at
		}
		p = p.parent()
	}
	return position{1, 1}
}
