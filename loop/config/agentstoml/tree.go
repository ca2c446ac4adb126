package agentstoml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"pawl/loop/config"
)

// MaxSize is how many bytes an agents.toml may have, as a pawl.yaml.
const MaxSize = 1 << 20

// value is one value of the file.
type value struct {
	kind  unstable.Kind // InlineTable for tables of every kind
	at    int           // its offset in the file
	text  string        // of a scalar, as it is meant (a text) or as it is written
	items []*value      // of an array
	table *table
}

// table keeps its keys in the order of the file.
type table struct {
	entries []*entry
	byName  map[string]*entry
}

type entry struct {
	name  string
	at    int // offset of the key
	value *value
}

func newTable(at int) *value {
	return &value{kind: unstable.InlineTable, at: at, table: &table{byName: map[string]*entry{}}}
}

func (t *table) add(name string, at int, v *value) {
	e := &entry{name, at, v}
	t.entries = append(t.entries, e)
	t.byName[name] = e
}

// withoutBOM drops the mark that some editors put at the beginning of a file.
func withoutBOM(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\ufeff")) }

// parse reads the file into a tree whose parts know where they stand, which
// toml.Unmarshal does not tell. What Unmarshal refuses is refused first, so the
// walk below meets valid TOML only.
func (r *report) parse() *table {
	if len(r.data) > MaxSize {
		r.fault(0, config.KindSyntax, fmt.Sprintf("the file has more than %d bytes", MaxSize), "keep prompts in files of their own")
		return nil
	}
	var ignored map[string]any
	if err := toml.Unmarshal(r.data, &ignored); err != nil {
		r.syntax(err)
		return nil
	}
	root := newTable(0)
	current := root.table
	var p unstable.Parser
	p.Reset(r.data)
	for p.NextExpression() {
		if current = r.expression(p.Expression(), root.table, current); current == nil {
			return nil
		}
	}
	if err := p.Error(); err != nil {
		r.syntax(err)
		return nil
	}
	return root.table
}

func (r *report) syntax(err error) {
	at := place{1, 1}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		at.line, at.col = decode.Position()
	}
	r.faultAt(at, config.KindSyntax, strings.TrimPrefix(err.Error(), "toml: "), "")
}

// expression adds one line of the file to the tree and returns the table that
// the lines after it belong to; nil after a fault.
func (r *report) expression(n *unstable.Node, root, current *table) *table {
	keys := n.Key()
	switch n.Kind {
	case unstable.Table:
		return r.descend(root, keys, false)
	case unstable.ArrayTable:
		return r.descend(root, keys, true)
	case unstable.KeyValue:
		if !r.keyValue(n, current) {
			return nil
		}
	}
	return current
}

// descend goes to the table that the header in keys names, and makes what is
// not there yet.
func (r *report) descend(t *table, keys unstable.Iterator, array bool) *table {
	for t != nil && keys.Next() {
		key := keys.Node()
		name, at := string(key.Data), int(key.Raw.Offset)
		e, there := t.byName[name]
		switch {
		case array && keys.IsLast():
			if !there {
				t.add(name, at, &value{kind: unstable.Array, at: at})
			}
			list := t.byName[name].value
			list.items = append(list.items, newTable(at))
			return list.items[len(list.items)-1].table
		case !there:
			v := newTable(at)
			t.add(name, at, v)
			t = v.table
		default:
			t = r.into(e)
		}
	}
	return t
}

// into is the table that a key further down is in: for an array, its last one.
func (r *report) into(e *entry) *table {
	v := e.value
	if n := len(v.items); n > 0 {
		v = v.items[n-1]
	}
	if v.table == nil {
		r.fault(e.at, config.KindDuplicate, quote(e.name)+" is not a table", "keep one of the two")
	}
	return v.table
}

func (r *report) keyValue(n *unstable.Node, t *table) bool {
	keys := n.Key()
	for keys.Next() {
		key := keys.Node()
		name, at := string(key.Data), int(key.Raw.Offset)
		e, there := t.byName[name]
		switch {
		case keys.IsLast():
			v := r.value(n.Value(), at)
			if v == nil {
				return false
			}
			t.add(name, at, v)
		case there:
			if t = r.into(e); t == nil {
				return false
			}
		default:
			v := newTable(at)
			t.add(name, at, v)
			t = v.table
		}
	}
	return true
}

// value copies one value; at is where its key is, for those that do not say.
func (r *report) value(n *unstable.Node, at int) *value {
	if n.Raw.Length > 0 {
		at = int(n.Raw.Offset)
	}
	v := &value{kind: n.Kind, at: at, text: string(n.Data)}
	children := n.Children()
	switch n.Kind {
	case unstable.Array:
		for children.Next() {
			item := r.value(children.Node(), at)
			if item == nil {
				return nil
			}
			v.items = append(v.items, item)
		}
	case unstable.InlineTable:
		v = newTable(at)
		for children.Next() {
			if !r.keyValue(children.Node(), v.table) {
				return nil
			}
		}
	}
	return v
}
