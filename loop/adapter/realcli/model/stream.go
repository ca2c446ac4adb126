package model

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// stream writes server-sent events.
type stream struct {
	ctx context.Context
	w   http.ResponseWriter
	out *http.ResponseController
}

func newStream(ctx context.Context, w http.ResponseWriter) *stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("Connection", "close")
	w.WriteHeader(http.StatusOK)
	return &stream{ctx: ctx, w: w, out: http.NewResponseController(w)}
}

// event sends one event; name may be "".
func (s *stream) event(name string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("event %q: %w", name, err)
	}
	return s.raw(name, string(data))
}

func (s *stream) raw(name, data string) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	head := ""
	if name != "" {
		head = "event: " + name + "\n"
	}
	if _, err := fmt.Fprintf(s.w, "%sdata: %s\n\n", head, data); err != nil {
		return err
	}
	return s.out.Flush()
}

// each sends an answer's pieces, with its gaps.
func (s *stream) each(r reply, send func(n int, piece string) error) error {
	for n, piece := range r.text {
		if err := send(n, piece); err != nil {
			return err
		}
		if err := pause(s.ctx, r.gap); err != nil {
			return err
		}
	}
	return nil
}

// sequence sends events in order, up to the first error.
func sequence(send ...func() error) error {
	for _, one := range send {
		if err := one(); err != nil {
			return err
		}
	}
	return nil
}

// fresh is an identifier that no other answer has.
func fresh(prefix string) string {
	return prefix + strings.ToLower(rand.Text()[:20])
}

func unixNow() int64 { return time.Now().Unix() }
