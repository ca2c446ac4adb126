package agentstoml

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pawl/loop/config"
)

var update = flag.Bool("update", false, "write the golden files")

// world is a project in /work/acme with a few files, and an origin.
func world() World {
	files := map[string]string{
		"/work/acme/prompts/kickoff.md":            "Phase {phase_id}: {plan}, see machine/{status}. Role {role}. Keep {this} and {{that}}.\n",
		"/work/acme/roles/builder.md":              "Build.\n",
		"/work/acme/roles/adversary.md":            "Break {{everything}}.\n",
		"/work/acme/roles/supervisor.md":           "Look.\n",
		"/work/acme/.agents/log/state/phase-idx":   "1\n",
		"/var/log/agents/state/phase-idx":          "seven",
		"/work/acme/roles/adversary.pawl.md":       "somebody's own",
		"/work/acme/clones/shared/.git/config":     "",
		"/work/acme/prompts/unreadable/kickoff.md": "",
	}
	return World{
		Target: "/work/acme", Source: "/work/acme", Home: "/home/me",
		Env: []string{"AGENT_MODEL_builder=haiku", "AGENT_MODEL_nobody=x"},
		ReadFile: func(path string) ([]byte, error) {
			if text, ok := files[path]; ok {
				return []byte(text), nil
			}
			return nil, fs.ErrNotExist
		},
		Repository: func(dir string) Repository {
			if dir == "/work/acme/clones/shared" {
				return Repository{URL: "git@example.com:acme/app.git", Head: "develop", Main: true}
			}
			return Repository{URL: "git@example.com:acme/ops.git", Head: "main", Main: true}
		},
	}
}

// Each testdata/ok/x.toml becomes x.yaml, and tells x.notes.
func TestGolden(t *testing.T) {
	for _, path := range inputs(t, "testdata/ok/*.toml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			res, err := Convert("agents.toml", read(t, path), world())
			if err != nil {
				t.Fatal(err)
			}
			out := string(res.YAML)
			for _, f := range res.Files {
				out += "-- " + f.Path + " --\n" + f.Text
			}
			golden(t, strings.TrimSuffix(path, ".toml")+".out", out)
		})
	}
}

// Each testdata/err/x.toml is refused with what x.out says.
func TestFaults(t *testing.T) {
	for _, path := range inputs(t, "testdata/err/*.toml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			res, err := Convert("agents.toml", read(t, path), world())
			var faults config.Errors
			if res != nil || !errors.As(err, &faults) {
				t.Fatalf("the result is %v, the error %v", res, err)
			}
			golden(t, strings.TrimSuffix(path, ".toml")+".out", err.Error()+"\n")
		})
	}
}

func inputs(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	return paths
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, path); !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s differs; look at it and run go test -update\n%s", path, got)
	}
}

// converted is the configuration that an agents.toml becomes.
func converted(t *testing.T, toml string) (*config.Config, *Result) {
	t.Helper()
	res, err := Convert("agents.toml", []byte(toml), world())
	if err != nil {
		t.Fatalf("%v\n%s", err, toml)
	}
	cfg, err := config.Parse("/work/acme/pawl.yaml", res.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, res
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%q", got), fmt.Sprintf("%q", want); g != w {
		t.Errorf("%s is %s, want %s", what, g, w)
	}
}
