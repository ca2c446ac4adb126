package trial_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
)

// Plans that are played for some seconds each: what a seed's plan once found, or the
// faults that it is made of. `pawl simulate` with the same words plays it again.
var seeds = []struct {
	what string
	args string
}{
	{"told by its old name, rebased, then the ledger was deleted: the new name was told again", "--seed 1 --duration 10s --origin path"},
	{"every fault that needs a line", "--seed 2 --duration 8s --origin http --faults origin-away,origin-slow,origin-hang,kill-coordinator,rebase,repack"},
	{"what restarts of sessions would cover up, and one phase", "--seed 22 --duration 8s --origin path --faults swallow-enter,usage-limit"},
	{"every fault of the state", "--seed 3 --duration 8s --origin path --faults delete-state,truncate-ledger,flip-ledger,fill-disk,clock-jump"},
}

func TestSeeds(t *testing.T) {
	need.Program(t, "tmux")
	program := filepath.Join(t.TempDir(), "pawl")
	if out, err := exec.Command("go", "build", "-o", program, "pawl/cmd/pawl").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Run("all", func(t *testing.T) {
		for _, tt := range seeds {
			t.Run(tt.what, func(t *testing.T) {
				t.Parallel()
				// A short folder: sockets lie in it.
				dir, err := os.MkdirTemp("", "seed-")
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, program, append([]string{"simulate"}, strings.Fields(tt.args)...)...)
				cmd.Env = append(os.Environ(), "TMPDIR="+dir)
				out, err := cmd.CombinedOutput()
				if err != nil || !strings.Contains(string(out), "lost 0, told twice 0") {
					t.Errorf("pawl simulate %s: %v\n%s", tt.args, err, out)
				}
				left, err := os.ReadDir(dir)
				if err != nil || len(left) > 0 {
					t.Error(fmt.Errorf("it left %v: %w", left, err))
				}
				if err := os.RemoveAll(dir); err != nil {
					t.Error(err)
				}
			})
		}
	})
}
