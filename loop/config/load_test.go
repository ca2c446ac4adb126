package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b", "c")
	for _, dir := range []string{deep, filepath.Join(root, "a", "b", Name)} { // a folder of that name is passed over
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Find(deep); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "pawl init") {
		t.Errorf("nothing there: %v", err)
	}
	want := filepath.Join(root, "a", Name)
	if err := os.WriteFile(want, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, start := range []string{deep, filepath.Dir(want)} {
		if got, err := Find(start); got != want || err != nil {
			t.Errorf("from %s: %s, %v", start, got, err)
		}
	}
	t.Chdir(deep)
	if got, err := Find("."); got != want || err != nil {
		t.Errorf("from .: %s, %v", got, err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, Name)); !errors.Is(err, ErrNotFound) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: %v", err)
	}
	path := filepath.Join(dir, Name)
	for size, want := range map[int]string{maxSize: "", maxSize + 1: "more than"} {
		text := "version: 1\nagents: {a: {}}\n#"
		if err := os.WriteFile(path, []byte(text+strings.Repeat("x", size-len(text))), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	t.Chdir(dir)
	if err := os.WriteFile(Name, []byte("version: 1\nagents: {a: {}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Name)
	if err != nil || !filepath.IsAbs(c.Path) || c.Agents[0].Dir != c.Dir {
		t.Errorf("a relative path: %+v, %v", c, err)
	}
}

func TestPhaseIDs(t *testing.T) {
	for id, good := range map[string]bool{
		strings.Repeat("ü", 64): true, strings.Repeat("ü", 65): false, "a b": false, "a\u200bb": false, "core-2": true,
	} {
		text := fmt.Sprintf("version: 1\nagents: {a: {}}\nphases: {sequence: [{id: %q, plan: p.md, status: S.md}]}\n", id)
		_, err := Parse("/p/pawl.yaml", []byte(text))
		if refused := err != nil && strings.Contains(err.Error(), "is not an id"); refused == good {
			t.Errorf("id %q: %v", id, err)
		}
	}
}
