package need

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Python puts a link to the Python that python3 leads to into dir, which the caller
// puts first on PATH: a version manager's python3 is a script that takes longer to
// start than most tests' whole programs. Without a Python there is no link.
func Python(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return nil // a test that needs it says so itself
	}
	return os.Symlink(strings.TrimSpace(string(out)), filepath.Join(dir, "python3"))
}
