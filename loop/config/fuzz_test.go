package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the file holds, the answer is a configuration or faults that each
// have a place inside it and fit on one line.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/ok/*.yaml", "testdata/err/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("/srv/acme/pawl.yaml", data)
		if err == nil {
			if c == nil || len(c.Agents) == 0 || c.Project == "" || !filepath.IsAbs(c.StateDir) {
				t.Fatalf("no fault, and no configuration: %+v", c)
			}
			return
		}
		var list Errors
		if c != nil || !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("%v, %T %v", c, err, err)
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") +
			strings.Count(string(data), "\u0085") + strings.Count(string(data), "\u2028") + strings.Count(string(data), "\u2029") + 1
		for _, e := range list {
			if e.Line < 1 || e.Line > lines || e.Col < 1 || e.Msg == "" || e.Kind == "" || strings.ContainsAny(e.Error(), "\n\r\x1b\x00") {
				t.Fatalf("%#v in a file of %d lines", e, lines)
			}
		}
	})
}
