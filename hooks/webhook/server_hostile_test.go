package webhook

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Requests that a proxy and a server could read differently are refused whole, and
// what is hidden in the body of one is no request.
func TestHiddenRequests(t *testing.T) {
	t.Parallel()
	var pokes atomic.Int32
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		h := &Handler{Secret: "s", Branch: func() string { return "main" }, Poke: func() { pokes.Add(1) }, Log: log, Now: time.Now}
		ended <- Serve(ctx, l, h, log)
	}()
	hidden := "POST / HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nX-Gitlab-Token: wrong\r\nContent-Length: 2\r\n\r\n{}"
	head := "POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event: Push Hook\r\nX-Gitlab-Token: wrong\r\n"
	for name, c := range map[string]struct{ request, want string }{
		"two lengths":                {head + "Content-Length: 2\r\nContent-Length: 200\r\n\r\n{}" + hidden, "400"},
		"a length that is none":      {head + "Content-Length: 2x\r\n\r\n{}", "400"},
		"a negative length":          {head + "Content-Length: -1\r\n\r\n{}", "400"},
		"an unknown coding":          {head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden, "501"},
		"a chunk that is none":       {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", "4"},
		"a header over two lines":    {head + "X-A: b\r\n\tc: d\r\nContent-Length: 2\r\n\r\n{}", "4"},
		"a blank before the colon":   {head + "Content-Length : 2\r\n\r\n{}", "400"},
		"a NUL in a header":          {head + "X-A: b\x00c\r\nContent-Length: 2\r\n\r\n{}", "400"},
		"no host":                    {"POST / HTTP/1.1\r\n\r\n", "400"},
		"a request that is no HTTP":  {"\x16\x03\x01\x02\x00\x01", "400"},
		"another method":             {strings.Replace(head, "POST", "TRACE", 1) + "\r\n", "405"},
		"a request hidden in a body": {head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(hidden), hidden), "401"},
	} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, c.request); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Log(err) // it was hung up on already
		}
		answer, err := io.ReadAll(conn)
		status, _, _ := strings.Cut(strings.TrimPrefix(string(answer), "HTTP/1.1 "), " ")
		if err != nil || !strings.HasPrefix(status, c.want) {
			t.Errorf("%s: %v %.200q, want %s", name, err, answer, c.want)
		}
		if n := strings.Count(string(answer), "HTTP/1.1 2"); n > 0 {
			t.Errorf("%s: %d requests were heard", name, n)
		}
		if err := conn.Close(); err != nil {
			t.Log(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := pokes.Load(); n != 0 {
		t.Errorf("origin was looked at %d times for strangers", n)
	}
}
