package bench

import (
	"encoding/json"
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/loop/control"
)

// crowd is how many agents stand idle, on which launcher.
type crowd struct {
	agents   int
	launcher string
}

func (c crowd) String() string { return fmt.Sprint(c.launcher, "/", c.agents) }

func crowds() []crowd {
	var list []crowd
	for _, n := range []int{2, 50, 300} {
		for _, launcher := range []string{"process", "tmux"} {
			if n <= 50 || *full {
				list = append(list, crowd{n, launcher})
			}
		}
	}
	return list
}

// idleWindow is how long coordinators are watched, twice: once for what they use, once
// with a git and a tmux on PATH that count their calls.
func idleWindow() time.Duration {
	if *full {
		return time.Minute
	}
	return 20 * time.Second
}

// BenchmarkIdle is what an hour costs in which nothing happens, with the default
// intervals, taken from a shorter while. Beside it is the stand-in, at one light pass
// every 30 s and a heavy one every 5 min. Origin is behind HTTP, so that each poll is
// an ls-remote. All crowds stand idle at the same time.
func BenchmarkIdle(b *testing.B) {
	if testing.Short() || runtime.GOOS != "linux" {
		b.Skip("watches processes for a while, in Linux's /proc")
	}
	var all []*idlers
	for _, c := range crowds() {
		if _, err := exec.LookPath("tmux"); err != nil && c.launcher == "tmux" {
			continue
		}
		i := newIdlers(b, c)
		i.gather()
		all = append(all, i)
	}
	for _, i := range all {
		i.begin()
	}
	time.Sleep(idleWindow()) // this is what is measured
	for _, i := range all {
		i.end()
		i.exchange()
	}
	time.Sleep(idleWindow())
	for _, i := range all {
		i.count()
		b.Run(i.String(), i.report)
	}
}

// idlers are agents that do nothing, and the coordinator that looks after them.
type idlers struct {
	b *testing.B
	crowd
	dir     string
	project *project
	calls   string // a line for each call of git and tmux

	since time.Time
	spent time.Duration // of CPU: up to since, later in the window that began then
	says  map[string]float64
}

func newIdlers(b *testing.B, c crowd) *idlers {
	b.Helper()
	dir := scratch(b)
	command(b, dir, "git", "init", "-q", "--bare", "-b", "main", "origin.git")
	command(b, dir, "git", "clone", "-q", "origin.git", "work")
	command(b, filepath.Join(dir, "work"), "git", "commit", "-q", "--allow-empty", "-m", "begin")
	command(b, filepath.Join(dir, "work"), "git", "push", "-q", "origin", "HEAD:main")
	yaml := fmt.Sprintf("origin: {url: %q, branch: main}\nlaunchers: {tmux: {socket: %q}}\n", serve(b, dir)+"/origin.git", filepath.Join(dir, "s")) +
		"adapters:\n  script: {command: [sleep, \"100000\"]}\n  screen: {command: [sh, -c, 'printf \"> \"; exec sleep 100000'], detect: {composer: '^> ?(.*)$'}}\n" +
		fmt.Sprintf("defaults: {launcher: %s, adapter: %s}\nagents:\n", c.launcher, map[string]string{"process": "script", "tmux": "screen"}[c.launcher])
	for i := range c.agents {
		yaml += fmt.Sprintf("  agent%d: {kind: loop, role: %s}\n", i, [...]string{"builder", "adversary"}[i%2])
	}
	return &idlers{b: b, crowd: c, dir: dir, project: newProject(b, dir, yaml), calls: filepath.Join(dir, "calls"), says: map[string]float64{}}
}

// serve answers git over HTTP for the repositories in dir.
func serve(b *testing.B, dir string) string {
	b.Helper()
	path := filepath.Join(command(b, dir, "git", "--exec-path"), "git-http-backend")
	if _, err := os.Stat(path); err != nil {
		b.Skipf("git has no http-backend: %v", err)
	}
	server := httptest.NewServer(&cgi.Handler{Path: path, Env: []string{"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1"}})
	b.Cleanup(server.Close)
	return server.URL
}

// gather starts the agents and waits until they stand idle.
func (i *idlers) gather() {
	i.link()
	i.project.start()
	i.project.pawl("up")
	i.project.until("all agents run", i.running)
}

func (i *idlers) begin() { i.since, i.spent = time.Now(), i.used() }

func (i *idlers) end() {
	i.spent = i.used() - i.spent
	i.says["cpu-s/h"] = i.spent.Seconds() / time.Since(i.since).Hours()
	i.says["rss-MB"] = memory(i.b, i.project.watch.Process.Pid).resident
}

func (i *idlers) report(b *testing.B) {
	i.besideStandIn(b)
	for b.Loop() {
		continue // all was measured before
	}
	b.ReportMetric(0, "ns/op")
	for unit, value := range i.says {
		b.ReportMetric(value, unit)
	}
}

// running says that every agent has a session, and that a pass finds nothing to do.
func (i *idlers) running() bool {
	rep, err := i.project.client.Tick(i.b.Context(), control.Order{Local: true})
	if err != nil {
		i.b.Fatal(err)
	}
	if len(rep.Actions) > 0 {
		return false
	}
	out, err := i.project.command("status", "--json").Output()
	var status struct{ Agents []struct{ State string } }
	if err == nil {
		err = json.Unmarshal(out, &status)
	}
	if err != nil {
		i.b.Fatal(err)
	}
	live := 0
	for _, a := range status.Agents {
		if a.State == "idle" || a.State == "active" {
			live++
		}
	}
	return live == i.agents
}

// used is what the coordinator with its children has used, and the tmux server.
func (i *idlers) used() time.Duration {
	sum := cpuOf(i.b, i.project.watch.Process.Pid)
	if i.launcher == "tmux" {
		server := command(i.b, "", "tmux", "-S", filepath.Join(i.dir, "s"), "display-message", "-p", "#{pid}")
		pid, err := strconv.Atoi(server)
		if err != nil {
			i.b.Fatal(err)
		}
		sum += cpuOf(i.b, pid)
	}
	return sum
}

// programs are those whose calls are counted.
var programs = []string{"git", "tmux"}

// link gives the coordinator a PATH on which the programs can be exchanged.
func (i *idlers) link() {
	bin := subfolder(i.b, i.dir, "bin")
	for _, name := range programs {
		if real, err := exec.LookPath(name); err == nil {
			if err := os.Symlink(real, filepath.Join(bin, name)); err != nil {
				i.b.Fatal(err)
			}
		}
	}
	i.project.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
}

// exchange puts programs in their place that note their calls.
func (i *idlers) exchange() {
	for _, name := range programs {
		path := filepath.Join(i.dir, "bin", name)
		if real, err := os.Readlink(path); err == nil {
			write(i.b, path+".new", fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"%s $*\" >>%q\nexec %q \"$@\"\n", name, i.calls, real), 0o755)
			if err := os.Rename(path+".new", path); err != nil {
				i.b.Fatal(err)
			}
		}
	}
	i.since = time.Now()
}

// count reads how many calls there were: and how many beyond one ls-remote a poll and
// one tmux call a pass.
func (i *idlers) count() {
	took := time.Since(i.since)
	text, err := os.ReadFile(i.calls)
	if err != nil {
		i.b.Fatal(err) // a poll must have come
	}
	var lists, looks, others float64
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "tmux"):
			looks++
		case strings.Contains(line, " ls-remote "):
			lists++
		default:
			others++
		}
	}
	// poll is 15 s with a tenth of jitter, and each look has a pass of its own beside those of every 5 s.
	polls := took.Seconds()/13.5 + 1
	passes := polls + took.Seconds()/5 + 1
	if i.launcher == "process" {
		passes = 0
	}
	needless := others + max(0, lists-polls) + max(0, looks-passes)
	i.says["ls-remote/h"], i.says["tmux/h"], i.says["needless/h"] = lists/took.Hours(), looks/took.Hours(), needless/took.Hours()
}

// besideStandIn reports what the stand-in would use. Its sessions are bare ones, and
// what it costs their server is left out.
func (i *idlers) besideStandIn(b *testing.B) {
	program := python()
	if _, err := exec.LookPath("tmux"); err != nil || program == "" {
		return
	}
	socket := filepath.Join(i.dir, "t")
	for range i.agents {
		command(b, i.dir, "tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "sleep 100000")
	}
	defer command(b, i.dir, "tmux", "-S", socket, "kill-server")
	said := command(b, "", program, filepath.Join("testdata", "standin.py"), "cost", filepath.Join(i.dir, "work"), socket, "2")
	var light, heavy, kilobytes float64
	if _, err := fmt.Sscan(said, &light, &heavy, &kilobytes); err != nil {
		b.Fatal(said, err)
	}
	const lightOnes, heavyOnes = 108, 12 // of an hour
	other := lightOnes*light + heavyOnes*heavy
	i.says["standin-cpu-s/h"], i.says["standin-rss-MB"] = other, kilobytes/1024
	i.says["standin-processes/h"] = lightOnes*float64(16+2*i.agents) + heavyOnes*float64(16+4*i.agents)
	i.says["pawl/standin-cpu"] = i.says["cpu-s/h"] / other
}
