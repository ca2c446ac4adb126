package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// On Windows a command does its work, or says what to do instead: nothing of it is
// done by halves.
func TestOnWindows(t *testing.T) {
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs}
	root := a.root()
	supported(root, "windows")
	refused := 0
	var walk func(c *cobra.Command, works bool)
	walk = func(c *cobra.Command, works bool) {
		for _, sub := range c.Commands() {
			walk(sub, works || c == root && slices.Contains(onWindows, sub.Name()))
		}
		if works || !c.Runnable() || c == root {
			return
		}
		refused++
		out.Reset()
		errs.Reset()
		if code := a.report(c.RunE(c, nil)); code != exitFailed || out.Len() > 0 ||
			!strings.HasPrefix(errs.String(), "pawl: "+c.CommandPath()+" does not run on windows yet") || !strings.Contains(errs.String(), "\nhint: use WSL") {
			t.Errorf("%s: code %d, %q%q", c.CommandPath(), code, out.String(), errs.String())
		}
	}
	walk(root, false)
	if refused < 30 {
		t.Errorf("%d commands say so, want all that need sessions", refused)
	}
	for _, name := range onWindows {
		if c, _, err := root.Find([]string{name}); name != "help" && (err != nil || c.Name() != name) {
			t.Errorf("%s is no command: %v", name, err)
		}
	}
	errs.Reset()
	root.SetArgs([]string{"version"})
	root.SetOut(&out)
	if err := root.Execute(); err != nil || !strings.HasPrefix(out.String(), "pawl ") {
		t.Errorf("version: %q, %v", out.String(), err)
	}
}
