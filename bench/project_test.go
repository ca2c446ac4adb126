package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/control"
	"pawl/loop/daemon"
)

// patience bounds every wait; the machine may be busy.
const patience = 5 * time.Minute

// project is a folder with a pawl.yaml, and the coordinator that runs for it.
type project struct {
	tb     testing.TB
	dir    string
	env    []string // of every pawl; nil: ours
	place  daemon.Place
	client *control.Client
	watch  *exec.Cmd // nil while none runs
}

// scratch is a folder of its own with a short path: sockets lie in it.
func scratch(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "pawl-bench-")
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { remove(tb, dir) })
	return dir
}

// remove removes a folder into which processes that are about to end may still write.
func remove(tb testing.TB, dir string) {
	tb.Helper()
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := os.RemoveAll(dir)
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			tb.Error(err)
			return
		}
	}
}

// newProject writes a pawl.yaml into dir. What runs for it ends with the benchmark.
func newProject(tb testing.TB, dir, yaml string) *project {
	tb.Helper()
	write(tb, filepath.Join(dir, "pawl.yaml"), "version: 1\nproject: bench\n"+yaml, 0o600)
	state := filepath.Join(dir, ".pawl")
	if err := os.MkdirAll(state, 0o700); err != nil {
		tb.Fatal(err)
	}
	place, err := daemon.NewPlace(state)
	if err != nil {
		tb.Fatal(err)
	}
	p := &project{tb: tb, dir: dir, place: place, client: control.NewClient(place.Socket())}
	tb.Cleanup(p.end)
	return p
}

func write(tb testing.TB, path, text string, mode os.FileMode) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		tb.Fatal(err)
	}
}

func (p *project) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, append([]string{"--config", filepath.Join(p.dir, "pawl.yaml")}, args...)...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// pawl runs a command that must succeed.
func (p *project) pawl(args ...string) {
	p.tb.Helper()
	if out, err := p.command(args...).CombinedOutput(); err != nil {
		p.tb.Fatalf("pawl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// start starts the coordinator and waits until it answers.
func (p *project) start() {
	p.tb.Helper()
	p.watch = p.command("watch", "--quiet")
	var said bytes.Buffer
	p.watch.Stderr = &said
	if err := p.watch.Start(); err != nil {
		p.tb.Fatal(err)
	}
	p.until("the coordinator answers", func() bool {
		h, err := p.client.Health(p.tb.Context())
		return err == nil && !h.LastPass.IsZero()
	})
}

// stop ends the coordinator; sessions go on.
func (p *project) stop() {
	if p.watch == nil {
		return
	}
	watch := p.watch
	p.watch = nil
	if err := watch.Process.Signal(syscall.SIGTERM); err != nil {
		p.tb.Error(err)
	}
	if err := watch.Wait(); err != nil {
		p.tb.Errorf("pawl watch: %v", err)
	}
}

// end leaves no process and no runtime folder.
func (p *project) end() {
	if out, err := p.command("down").CombinedOutput(); err != nil {
		p.tb.Errorf("pawl down: %v\n%s", err, out)
	}
	if p.watch != nil { // down has ended it
		if err := p.watch.Wait(); err != nil {
			p.tb.Errorf("pawl watch: %v", err)
		}
	}
	if socket := filepath.Join(p.dir, "s"); exists(socket) {
		// down leaves a tmux server to others who may use it; this one nobody else knows.
		if err := exec.Command("tmux", "-S", socket, "kill-server").Run(); err != nil && exists(socket) {
			p.tb.Logf("the tmux server has ended already: %v", err)
		}
	}
	if err := p.place.Remove(); err != nil && !errors.Is(err, syscall.ENOTEMPTY) {
		p.tb.Error(err)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// until waits for something that the coordinator or a session is to do.
func (p *project) until(what string, done func() bool) {
	p.tb.Helper()
	for limit := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			p.tb.Fatalf("waited %v, and still not: %s", patience, what)
		}
	}
}

// tick has the coordinator look at origin and pass, and says whether origin had moved.
func (p *project) tick() bool {
	p.tb.Helper()
	rep, err := p.client.Tick(p.tb.Context(), control.Order{})
	if err == nil && rep.Error != "" {
		err = errors.New(rep.Error)
	}
	if err != nil {
		p.tb.Fatal(err)
	}
	return rep.Moved
}

// twoAgents are a builder and an adversary that do nothing.
const twoAgents = "adapters: {script: {command: [sleep, \"100000\"]}}\ndefaults: {adapter: script, launcher: process}\n" +
	"agents:\n  builder: {kind: loop, role: builder}\n  adversary: {kind: loop, role: adversary}\n"

// origin is what pawl.yaml says of one that is looked at only when asked.
func origin(url string) string {
	return fmt.Sprintf("origin: {url: %q, branch: main, poll: 1h}\n", url)
}

// subfolder makes a folder in dir.
func subfolder(tb testing.TB, dir, name string) string {
	tb.Helper()
	path := filepath.Join(dir, name)
	if err := os.Mkdir(path, 0o755); err != nil {
		tb.Fatal(err)
	}
	return path
}
