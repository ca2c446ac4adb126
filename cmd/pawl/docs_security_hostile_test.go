package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testName is how SECURITY.md names a test.
var testName = regexp.MustCompile("^((?:Test|Fuzz)[A-Za-z0-9]+)(?:/([a-z-]+))?$")

// TestSecurityNamesItsTests looks up every test that SECURITY.md names, and that no
// threat of its table is without one.
func TestSecurityNamesItsTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := readDocument(t, "SECURITY.md")
	there := testsOfTheTree(t)
	named := 0
	for _, s := range doc.spans {
		parts := testName.FindStringSubmatch(s.text)
		if parts == nil {
			continue
		}
		named++
		if !there[parts[1]] {
			t.Errorf("SECURITY.md:%d: there is no test %s", s.line, parts[1])
		}
		if parts[2] == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join("testdata", "script", parts[2]+".txtar")); err != nil {
			t.Errorf("SECURITY.md:%d: there is no script %s", s.line, parts[2])
		}
	}
	if named < 40 {
		t.Errorf("SECURITY.md names %d tests; were they not found in it?", named)
	}
	_, table, _ := strings.Cut(string(text), "\n## Threats\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for i, row := range strings.Split(strings.TrimSpace(table), "\n") {
		if cells := strings.Split(strings.Trim(row, "|"), "|"); len(cells) != 4 {
			t.Errorf("row %q has %d cells", row, len(cells))
		} else if i > 1 && !strings.Contains(cells[3], "`Test") {
			t.Errorf("the threat %q has no test", strings.TrimSpace(cells[0]))
		}
	}
}

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)

// testsOfTheTree are the names of all tests and fuzz targets.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range testFunction.FindAllSubmatch(bytes.ReplaceAll(text, []byte("\r"), nil), -1) {
			found[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
