//go:build !linux && !darwin

package origin

import (
	"context"
	"fmt"
	"net"
	"os"
)

func sweep(context.Context, string) error { return nil }

func socketPair() (net.Conn, *os.File, error) {
	return nil, nil, fmt.Errorf("a connection for an sshd: %w", ErrNotHere)
}
