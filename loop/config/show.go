package config

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Show writes c as a pawl.yaml with every default filled in: paths absolute,
// secrets masked, what `defaults` says written out at each agent. Parse makes
// the masked c of it again. Adapters that no agent uses are left out unless all
// is set. Comments say whom a role stands for.
func Show(c *Config, all bool) ([]byte, error) {
	root := c.document(all)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	return out.Bytes(), nil
}

// ShowJSON writes what Show does as JSON, keys in the same order, without the
// comments. As JSON is YAML, Parse reads it too.
func ShowJSON(c *Config, all bool) ([]byte, error) {
	compact, err := nodeJSON(c.document(all))
	if err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	return indented(compact)
}

// document is the tree of what is shown.
func (c *Config) document(all bool) *yaml.Node {
	doc := &document{Version: 1, Config: *c.Masked()}
	if doc.Types, doc.Prices = doc.written(); !all {
		for name := range doc.Adapters { // the map is a copy
			if !slices.ContainsFunc(doc.Agents, func(a Agent) bool { return a.Adapter == name }) {
				delete(doc.Adapters, name)
			}
		}
	}
	root := encode(reflect.ValueOf(doc).Elem(), reflect.ValueOf(newDocument()).Elem())
	c.commentReaders(root)
	return root
}

// commentReaders says beside each role who has it. Default rules and inboxes of
// which one names nobody become comments as a whole: written into a file, the
// name would be a fault.
func (c *Config) commentReaders(root *yaml.Node) {
	handoff := child(root, "handoff")
	known := append(c.agentNames(), c.roles()...)
	for _, key := range []string{"signals", "inboxes"} {
		section := child(handoff, key)
		inert := false
		for i := 1; i < len(section.Content); i += 2 {
			reader := section.Content[i]
			names := []*yaml.Node{reader}
			if key == "signals" {
				reader = child(reader, "wakes")
				names = reader.Content
			}
			var comments []string
			for _, name := range names {
				inert = inert || !slices.Contains(known, name.Value)
				if list := c.Readers(name.Value); !slices.Equal(list, []string{name.Value}) {
					comments = append(comments, name.Value+": "+who(list))
				}
			}
			if len(comments) > 0 {
				reader.LineComment = "# " + strings.Join(comments, "; ")
			}
		}
		if inert {
			comment(handoff, key)
		}
	}
}

func who(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// child is the value of a key, or an empty node.
func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return &yaml.Node{}
}

// comment replaces a default section by a comment at the key that follows.
func comment(mapping *yaml.Node, key string) {
	for i := 0; i+3 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != key {
			continue
		}
		text, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode, Content: mapping.Content[i : i+2]})
		if err != nil {
			text = []byte(key + ": the default ones")
		}
		next := mapping.Content[i+2]
		lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
		next.HeadComment = strings.TrimPrefix(next.HeadComment+"\n", "\n") + "built in, and not all of it meets anybody here:\n" + strings.Join(lines, "\n")
		mapping.Content = slices.Delete(mapping.Content, i, i+2)
		return
	}
}
