package tui

import (
	"fmt"
	"strings"
)

// YAML is the profile of the fake agent as an adapter that somebody adds below
// `adapters:` in pawl.yaml, two columns in.
func YAML(command []string) string {
	p := Profile(command)
	var b strings.Builder
	b.WriteString("  fake:\n    prompt: arg\n    queues_input: true\n    command:\n")
	for _, word := range p.Command {
		fmt.Fprintf(&b, "      - %q\n", word)
	}
	b.WriteString("    stop: [Escape, C-c, C-c]\n    detect:\n")
	d := p.Detect
	for _, key := range []struct{ name, expr string }{
		{"active", d.Active}, {"limit", d.Limit}, {"fatal", d.Fatal}, {"waiting", d.Waiting}, {"ready", d.Ready}, {"title", d.Title},
		{"composer", d.Composer}, {"composer_more", d.ComposerMore}, {"composer_top", d.ComposerTop}, {"composer_end", d.ComposerEnd},
		{"placeholder", d.Placeholder}, {"folded", d.Folded}, {"passing", d.Passing},
	} {
		if key.expr != "" {
			fmt.Fprintf(&b, "      %s: '%s'\n", key.name, strings.ReplaceAll(key.expr, "'", "''"))
		}
	}
	fmt.Fprintf(&b, "      bottom_rows: %d\n", d.BottomRows)
	return b.String()
}
