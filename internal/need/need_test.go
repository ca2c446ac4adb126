package need_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"pawl/internal/need"
)

func TestProgram(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		program, all   string
		skips, failing bool
	}{
		"it is there":                      {program: "sh", all: "1"},
		"it is missing":                    {program: filepath.Join(dir, "none"), skips: true},
		"it is missing and all are to run": {program: filepath.Join(dir, "none"), all: "1", failing: true},
		"it is there but is no program":    {program: dir, skips: true},
		"any other word asks for no more":  {program: filepath.Join(dir, "none"), all: "0", skips: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PAWL_TEST_ALL", c.all)
			var got record
			path := run(&got, c.program)
			if got.skipped != c.skips || got.failed != c.failing {
				t.Errorf("skipped %v, failed %v", got.skipped, got.failed)
			}
			if found := path != ""; found == (c.skips || c.failing) || found && !filepath.IsAbs(path) {
				t.Errorf("the path is %q", path)
			}
		})
	}
}

// record is a test that remembers how it ended.
type record struct {
	testing.TB
	skipped, failed bool
}

type ended struct{}

func (r *record) Helper()               {}
func (r *record) Skip(...any)           { r.skipped = true; panic(ended{}) }
func (r *record) Fatalf(string, ...any) { r.failed = true; panic(ended{}) }

// run runs Program in t, which it may end.
func run(t testing.TB, program string) (path string) {
	defer func() {
		if r := recover(); r != nil && r != (ended{}) {
			panic(r)
		}
	}()
	return need.Program(t, program)
}

func TestPython(t *testing.T) {
	want, err := exec.Command(need.Program(t, "python3"), "-c", "import sys; print(sys.prefix)").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := need.Python(dir); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command(filepath.Join(dir, "python3"), "-c", "import sys; print(sys.prefix)").Output()
	if err != nil || string(got) != string(want) {
		t.Errorf("it is the Python of %q, not of %q (%v)", got, want, err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := need.Python(dir); err != nil {
		t.Errorf("without a python3: %v", err)
	}
}
