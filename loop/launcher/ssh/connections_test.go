//go:build linux || darwin

package ssh

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// start starts sshd and waits until it listens.
func (h *host) start() {
	h.Helper()
	h.process = exec.Command(sshdProgram, "-D", "-e", "-f", h.file("sshd_config"))
	h.process.Stderr = new(bytes.Buffer)
	if err := h.process.Start(); err != nil {
		h.Fatal(err)
	}
	h.until("sshd to listen", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.port))
		return err == nil && c.Close() == nil
	})
}

// stop ends sshd with all its connections.
func (h *host) stop() {
	h.Helper()
	if h.process == nil {
		return
	}
	if err := h.process.Process.Signal(syscall.SIGSTOP); err != nil { // no other connection comes in between
		h.Error(err)
	}
	h.cut()
	if err := h.process.Process.Kill(); err != nil {
		h.Error(err)
	}
	if err := h.process.Wait(); err == nil {
		h.Error("sshd ended by itself")
	}
	h.process = nil
}

// cut kills all connections to the host, as when its network fails.
func (h *host) cut() { h.each(syscall.SIGKILL) }

// each signals what serves the connections to the host: the children of sshd,
// and theirs that are sshd as well.
func (h *host) each(sig syscall.Signal) {
	h.Helper()
	h.signal(h.connections(h.process.Process.Pid), sig)
}

func (h *host) signal(pids []int, sig syscall.Signal) {
	h.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil && err != syscall.ESRCH {
			h.Error(err)
		}
	}
}

func (h *host) connections(parent int) (pids []int) {
	h.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,comm=").Output()
	if err != nil {
		h.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[1] != strconv.Itoa(parent) || !strings.HasPrefix(filepath.Base(fields[2]), "sshd") {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			h.Fatal(err)
		}
		pids = append(append(pids, pid), h.connections(pid)...)
	}
	return pids
}

// end waits for all that the host ran and removes its files.
func (h *host) end() {
	h.Helper()
	h.until("the far side to end", func() bool {
		out, err := exec.Command("ps", "-A", "-ww", "-o", "args=").Output()
		return err == nil && !strings.Contains(string(out), h.dir)
	})
	if err := os.RemoveAll(h.dir); err != nil {
		h.Error(err)
	}
}
