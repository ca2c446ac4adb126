package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"pawl/hooks/signature"
)

// scriptSecret is the key of scripts that sign.
const scriptSecret = "s3cret"

// receiver NAME listens for notifications until the script ends. NAME is then its
// URL, and $WORK/NAME has a line for each request: how it is signed, and its body.
func receiver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: receiver NAME")
	}
	file, err := os.OpenFile(filepath.Join(ts.Getenv("WORK"), args[0]), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	ts.Check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		signed := "unsigned"
		if claimed := r.Header.Get("X-Pawl-Signature"); claimed != "" {
			signed = fmt.Sprintf("signed=%v", signature.Matches(scriptSecret, body, claimed))
		}
		if err == nil {
			_, err = fmt.Fprintf(file, "%s %s %s\n", r.URL.Path, signed, body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	ts.Setenv(args[0], server.URL)
	ts.Defer(func() {
		server.Close()
		ts.Check(file.Close())
	})
}

// freeport NAME sets NAME to an address of this machine on which nobody listens.
func freeport(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// post CODE ADDRESS FILE [HEADER…] posts a file, signed as GitHub does, and checks
// the answer; ! post signs it with another key.
func post(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: post CODE ADDRESS FILE [HEADER…]")
	}
	body, key := ts.ReadFile(args[2]), scriptSecret
	if neg {
		key += "?"
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+args[1]+"/", strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("X-Hub-Signature-256", signature.Of(key, []byte(body)))
	for _, h := range args[3:] {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	ts.Check(err)
	ts.Check(resp.Body.Close())
	if fmt.Sprint(resp.StatusCode) != args[0] {
		ts.Fatalf("the answer is %s, not %s", resp.Status, args[0])
	}
}
