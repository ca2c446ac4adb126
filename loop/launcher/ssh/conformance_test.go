//go:build linux || darwin

package ssh

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"pawl/loop/launcher"
	"pawl/loop/launcher/conformance"
)

// whole is a launcher whose sessions take all of their variables along: those of
// the suite have no others.
type whole struct{ *Launcher }

func (w whole) Start(ctx context.Context, spec launcher.Spec) error {
	spec.Own = nil
	for _, kv := range spec.Env {
		name, _, _ := strings.Cut(kv, "=")
		spec.Own = append(spec.Own, name)
	}
	return w.Launcher.Start(ctx, spec)
}

// TestConformance runs the suite through one sshd.
func TestConformance(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	t.Run("suite", func(t *testing.T) {
		for _, c := range conformance.Cases() {
			if c.Name == "a deleted log is opened again" {
				continue // the suite looks for it where the spec says, and the far side has its own place
			}
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				o := h.options(t)
				var opened []*Launcher
				t.Cleanup(func() { // after the case has ended its sessions
					for _, l := range opened {
						if err := l.Close(); err != nil {
							t.Error(err)
						}
					}
				})
				c.Run(t, conformance.Harness{
					Open: func() launcher.Launcher {
						l, err := New("build", o)
						if err != nil {
							t.Fatal(err)
						}
						opened = append(opened, l)
						return whole{l}
					},
					Typed: true, Screen: true, Crash: func() error { return signalSSH(o.ID, syscall.SIGKILL) },
				})
			})
		}
	})
}

// signalSSH signals the ssh of all launcher objects of a project.
func signalSSH(id string, sig syscall.Signal) error {
	out, err := exec.Command("ps", "-A", "-ww", "-o", "pid=,args=").Output()
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		pid, args, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(args, "ssh ") && !strings.Contains(args, "/ssh ") || !strings.Contains(args, id) {
			continue
		}
		n, err := strconv.Atoi(pid)
		if err != nil {
			return err
		}
		if err := syscall.Kill(n, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}
