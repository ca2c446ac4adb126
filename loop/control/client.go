package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// ErrNotRunning means that no coordinator listens.
var ErrNotRunning = errors.New("no coordinator is running")

// Client asks a running coordinator.
type Client struct{ http http.Client }

// NewClient returns a client of the coordinator that listens on path.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	return &Client{http: http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// replyLimit bounds what is read from the socket.
const replyLimit = 16 << 20

// Health asks whether the coordinator runs; ErrNotRunning if it does not.
func (c *Client) Health(ctx context.Context) (Health, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var h Health
	return h, c.call(ctx, http.MethodGet, "/v1/health", &h)
}

// Poke has origin looked at soon; ErrNotRunning if nobody can.
func (c *Client) Poke(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.call(ctx, http.MethodPost, "/v1/poke", nil)
}

// Tick asks for a pass and waits for it.
func (c *Client) Tick(ctx context.Context, order Order) (Report, error) {
	path := "/v1/tick?settle=" + order.Settle.String()
	if order.Local {
		path += "&local"
	}
	var r Report
	return r, c.call(ctx, http.MethodPost, path, &r)
}

// Stop asks the coordinator to end; ErrNotRunning if it has.
func (c *Client) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.call(ctx, http.MethodPost, "/v1/stop", nil)
}

func (c *Client) call(ctx context.Context, method, path string, into any) (err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://pawl"+path, nil)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return asked(err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, replyLimit))
	if err != nil {
		return asked(err)
	}
	if resp.StatusCode == http.StatusServiceUnavailable {
		return ErrNotRunning
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("coordinator: %s", strings.TrimSpace(string(body)))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}

// asked tells a coordinator that is not there, or that ended while it was
// asked, from other trouble. All requests can be made again.
func asked(err error) error {
	for _, gone := range []error{os.ErrNotExist, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, gone) {
			return ErrNotRunning
		}
	}
	return fmt.Errorf("coordinator: %w", err)
}
