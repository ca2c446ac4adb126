package config

import (
	"errors"
	"strings"
	"testing"

	"pawl/loop/adapter"
)

func TestStarter(t *testing.T) {
	for _, name := range []string{"claude", "codex", "opencode", "gemini", "script"} {
		text := Starter("My Project", name)
		if lines := strings.Count(text, "\n"); lines > 45 {
			t.Errorf("%s: %d lines", name, lines)
		}
		if name == "script" {
			_, err := Parse("/x/pawl.yaml", []byte(text))
			var list Errors
			if ok := errors.As(err, &list); !ok || len(list) != 1 || !strings.Contains(list[0].Hint, "./agent.sh") {
				t.Errorf("script without a command: %v", err)
			}
		}
		uncommented := strings.NewReplacer("# adapters:", "adapters:", "#   "+name+":", "  "+name+":",
			"# notify:", "notify:", "#   - {on", "  - {on", "    # - {id", "    - {id", "  # supervisor", "  supervisor", "  #   ", "    ").Replace(text)
		for i, text := range []string{text, uncommented} {
			if name == "script" && i == 0 {
				continue
			}
			c, err := Parse("/x/pawl.yaml", []byte(text))
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, text)
			}
			equal(t, "project", c.Project, "My-Project")
			equal(t, "phases", len(c.Phases.Sequence), 1+i)
			equal(t, "agents", len(c.Agents), 2+i)
			if name != "script" {
				equal(t, name, c.Adapters[name], adapter.Builtin()[name])
			}
		}
	}
	c, err := Parse("/x/pawl.yaml", []byte(Starter("null", "claude")))
	if err != nil || c.Project != "null" {
		t.Errorf("a project called null: %v", err)
	}
}
