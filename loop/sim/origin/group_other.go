//go:build !linux && !darwin

package origin

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
)

// inOwnGroup has no groups to use here: a process ends alone.
func inOwnGroup(cmd *exec.Cmd) { cmd.WaitDelay = waitDelay }

func endGroup(*exec.Cmd) error { return nil }

func sweep(context.Context, string) error { return nil }

func socketPair() (net.Conn, *os.File, error) {
	return nil, nil, fmt.Errorf("a connection for an sshd: %w", ErrNotHere)
}
