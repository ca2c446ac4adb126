//go:build linux || darwin

package ssh

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
	execlauncher "pawl/loop/launcher/exec"
	"pawl/loop/launcher/tmux"
	"pawl/loop/sim/tui"
)

// The test binary is pawl on the far side, the helper beside its sessions, and
// an agent.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "pane":
			os.Exit(tmux.Main(context.Background(), os.Args[2:], os.Stdin, os.Stderr))
		case "fake":
			os.Exit(tui.Main(os.Args[2:], os.Environ(), os.Stdin, os.Stderr))
		case "launcher":
			os.Exit(farMain(os.Args[2:]))
		}
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// farMain is `pawl launcher serve`.
func farMain(args []string) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	var o ServeOptions
	flags.StringVar(new(string), "type", "", "")
	flags.StringVar(&o.Socket, "socket", "", "")
	flags.StringVar(&o.ID, "far", "", "")
	flags.StringVar(&o.Prompts, "prompts", "", "")
	if err := flags.Parse(args[1:]); err != nil {
		return 2
	}
	self, err := os.Executable()
	if err != nil {
		return 1
	}
	o.Self, o.Env = quick(self, "pane"), os.Environ()
	if err := Serve(context.Background(), o, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pawl:", err)
		return 1
	}
	return 0
}

// quick runs our own program without the second that one built with -race sleeps
// before it exits.
func quick(self string, args ...string) []string {
	return append([]string{"/usr/bin/env", "GORACE=atexit_sleep_ms=0", self}, args...)
}

// host is an sshd on this machine, and what a login to it finds: a home with a
// profile that leads to pawl, and that is chatty.
type host struct {
	testing.TB
	dir     string
	port    int
	process *exec.Cmd
}

const sshdProgram = "/usr/sbin/sshd"

func newHost(t testing.TB) *host {
	t.Helper()
	for _, tool := range []string{sshdProgram, "ssh", "ssh-keygen", "tmux"} {
		need.Program(t, tool)
	}
	dir, err := os.MkdirTemp("/tmp", "pawl-ssh-")
	if err != nil {
		t.Fatal(err)
	}
	h := &host{TB: t, dir: dir, port: freePort(t)}
	t.Cleanup(func() {
		h.stop()
		h.end()
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"host_key", "key", "other_key"} {
		h.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", h.file(key))
	}
	h.write("bin/pawl", "#!/bin/sh\nexec "+quoteAll(quick(self))+" \"$@\"\n", 0o700)
	h.write("home/.profile", "echo welcome\nPATH="+h.file("bin")+":$PATH\nFROM_PROFILE=yes\nexport PATH FROM_PROFILE\n", 0o600)
	h.write("authorized_keys", h.read("key.pub"), 0o600)
	h.write("known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s", h.port, h.read("host_key.pub")), 0o600)
	h.write("sshd_config", fmt.Sprintf(`ListenAddress 127.0.0.1
Port %d
HostKey %[2]s/host_key
PidFile %[2]s/pid
AuthorizedKeysFile %[2]s/authorized_keys
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 1000
PrintMotd no
SetEnv HOME=%[2]s/home SHELL=/bin/bash
`, h.port, dir), 0o600)
	if os.Getuid() == 0 { // sshd wants it, and the package's service makes it
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.start()
	return h
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func (h *host) file(name string) string { return filepath.Join(h.dir, name) }

func (h *host) write(name, text string, mode os.FileMode) {
	h.Helper()
	if err := os.MkdirAll(filepath.Dir(h.file(name)), 0o700); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(h.file(name), []byte(text), mode); err != nil {
		h.Fatal(err)
	}
}

func (h *host) read(name string) string {
	h.Helper()
	text, err := os.ReadFile(h.file(name))
	if err != nil {
		h.Fatal(err)
	}
	return string(text)
}

func (h *host) run(name string, args ...string) {
	h.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		h.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

func (h *host) until(what string, ok func() bool) {
	h.Helper()
	for limit := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			h.Fatalf("waited in vain for %s", what)
		}
	}
}

// options are those of a launcher on the host with a tmux server of its own,
// which is ended with the test.
func (h *host) options(t testing.TB) Options {
	t.Helper()
	id := rand.Text()
	socket := h.file("s-" + id[:8])
	t.Cleanup(func() {
		out, err := exec.Command("tmux", "-S", socket, "kill-server").CombinedOutput()
		if text := string(out); err != nil && !strings.Contains(text, "no server running") && !strings.Contains(text, "error connecting") && !strings.Contains(text, "server exited") {
			t.Errorf("kill-server: %s", text)
		}
	})
	return Options{
		Host: "127.0.0.1", Socket: socket, ID: id, Prompts: h.file("prompts"), Version: "test", Env: os.Environ,
		Settings: map[string]string{
			"Port": strconv.Itoa(h.port), "IdentityFile": h.file("key"), "IdentitiesOnly": "yes", "IdentityAgent": "none",
			"UserKnownHostsFile": h.file("known_hosts"), "GlobalKnownHostsFile": "/dev/null", "StrictHostKeyChecking": "yes",
		},
		Times: execlauncher.Times{Silent: 2 * time.Second, Polite: 10 * time.Second, Retry: 20 * time.Millisecond, RetryMax: 200 * time.Millisecond},
		Log:   slog.New(slog.DiscardHandler),
	}
}

func (h *host) open(t testing.TB, o Options) *Launcher {
	t.Helper()
	l, err := New("build", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// folder is what the far side keeps for a project.
func (h *host) folder(o Options) string { return h.file("home/.local/state/pawl/" + o.ID) }

func testContext(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
