package origin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// dialer reaches what is behind a line. The context is that of the connection.
type dialer interface {
	dial(ctx context.Context) (net.Conn, error)
}

// line is the wire between clients and a server: it accepts connections on the
// loopback interface and carries their bytes, as the weather lets it.
type line struct {
	address string
	server  dialer
	delay   time.Duration // of each chunk, while it is slow
	log     *slog.Logger
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	allowed atomic.Int64 // bytes that a connection brings before it hangs; 0: it hangs in a pack

	mu       sync.Mutex
	listener net.Listener // nil while it is away
	weather  *weather
	links    map[*link]struct{}
	brought  int64 // bytes that came down the last link that ended
}

// weather is what holds for all connections until it is over.
type weather struct {
	fault Fault
	over  chan struct{}
}

// openLine listens until close.
func openLine(ctx context.Context, server dialer, delay time.Duration, log *slog.Logger) (*line, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for clients: %w", err)
	}
	l := &line{address: listener.Addr().String(), server: server, delay: delay, log: log, listener: listener,
		weather: &weather{over: make(chan struct{})}, links: map[*link]struct{}{}}
	l.ctx, l.cancel = context.WithCancel(ctx)
	l.running.Go(func() { l.accept(listener) })
	return l, nil
}

// accept carries connections until its listener is closed.
func (l *line) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		switch {
		case err == nil:
			l.running.Go(func() { l.carry(client) })
		case errors.Is(err, net.ErrClosed):
			return
		default:
			l.log.Warn("origin's line takes no connection", "error", err)
			select {
			case <-l.ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

// carry is one connection's life.
func (l *line) carry(client net.Conn) {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	server, err := l.server.dial(ctx)
	if err != nil {
		l.log.Warn("origin's line does not reach its server", "error", err)
		l.closeAll(client)
		return
	}
	k := &link{line: l, client: client, server: server}
	if !l.join(k) {
		l.closeAll(client, server)
		return
	}
	var both sync.WaitGroup
	both.Go(func() { k.copy(client, server, &k.up) })
	both.Go(func() { k.copy(server, client, &k.down) })
	both.Wait()
	l.leave(k)
	l.closeAll(client, server)
}

// join lets a link in, unless the line is away.
func (l *line) join(k *link) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener == nil || l.ctx.Err() != nil {
		return false
	}
	l.links[k] = struct{}{}
	return true
}

func (l *line) leave(k *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.links, k)
	l.brought = k.down.bytes
}

func (l *line) closeAll(conns ...net.Conn) {
	for _, c := range conns {
		if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			l.log.Debug("origin's line does not close a connection", "error", err)
		}
	}
}

// now is the present weather.
func (l *line) now() *weather {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.weather
}

// change begins another weather; what waited for the end of the last one goes on.
func (l *line) change(f Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.weather.over)
	l.weather = &weather{fault: f, over: make(chan struct{})}
}

// cut refuses connections from now on and resets those that there are.
func (l *line) cut() error {
	l.mu.Lock()
	listener := l.listener
	l.listener = nil
	for k := range l.links {
		k.reset()
	}
	l.mu.Unlock()
	if listener == nil {
		return nil
	}
	return listener.Close()
}

// isCut says that connections are refused.
func (l *line) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listener == nil
}

// splice listens again on the address that clients know. Another program may have the port for a
// moment, as the near end of a connection of its own.
func (l *line) splice() error {
	ctx, cancel := context.WithTimeout(l.ctx, 10*time.Second)
	defer cancel()
	var config net.ListenConfig
	for {
		listener, err := config.Listen(ctx, "tcp4", l.address)
		if err == nil {
			l.mu.Lock()
			l.listener = listener
			l.mu.Unlock()
			l.running.Go(func() { l.accept(listener) })
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("listen on %s again: %w", l.address, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// close ends all connections and waits until nothing of the line runs.
func (l *line) close() error {
	l.cancel()
	err := l.cut()
	l.running.Wait()
	return err
}

// calibrate lets a connection bring a little more than the last one did before it
// hangs.
func (l *line) calibrate(ctx context.Context) error {
	for {
		l.mu.Lock()
		open, brought := len(l.links), l.brought
		l.mu.Unlock()
		if open == 0 && brought > 0 {
			l.allowed.Store(brought + packMargin)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the end of a first connection: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
