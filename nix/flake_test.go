// Package nix has the tests of flake.nix and of what it is made of. They need
// Debian's nix-bin, and no network, no daemon and no store but their own: what
// the flake takes from nixpkgs, nix/stub stands in for. So they show that every
// output can be evaluated, not that it can be built.
package nix

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
)

// probe evaluates the outputs without the flake's machinery, in one go.
const probe = `
let
  stub = (import ./nix/stub/flake.nix).outputs { self = { }; };
  flake = (import ./flake.nix).outputs { self = flake // { outPath = ./.; shortRev = "abc1234"; }; nixpkgs = stub; };
  per = f: outputs: builtins.mapAttrs (system: f) outputs;
  paths = builtins.mapAttrs (name: derivation: derivation.drvPath);
  about = package: { inherit (package) vendorHash version ldflags postInstall; go = package.go.name; license = package.meta.license.spdxId; };
in
{
  packages = per paths flake.packages;
  devShells = per paths flake.devShells;
  checks = per paths flake.checks;
  apps = per (builtins.mapAttrs (name: app: app.program)) flake.apps;
  formatter = per (derivation: { default = derivation.drvPath; }) flake.formatter;
  about = about flake.packages.x86_64-linux.default;
}`

// outputs are what probe tells: by kind, system and name.
type outputs struct {
	Packages, DevShells, Checks, Apps, Formatter map[string]map[string]string
	About                                        struct {
		VendorHash  string
		Version     string
		Ldflags     []string
		PostInstall string
		Go          string
	}
}

func TestEveryOutputForEverySystem(t *testing.T) {
	need.Program(t, "nix")
	dir := flake(t)
	if out, err := nix(t, "flake", "check", "--no-build", "--no-write-lock-file", "--override-input", "nixpkgs", "path:"+filepath.Join(dir, "nix", "stub"), "path:"+dir); err != nil {
		t.Fatalf("nix flake check: %v\n%s", err, out)
	}
	got := evaluate(t, dir)
	systems := []string{"aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"}
	for kind, want := range map[string]struct {
		of    map[string]map[string]string
		names []string
	}{
		"packages": {got.Packages, []string{"default"}}, "apps": {got.Apps, []string{"default"}}, "devShells": {got.DevShells, []string{"default"}},
		"checks": {got.Checks, []string{"demo", "package", "tests"}}, "formatter": {got.Formatter, []string{"default"}},
	} {
		if found := keys(want.of); !slices.Equal(found, systems) {
			t.Errorf("%s are for %q, want %q", kind, found, systems)
		}
		for system, of := range want.of {
			if !slices.Equal(keys(of), want.names) {
				t.Errorf("%s for %s are %q, want %q", kind, system, keys(of), want.names)
			}
			for name, path := range of {
				if !strings.HasPrefix(path, "/") {
					t.Errorf("%s.%s.%s is %q, no path", kind, system, name, path)
				}
			}
		}
	}
	if got.About.Go != "go-1.26" {
		t.Errorf("it is built with %s; go.mod asks for 1.26", got.About.Go)
	}
}

// TestAMistakeIsFound shows for each output that the test above can fail.
func TestAMistakeIsFound(t *testing.T) {
	need.Program(t, "nix")
	for name, c := range map[string]struct{ file, text, wrong, told string }{
		"a package that nixpkgs lacks":  {"flake.nix", "pkgs.tmux", "pkgs.tmucks", "tmucks"},
		"another attribute of a system": {"nix/package.nix", "stdenv.hostPlatform", "stdenv.hostPlattform", "hostPlattform"},
		"a licence that nobody knows":   {"nix/package.nix", "licenses.asl20", "licenses.apache", "apache"},
		"an argument that is not given": {"nix/checks.nix", "  git,\n", "  git,\n  curl,\n", "curl"},
		"a formatter of another time":   {"flake.nix", "nixfmt-tree", "nixfmt-bush", "nixfmt-bush"},
		"no vendorHash":                 {"nix/package.nix", "vendorHash = \"", "vendorSum = \"", "vendorHash"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := flake(t)
			path := filepath.Join(dir, c.file)
			text := read(t, path)
			if strings.Count(text, c.text) == 0 {
				t.Fatalf("%s has no %q to get wrong", c.file, c.text)
			}
			write(t, path, strings.Replace(text, c.text, c.wrong, 1))
			out, err := nix(t, "eval", "--json", "--file", filepath.Join(dir, "probe.nix"))
			if err == nil || !strings.Contains(out, c.told) {
				t.Errorf("%v, and it says nothing of %q:\n%s", err, c.told, out)
			}
		})
	}
}

// TestTheLockIsOfTheInput keeps flake.lock about the input that flake.nix has.
func TestTheLockIsOfTheInput(t *testing.T) {
	var lock struct {
		Nodes map[string]struct {
			Locked   struct{ NarHash, Rev, Type string }
			Original struct{ Owner, Repo, Ref, Type string }
			Inputs   map[string]string
		}
	}
	if err := json.Unmarshal([]byte(read(t, "../flake.lock")), &lock); err != nil {
		t.Fatal(err)
	}
	node := lock.Nodes[lock.Nodes["root"].Inputs["nixpkgs"]]
	url := node.Original.Type + ":" + node.Original.Owner + "/" + node.Original.Repo + "/" + node.Original.Ref
	if !strings.Contains(read(t, "../flake.nix"), `inputs.nixpkgs.url = "`+url+`";`) {
		t.Errorf("flake.lock is of %s, flake.nix has another input", url)
	}
	if len(node.Locked.Rev) != 40 || !strings.HasPrefix(node.Locked.NarHash, "sha256-") || len(lock.Nodes) != 2 {
		t.Errorf("flake.lock pins %+v, and %d nodes", node.Locked, len(lock.Nodes))
	}
}

// flake is a copy of what nix evaluates.
func flake(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"flake.nix", "flake.lock", "VERSION", "nix/package.nix", "nix/checks.nix", "nix/stub/flake.nix"} {
		write(t, filepath.Join(dir, name), read(t, filepath.Join("..", name)))
	}
	write(t, filepath.Join(dir, "probe.nix"), probe)
	return dir
}

func evaluate(t *testing.T, dir string) (got outputs) {
	t.Helper()
	out, err := nix(t, "eval", "--json", "--file", filepath.Join(dir, "probe.nix"))
	if err != nil {
		t.Fatalf("nix eval: %v\n%s", err, out)
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	return got
}

// nix runs nix in an empty home, and returns what it prints: its complaints, if
// it fails.
func nix(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	home := t.TempDir()
	args = append([]string{"--extra-experimental-features", "nix-command flakes", "--store", filepath.Join(home, "store")}, args...)
	cmd := exec.CommandContext(ctx, "nix", args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return complaint.String(), err
	}
	return string(out), nil
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
