package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the .out files of testdata and docs/config.md")

// Each testdata/err/x.yaml has the faults that x.out lists.
func TestErrors(t *testing.T) {
	paths, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := Parse(filepath.Base(path), data)
			if err == nil || cfg != nil {
				t.Fatalf("got %v and no error", cfg)
			}
			compareGolden(t, strings.TrimSuffix(path, ".yaml")+".out", err.Error()+"\n")
		})
	}
}

// compareGolden compares with a file, or writes it with -update.
func compareGolden(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%swant\n%s", golden, got, want)
	}
}

// Each testdata/warn/x.yaml is read, and is doubted as x.out says.
func TestWarnings(t *testing.T) {
	paths, err := filepath.Glob("testdata/warn/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	for _, path := range paths {
		data, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		c, doubts, err := Lint(filepath.Base(path), data)
		if err != nil || c == nil || len(doubts) == 0 {
			t.Errorf("%s: %d warnings, %v", path, len(doubts), err)
			continue
		}
		compareGolden(t, strings.TrimSuffix(path, ".yaml")+".out", doubts.Error()+"\n")
	}
}

// Neither the starter nor the examples are doubted.
func TestExamplesAreNotDoubted(t *testing.T) {
	texts := map[string]string{"the starter": Starter("acme", "claude")}
	for _, name := range []string{"design", "default-inert", "example"} {
		data, err := Read("testdata/ok/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(data)
	}
	for name, text := range texts {
		if _, doubts, err := Lint("pawl.yaml", []byte(text)); err != nil || len(doubts) > 0 {
			t.Errorf("%s: %v%v", name, err, doubts)
		}
	}
}

// Every file in testdata/ok is read without a word.
func TestOK(t *testing.T) {
	paths, err := filepath.Glob("testdata/ok/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	for _, path := range paths {
		if _, err := Load(path); err != nil {
			t.Errorf("%v", err)
		}
	}
}
