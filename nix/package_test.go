package nix

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
)

// TestVendorHash keeps the hash in nix/package.nix equal to that of the modules
// which go.mod names.
func TestVendorHash(t *testing.T) {
	need.Program(t, "nix")
	vendor := vendored(t)
	written := evaluate(t, flake(t)).About.VendorHash
	if err := sameHash(written, hash(t, vendor)); err != nil {
		t.Error(err)
	}
	// A tree that lacks a file must not pass.
	if err := os.Remove(filepath.Join(vendor, "modules.txt")); err != nil {
		t.Fatal(err)
	}
	if sameHash(written, hash(t, vendor)) == nil {
		t.Error("the hash does not tell whether a file is missing")
	}
}

func sameHash(written, found string) error {
	if written != found {
		return fmt.Errorf("nix/package.nix has vendorHash %q; write %q", written, found)
	}
	return nil
}

// vendored is a folder with the modules, as buildGoModule makes it.
func vendored(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		name := e.Name()
		switch {
		case err != nil:
			return err
		case e.IsDir() && (name == "testdata" || name == "node_modules" || len(name) > 2 && name[0] == '.'):
			return fs.SkipDir
		case filepath.Ext(name) == ".go" || path == "../go.mod" || path == "../go.sum":
			rel, err := filepath.Rel("..", path)
			if err != nil {
				return err
			}
			write(t, filepath.Join(dir, rel), read(t, path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "mod", "vendor")
	return filepath.Join(dir, "vendor")
}

func hash(t *testing.T, dir string) string {
	t.Helper()
	out, err := nix(t, "hash", "path", dir)
	if err != nil {
		t.Fatalf("nix hash path: %v\n%s", err, out)
	}
	return strings.TrimSpace(out)
}

// TestWhatThePackageInstalls builds pawl with the package's flags and runs what
// it does after the build, with stand-ins for what nixpkgs has of shell
// functions.
func TestWhatThePackageInstalls(t *testing.T) {
	need.Program(t, "nix")
	about := evaluate(t, flake(t)).About
	version := strings.TrimSpace(read(t, "../VERSION"))
	if about.Version != version {
		t.Errorf("the package is %q, VERSION says %q", about.Version, version)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "out", "bin", "pawl")
	run(t, "..", "go", "build", "-o", program, "-ldflags", strings.Join(about.Ldflags, " "), "./cmd/pawl")
	if got := run(t, dir, program, "version"); got != "pawl "+version+"+abc1234\n" {
		t.Errorf("it says %q of its version", got)
	}
	script := `set -eu
installShellCompletion() { echo "$*"; cat "$4" "$6" "$8" >completions; }
installManPage() { echo "$*"; cat "$1" >page; }
` + about.PostInstall
	got := run(t, dir, "env", "-i", "PATH=/usr/bin:/bin", "out="+filepath.Join(dir, "out"), "sh", "-c", script)
	if want := "--cmd pawl --bash pawl.bash --zsh pawl.zsh --fish pawl.fish\npawl.1\n"; got != want {
		t.Errorf("it installs %q, want %q", got, want)
	}
	for file, parts := range map[string][]string{
		"completions": {"complete -o default", "#compdef pawl", "complete -c pawl"}, "page": {".TH", "service install"},
	} {
		for _, part := range parts {
			if !strings.Contains(read(t, filepath.Join(dir, file)), part) {
				t.Errorf("of %s, %q is missing", file, part)
			}
		}
	}
}

// TestTheChangelogIsOfTheVersion keeps VERSION the only place that says it.
func TestTheChangelogIsOfTheVersion(t *testing.T) {
	version := strings.TrimSpace(read(t, "../VERSION"))
	_, rest, _ := strings.Cut(read(t, "../CHANGELOG.md"), "\n## ")
	heading, _, _ := strings.Cut(rest, "\n")
	if !strings.Contains(heading, version) {
		t.Errorf("VERSION says %s, CHANGELOG.md begins with %q", version, heading)
	}
}

// run runs a program to its end in dir, and fails the test if it fails.
func run(t *testing.T, dir string, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, failed.Stderr)
	}
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}
