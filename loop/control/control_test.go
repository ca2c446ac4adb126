package control

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// backend answers with what the test says.
type backend struct {
	report Report
	err    error
	orders chan Order
	pokes  chan struct{}
	stops  chan struct{}
}

func (b *backend) Health() Health { return Health{PID: 7, Version: "v"} }
func (b *backend) Poke()          { b.pokes <- struct{}{} }
func (b *backend) Stop()          { b.stops <- struct{}{} }

func (b *backend) Tick(_ context.Context, o Order) (Report, error) {
	b.orders <- o
	return b.report, b.err
}

// served is a backend on a socket, and what asks it.
func served(t *testing.T) (*backend, *Client, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "pawl") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sock")
	// What a killed coordinator leaves.
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := &backend{orders: make(chan Order, 1), pokes: make(chan struct{}, 1), stops: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, path, b) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	c := NewClient(path)
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := c.Health(ctx); err == nil {
			return b, c, path
		}
		if time.Now().After(limit) {
			t.Fatal("nobody answers")
		}
	}
}

func TestWhatIsAskedArrives(t *testing.T) {
	b, c, path := served(t)
	b.report = Report{Tip: "abc", Moved: true, Phase: Phase{ID: "core", Total: 2}, Actions: []Action{{Kind: "wake", Agent: "a", Result: "ok"}}}
	rep, err := c.Tick(t.Context(), Order{Settle: 3 * time.Second, Local: true})
	if err != nil || rep.Tip != "abc" || !rep.Moved || rep.Phase.ID != "core" || len(rep.Actions) != 1 {
		t.Errorf("got %+v, %v", rep, err)
	}
	if o := <-b.orders; o != (Order{Settle: 3 * time.Second, Local: true}) {
		t.Errorf("the order was %+v", o)
	}
	if err := errors.Join(c.Poke(t.Context()), c.Stop(t.Context())); err != nil {
		t.Error(err)
	}
	<-b.pokes
	<-b.stops
	if h, err := c.Health(t.Context()); err != nil || h.PID != 7 {
		t.Errorf("health %+v, %v", h, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info.Mode(), err)
	}
}

func TestFaultsOfATick(t *testing.T) {
	b, c, _ := served(t)
	for name, fault := range map[string]struct {
		err     error
		settle  time.Duration
		ended   bool
		message string
	}{
		"the pass failed":            {err: errors.New("disk full"), message: "disk full"},
		"the coordinator just ended": {err: ErrNotRunning, ended: true},
		"a wait without end":         {settle: time.Hour, message: "settle=\"1h0m0s\""},
		"a wait into the past":       {settle: -time.Second, message: "settle=\"-1s\""},
	} {
		b.err = fault.err
		_, err := c.Tick(t.Context(), Order{Settle: fault.settle})
		if err == nil || errors.Is(err, ErrNotRunning) != fault.ended || !strings.Contains(err.Error(), fault.message) {
			t.Errorf("%s: %v", name, err)
		}
		select {
		case <-b.orders:
		default:
		}
	}
}

// A coordinator that is killed while it is asked is one that does not run.
func TestTheCoordinatorDiesWhileItIsAsked(t *testing.T) {
	dir, err := os.MkdirTemp("", "pawl")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sock")
	c := NewClient(path)
	if err := c.Poke(t.Context()); !errors.Is(err, ErrNotRunning) {
		t.Errorf("without a socket: %v", err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			// Part of the question was read; then the process is gone.
			_, err = conn.Read(make([]byte, 8))
			err = errors.Join(err, conn.Close())
		}
		done <- err
	}()
	if _, err := c.Tick(t.Context(), Order{}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("it died while asked: %v", err)
	}
	if err := errors.Join(<-done, l.Close(), os.RemoveAll(dir)); err != nil {
		t.Error(err)
	}
}
