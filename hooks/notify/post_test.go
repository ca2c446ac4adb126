package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pawl/hooks/signature"
)

// receiver is a server and a post to it.
func receiver(t *testing.T, answer http.HandlerFunc) (*httptest.Server, Post) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	p := Post{URL: server.URL + "/hook?token=s3cret", Agent: "pawl/test", Client: NewClient(), Time: PostTime}
	t.Cleanup(p.Client.CloseIdleConnections)
	return server, p
}

func TestWhatIsPosted(t *testing.T) {
	var got http.Header
	var body []byte
	_, p := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		var err error
		if body, err = io.ReadAll(r.Body); err != nil || r.Method != http.MethodPost {
			t.Errorf("%s, %v", r.Method, err)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err := p.Deliver(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	if _, signed := got["X-Pawl-Signature"]; signed {
		t.Error("it is signed without a key")
	}
	p.Key = "key"
	if err := p.Deliver(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	doc, err := parked.JSON()
	if err != nil || string(body) != string(doc) {
		t.Errorf("the body is %s, %v", body, err)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "pawl/test", "Idempotency-Key": "f00d-7",
		"X-Pawl-Event": "agent.parked", "X-Pawl-Signature": signature.Of("key", doc),
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	for _, c := range []struct {
		code  int
		after string
		words string
		ok    bool
		retry bool
		wait  time.Duration
		want  string
	}{
		{code: 200, words: strings.Repeat("x", 1<<20), ok: true},
		{code: 202, ok: true},
		{code: 400, words: "no\x1b[31m such\nfield", want: "answered 400 Bad Request: no[31m such field"},
		{code: 401}, {code: 404}, {code: 410},
		{code: 408, retry: true},
		{code: 429, after: "120", retry: true, wait: 2 * time.Minute},
		{code: 429, after: "99999999", retry: true, wait: LongestWait},
		{code: 429, after: "99999999999999999999", retry: true},
		{code: 429, after: "Wed, 21 Oct 2015 07:30:00 GMT", retry: true, wait: 2 * time.Minute},
		{code: 429, after: "Wed, 21 Oct 2015 07:00:00 GMT", retry: true},
		{code: 503, after: "soon", retry: true},
		{code: 500, words: strings.Repeat("long ", 1000), retry: true, want: "answered 500 Internal Server Error: long long"},
	} {
		_, p := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			w.WriteHeader(c.code)
			fmt.Fprint(w, c.words)
		})
		err := p.Deliver(t.Context(), parked)
		var f *Failure
		if c.ok {
			if err != nil {
				t.Errorf("%d: %v", c.code, err)
			}
			continue
		}
		if !errors.As(err, &f) || f.Retry != c.retry || f.After != c.wait || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 600 {
			t.Errorf("%d %q: %+v", c.code, c.after, err)
		}
	}
}

func TestARedirection(t *testing.T) {
	elsewhere, _ := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") })
	for _, c := range []struct {
		name  string
		to    string
		code  int
		taken bool
	}{
		{"to the same host", "/new", http.StatusTemporaryRedirect, true},
		{"to the same host for good", "/new", http.StatusPermanentRedirect, true},
		{"that makes a GET of it", "/new", http.StatusFound, false},
		{"to another host", elsewhere.URL, http.StatusTemporaryRedirect, false},
		{"in a circle", "/hook", http.StatusTemporaryRedirect, false},
	} {
		taken := false
		_, p := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/new" {
				body, err := io.ReadAll(r.Body)
				taken = err == nil && len(body) > 0
				return
			}
			http.Redirect(w, r, c.to, c.code)
		})
		err := p.Deliver(t.Context(), parked)
		var f *Failure
		if taken != c.taken || c.taken != (err == nil) || !c.taken && (!errors.As(err, &f) || f.Retry) {
			t.Errorf("%s: taken %v, %v", c.name, taken, err)
		}
	}
}

// Nothing of a URL but its host is told.
func TestAReceiverThatCannotBeReached(t *testing.T) {
	server, p := receiver(t, nil)
	server.Close()
	silent, q := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		// Before the body is read, the server does not see that the client is gone.
		if _, err := io.ReadAll(r.Body); err == nil {
			<-r.Context().Done()
		}
	})
	q.Time = 50 * time.Millisecond
	q.URL = strings.Replace(silent.URL, "http://", "http://me:s3cret@", 1) + "/s3cret"
	for want, p := range map[string]Post{"refused": p, "no answer within 50ms": q} {
		err := p.Deliver(t.Context(), parked)
		var f *Failure
		if !errors.As(err, &f) || !f.Retry || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") || !strings.HasPrefix(err.Error(), "127.0.0.1:") {
			t.Errorf("%s: %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var f *Failure
	if err := q.Deliver(ctx, parked); !errors.Is(err, context.Canceled) || errors.As(err, &f) {
		t.Errorf("one that we break off: %v", err)
	}
}
