//go:build linux || darwin

package proc

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindProgram(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]fs.FileMode{"a/tool": 0o600, "b/tool": 0o700, "a/plain": 0o600, "here": 0o700} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, mode)); err != nil {
			t.Fatal(err)
		}
	}
	both := "PATH=" + dir + "/a:" + dir + "/b"
	for _, c := range []struct{ name, program, env, want, wrong string }{
		{"what cannot be executed is passed over", "tool", both, "b/tool", ""},
		{"a relative part of PATH counts from the working folder", "tool", "PATH=b", "b/tool", ""},
		{"a slash means no PATH", "./here", both, "here", ""},
		{"an absolute path", dir + "/here", "", "here", ""},
		{"a folder is no program", "./a", "", "", "is a folder"},
		{"not executable anywhere", "plain", both, "", "chmod +x"},
		{"nowhere", "missing", both, "", "not found in PATH="},
		{"no PATH at all", "sh", "HOME=/", "", "not found in PATH="},
		{"a missing path", "./missing", both, "", "missing"},
	} {
		have, err := FindProgram(c.program, dir, []string{"PATH=/nowhere", c.env})
		if c.env == "HOME=/" {
			have, err = FindProgram(c.program, dir, []string{c.env})
		}
		if c.wrong == "" && (err != nil || have != filepath.Join(dir, c.want)) {
			t.Errorf("%s: %q, %v", c.name, have, err)
		}
		if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %q, %v; want an error with %q", c.name, have, err, c.wrong)
		}
	}
}
