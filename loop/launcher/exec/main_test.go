//go:build linux || darwin

package exec

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
	"pawl/loop/launcher"
	"pawl/loop/launcher/conformance"
)

func TestMain(m *testing.M) {
	// Cases mostly wait for processes.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	code := run(m)
	if left := leftovers(); left != "" {
		fmt.Fprintf(os.Stderr, "processes were left behind:\n%s", left)
		code = 1
	}
	os.Exit(code)
}

// run runs the tests with a python3 that starts fast.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "python")
	if err == nil {
		err = need.Python(dir)
	}
	if err == nil {
		err = os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	return code
}

// marker is in the command line of every process that the tests start.
func marker() string { return fmt.Sprintf("pawl-exec-%d-", os.Getpid()) }

func leftovers() string {
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := exec.Command("ps", "-A", "-ww", "-o", "pid,stat,args").Output()
		if err != nil {
			return err.Error()
		}
		var left strings.Builder
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, marker()) {
				left.WriteString(line)
			}
		}
		if left.Len() == 0 || time.Now().After(limit) {
			return left.String()
		}
	}
}

// folder is a test's own, with a path that is short enough for sockets.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", marker())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func environ() []string { return os.Environ() }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// TestConformance runs the suite on the sample launcher. It is copied to where
// its command line has the marker.
func TestConformance(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the sample launcher looks into /proc")
	}
	need.Program(t, "python3")
	program := filepath.Join(folder(t), "pawl-launcher-sample")
	text, err := os.ReadFile("../testdata/pawl-launcher-sample")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, text, 0o700); err != nil {
		t.Fatal(err)
	}
	conformance.Run(t, func(t *testing.T) conformance.Harness {
		dir := folder(t)
		s := NewSuite(Options{
			Name: "sample", Argv: []string{program}, Dir: dir, Env: environ, Log: quiet(), Times: Times{Hello: time.Minute, Polite: 20 * time.Second},
			Options: map[string]string{"dir": filepath.Join(dir, "run")}, Attach: func(session string) []string { return []string{"pawl", "attach", session} },
		})
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		h := s.Harness(Welcome{})
		h.Keeper = func(ref launcher.Ref) (int, error) { return keeperOf(filepath.Join(dir, "run"), ref.Session) }
		return h
	})
}

// keeperOf finds the sample's process that keeps a session in a folder.
func keeperOf(dir, session string) (int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		argv, err := os.ReadFile(file)
		if err != nil || !strings.HasSuffix(string(argv), "\x00keep\x00"+session+"\x00") {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join(filepath.Dir(file), "cwd")); err == nil && cwd == dir {
			return strconv.Atoi(filepath.Base(filepath.Dir(file)))
		}
	}
	return 0, fmt.Errorf("nothing keeps %s in %s", session, dir)
}

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
