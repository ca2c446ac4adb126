package origin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/textproto"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/handoff/system"
)

// connectionLimit bounds what one connection's processes may take.
const connectionLimit = 10 * time.Minute

// webServer has git http-backend behind it, one process for each request.
// net/http/cgi would start it in our own process group, and kill it where it should
// be told to end: one that is killed leaves its locks in the repository.
type webServer struct {
	http    http.Server
	address string
	root    string
	git     program
	log     *slog.Logger
	running sync.WaitGroup
}

func (o *Origin) serveHTTP(ctx context.Context) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &webServer{address: listener.Addr().String(), root: o.dir, git: o.git, log: o.log}
	s.http.Handler = s
	s.http.ReadHeaderTimeout = connectionLimit
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }
	s.http.ErrorLog = slog.NewLogLogger(o.log.Handler(), slog.LevelDebug)
	s.running.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("origin's web server ended", "error", err)
		}
	})
	o.server = s
	return nil
}

func (s *webServer) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp4", s.address)
}

func (s *webServer) close() error {
	err := s.http.Close()
	s.running.Wait()
	return err
}

// ServeHTTP runs one request through git-http-backend(1), which speaks CGI (RFC 3875).
func (s *webServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1)
	defer s.running.Done()
	if err := s.answer(w, r); err != nil {
		s.log.Debug("a request to origin was not served", "path", handoff.Clean(r.URL.Path, 100), "error", err)
	}
}

func (s *webServer) answer(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), connectionLimit)
	defer cancel()
	cmd := s.git.with(s.variables(r)).command(ctx, s.root, "http-backend")
	cmd.Stdin = r.Body
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		http.Error(w, "git http-backend cannot be started", http.StatusInternalServerError)
		return fmt.Errorf("start git http-backend: %w", err)
	}
	err = relay(w, out)
	if err != nil {
		cancel()
	}
	return errors.Join(err, s.ended(ctx, cmd))
}

// ended waits for a process, and for its group when it was ended by us.
func (s *webServer) ended(ctx context.Context, cmd *exec.Cmd) error {
	err := cmd.Wait()
	if ctx.Err() != nil {
		return errors.Join(err, system.KillGroup(cmd))
	}
	return err
}

// variables are the request as CGI has it.
func (s *webServer) variables(r *http.Request) []string {
	env := []string{
		"GIT_PROJECT_ROOT=" + s.root, "GIT_HTTP_EXPORT_ALL=1",
		"GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=" + r.Proto, "REMOTE_ADDR=127.0.0.1",
		"REQUEST_METHOD=" + r.Method, "PATH_INFO=" + r.URL.Path, "QUERY_STRING=" + r.URL.RawQuery,
		"CONTENT_TYPE=" + r.Header.Get("Content-Type"),
		"HTTP_CONTENT_ENCODING=" + r.Header.Get("Content-Encoding"), "HTTP_GIT_PROTOCOL=" + r.Header.Get("Git-Protocol"),
	}
	if r.ContentLength >= 0 {
		env = append(env, "CONTENT_LENGTH="+strconv.FormatInt(r.ContentLength, 10))
	}
	return env
}

// relay turns a CGI program's answer into one of http, sent on as it comes.
func relay(w http.ResponseWriter, out io.Reader) error {
	reader := bufio.NewReader(out)
	header, err := textproto.NewReader(reader).ReadMIMEHeader()
	if err != nil {
		http.Error(w, "git http-backend gave no answer", http.StatusBadGateway)
		return fmt.Errorf("the head of git http-backend's answer: %w", err)
	}
	code := http.StatusOK
	if status := header.Get("Status"); status != "" {
		if code, err = strconv.Atoi(status[:min(len(status), 3)]); err != nil || code < 100 {
			http.Error(w, "git http-backend gave no answer", http.StatusBadGateway)
			return fmt.Errorf("git http-backend's status is %q", handoff.Clean(status, 40))
		}
		header.Del("Status")
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(code)
	_, err = io.Copy(flushing{w, http.NewResponseController(w)}, reader)
	return err
}

// flushing sends on each piece at once.
type flushing struct {
	to   io.Writer
	rest *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.to.Write(p)
	return n, errors.Join(err, f.rest.Flush())
}
