package process

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// call is a request on its way to the keeper's loop, which alone owns the state.
type call struct {
	request request
	answer  chan reply
}

// server takes requests from the socket, one a connection.
type server struct {
	listener *net.UnixListener
	calls    chan call
	done     chan struct{}
	told     *slog.Logger
	running  sync.WaitGroup
}

func startServer(socket string, told *slog.Logger) (*server, error) {
	// Only a keeper that was killed leaves its socket; its name is locked by us now.
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("socket: %w", err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	// Its folder is ours alone; so is it, whatever the umask.
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("socket: %w", err), listener.Close())
	}
	s := &server{listener: listener, calls: make(chan call), done: make(chan struct{}), told: told}
	s.running.Add(1)
	go s.accept()
	return s, nil
}

func (s *server) accept() {
	defer s.running.Done()
	for {
		conn, err := s.listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			s.told.Warn("a connection was not accepted", "error", err)
			select {
			case <-s.done:
				return
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		s.running.Add(1)
		go s.serve(conn)
	}
}

func (s *server) serve(conn net.Conn) {
	defer s.running.Done()
	err := conn.SetReadDeadline(time.Now().Add(readLimit))
	var req request
	if err == nil {
		err = readLine(conn, &req)
	}
	if err == nil {
		err = conn.SetWriteDeadline(time.Now().Add(answerLimit))
	}
	if err == nil {
		err = writeLine(conn, s.pass(req))
	}
	if err := errors.Join(err, conn.Close()); err != nil {
		s.told.Debug("a connection broke", "error", err)
	}
}

// pass hands a request to the loop and waits for what it says.
func (s *server) pass(req request) reply {
	c := call{request: req, answer: make(chan reply, 1)}
	select {
	case s.calls <- c:
		return <-c.answer
	case <-s.done:
		return reply{Version: formatVersion, Status: statusGone, Error: "the session has ended"}
	}
}

// close ends the server when its loop takes no more calls.
func (s *server) close() error {
	close(s.done)
	err := s.listener.Close()
	s.running.Wait()
	return err
}
