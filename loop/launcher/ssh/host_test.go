//go:build linux || darwin

package ssh

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// A host has one name as long as it is the same machine and the same account.
func TestHostName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	machine := func(id string) string {
		file := filepath.Join(dir, "id-"+id)
		if err := os.WriteFile(file, []byte(id+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	name := func(folder, machine string) string {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		got, err := hostName(filepath.Join(dir, folder), machine)
		if err != nil || len(got) != 16 {
			t.Fatalf("name %q: %v", got, err)
		}
		return got
	}
	one, two, none := machine("one"), machine("two"), filepath.Join(dir, "none")
	names := make([]string, 8)
	var wg sync.WaitGroup
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range names { // the first connections come at once
		wg.Go(func() {
			got, err := hostName(filepath.Join(dir, "a"), one)
			if err != nil {
				t.Error(err)
			}
			names[i] = got
		})
	}
	wg.Wait()
	for _, other := range names {
		if other != names[0] {
			t.Errorf("names %v of one host", names)
		}
	}
	if name("a", one) != names[0] || name("a", two) == names[0] || name("b", one) == names[0] {
		t.Error("a shared folder, or a copied machine, has the name of another")
	}
	if first := name("a", none); first != name("a", none) {
		t.Error("without a machine-id a host has two names")
	}
	if left, err := filepath.Glob(filepath.Join(dir, "a", "host.*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
