package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/hooks/signature"
)

// PostTime is how long a receiver may take to answer.
const PostTime = 10 * time.Second

const (
	maxRedirects = 3
	maxAnswer    = 64 << 10 // bytes of an answer that are read
	maxQuoted    = 200      // bytes of it that are told when it is a refusal
)

// Post is a URL that is told of events.
type Post struct {
	URL    string
	Key    string // signs the body; "": it is not signed
	Agent  string // the User-Agent
	Client *http.Client
	Time   time.Duration
}

// NewClient returns what posts are made with. It follows a redirection only where
// that leads to the same host and keeps the post a post.
func NewClient() *http.Client {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns: 10, IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: PostTime,
	}
	return &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		if first := before[0]; next.Method != http.MethodPost || next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme || len(before) > maxRedirects {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

// Deliver posts the event. Where the error is a *Failure, the receiver has had
// its chance. An error names its host alone: the rest of a URL may be a secret.
func (p Post) Deliver(ctx context.Context, e Event) error {
	doc, err := e.JSON()
	if err != nil {
		return &Failure{Err: err}
	}
	limited, cancel := context.WithTimeout(ctx, p.Time)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, p.URL, bytes.NewReader(doc))
	if err != nil {
		return &Failure{Err: errors.New("the URL cannot be used")}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", p.Agent)
	req.Header.Set("Idempotency-Key", e.ID)
	req.Header.Set("X-Pawl-Event", e.Kind)
	if p.Key != "" {
		req.Header.Set("X-Pawl-Signature", signature.Of(p.Key, doc))
	}
	resp, err := p.Client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Failure{Err: fmt.Errorf("%s: %w", req.URL.Host, withoutURL(err, p.Time)), Retry: true}
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil && resp.StatusCode < 300 {
		answer = nil // it took the event, and what it says to that does not matter
	}
	return judge(resp, string(answer))
}

// withoutURL is what went wrong, without the URL that the client puts before it.
func withoutURL(err error, limit time.Duration) error {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", limit)
	}
	return err
}

// judge says what an answer means.
func judge(resp *http.Response, words string) error {
	host, code := resp.Request.URL.Host, resp.StatusCode
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return &Failure{Err: fmt.Errorf("%s answered %s and sends us elsewhere, which is not followed; write the URL that it leads to", host, handoff.Clean(resp.Status, maxQuoted))}
	}
	return &Failure{
		Err:   said(fmt.Errorf("%s answered %s", host, handoff.Clean(resp.Status, maxQuoted)), words),
		Retry: code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code >= 500,
		After: retryAfter(resp.Header.Get("Retry-After"), resp.Header.Get("Date")),
	}
}

// retryAfter is how long the header Retry-After (RFC 9110, 10.2.3) asks to wait:
// seconds, or a moment on the receiver's clock. It is at most LongestWait, and 0
// where it asks for nothing that can be read.
func retryAfter(value, date string) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, LongestWait)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(date)
	if err != nil {
		return 0
	}
	return min(max(until.Sub(now), 0), LongestWait)
}
