package agentstoml

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pawl/loop/config"
)

// Whatever the file is, the answer is faults with places, or a configuration
// that is valid.
func FuzzConvert(f *testing.F) {
	for _, pattern := range []string{"testdata/ok/*.toml", "testdata/err/*.toml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			data := readSeed(f, path)
			f.Add(data)
		}
	}
	w := world()
	f.Fuzz(func(t *testing.T, data []byte) {
		res, err := Convert("agents.toml", data, w)
		if err != nil {
			var faults config.Errors
			if !errors.As(err, &faults) || res != nil {
				t.Fatalf("%T: %v", err, err)
			}
			for _, fault := range faults {
				if fault.Line < 1 || fault.Col < 1 {
					t.Fatalf("a fault has no place: %v", fault)
				}
			}
			return
		}
		if _, err := config.Parse("/work/acme/pawl.yaml", res.YAML); err != nil {
			t.Fatalf("%v\n%s", err, res.YAML)
		}
	})
}

// A text that goes into the file comes out of it.
func FuzzScalar(f *testing.F) {
	for _, seed := range []string{"a", "no", "~", "- x", "a: b", "#", "two\nlines", " lead\nline\n", "tab\tx\ny", "'", "\u0085", "\ufeff", "--", "-y", "1e3", "a\r\nb", "k: |\n  x\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<10 {
			return
		}
		toml, ok := tomlQuoted(text)
		if !ok {
			return
		}
		res, err := Convert("agents.toml", []byte("[[agent]]\nname = \"a\"\nprompt = "+toml+"\nmodel = "+toml+"\n"), World{Target: "/t", Source: "/t"})
		var faults config.Errors
		if errors.As(err, &faults) {
			if k := faults[0].Kind; k != config.KindValue && k != config.KindConflict {
				t.Fatal(err)
			}
			return
		}
		cfg, err := config.Parse("/t/pawl.yaml", res.YAML)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the model", cfg.Agents[0].Model, text)
		same(t, "the prompt", cfg.Agents[0].Prompt, literal(withoutCR(text), false))
	})
}

func readSeed(f *testing.F, path string) []byte {
	f.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return data
}

func withoutCR(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// tomlQuoted writes a text as TOML, if that can hold it.
func tomlQuoted(text string) (string, bool) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", false
	}
	var out strings.Builder
	for _, r := range text {
		fmt.Fprintf(&out, `\U%08x`, r)
	}
	return `"` + out.String() + `"`, true
}
