package origin

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// opened is an origin of a kind, ended with the test, in a folder whose name is
// none of the easy ones.
func opened(t testing.TB, kind Kind) *Origin {
	t.Helper()
	if err := Available(kind); err != nil {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			t.Fatalf("PAWL_TEST_ALL=1 wants every test to run: %v", err)
		}
		t.Skip(err)
	}
	o, err := Open(t.Context(), filepath.Join(t.TempDir(), "an 80% origin"), kind, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// client is a clone.
type client struct {
	testing.TB
	dir string
	env []string
}

func (o *Origin) clone(t testing.TB) client {
	t.Helper()
	c := client{t, filepath.Join(t.TempDir(), "clone"), append(os.Environ(), o.Env()...)}
	if said, err := c.start(t.Context(), "", "clone", "-q", o.URL(), c.dir)(); err != nil {
		t.Fatal(err, said)
	}
	c.git("config", "user.name", "agent")
	c.git("config", "user.email", "agent@x.invalid")
	return c
}

// start runs git, and returns how to wait for what it says.
func (c client) start(ctx context.Context, dir string, args ...string) func() (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env = dir, c.env
	inOwnGroup(cmd)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	return func() (string, error) {
		err := cmd.Wait()
		return strings.TrimSpace(out.String()), err
	}
}

func (c client) git(args ...string) string {
	c.Helper()
	said, err := c.start(c.Context(), c.dir, args...)()
	if err != nil {
		c.Fatalf("git %q: %v\n%s", args, err, said)
	}
	return said
}

func (c client) commit(subject string) string {
	c.Helper()
	c.git("commit", "-q", "--allow-empty", "-m", subject)
	return c.git("rev-parse", "HEAD")
}

func (c client) push(subject string) string {
	c.Helper()
	hash := c.commit(subject)
	c.git("push", "-q", "origin", "HEAD:main")
	return hash
}
