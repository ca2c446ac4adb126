package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the .out files of testdata/err")

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
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".out"
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
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
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
