// Package need is for tests that run real programs: it finds them, and skips a
// test whose program is missing.
package need

import (
	"os"
	"os/exec"
	"testing"
)

// every is the variable that makes a skipped test a failure, as .ci/run wants it.
const every = "PAWL_TEST_ALL"

// Program returns the path of a program that t runs: a name, looked up on PATH, or
// a path. Where it is missing, t is skipped; with PAWL_TEST_ALL=1 it fails.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv(every) == "1" {
		t.Fatalf("%v, and %s=1 wants every test to run", err, every)
	}
	t.Skip(err)
	return ""
}
