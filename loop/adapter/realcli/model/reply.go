package model

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

type object = map[string]any

// reply is one answer of the model, whatever its dialect.
type reply struct {
	wait   time.Duration // before anything is said
	text   []string      // streamed piece by piece
	gap    time.Duration // after each piece
	tool   *tool         // called after the text
	refuse *refusal
}

func (r reply) whole() string { return strings.Join(r.text, "") }

// refusal is an error of the service. With a reset it is the account's usage
// limit.
type refusal struct {
	status int
	reset  time.Time
}

func (r refusal) limit() bool { return !r.reset.IsZero() }

// seconds is how long until the reset, at least one.
func (r refusal) seconds(now time.Time) int {
	return max(1, int(r.reset.Sub(now).Seconds()))
}

func (r refusal) message() string {
	switch r.status {
	case http.StatusTooManyRequests:
		return "Rate limit reached for requests (scripted)"
	case http.StatusUnauthorized:
		return "Invalid API key (scripted)"
	case 529:
		return "Overloaded (scripted)"
	}
	return "scripted failure"
}

func (r refusal) kind() string {
	switch r.status {
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusUnauthorized:
		return "authentication_error"
	case 529:
		return "overloaded_error"
	}
	return "api_error"
}

// plain is the refusal that three of the four dialects share.
func (r refusal) plain() object {
	return object{"type": "error", "error": object{"type": r.kind(), "code": r.kind(), "message": r.message()}}
}

// dialect is one API.
type dialect interface {
	parse(body []byte) (conversation, error)
	refuse(w http.ResponseWriter, r refusal)
	// whole is the answer to a request that does not stream.
	whole(c call, r reply) object
	// pieces streams; it stops at the first error, when nobody reads any more.
	pieces(s *stream, c call, r reply) error
}

// dialectOf is the API that a path belongs to; nil for none.
func dialectOf(path string) dialect {
	switch {
	case strings.HasSuffix(path, "/chat/completions"):
		return chat{}
	case strings.HasSuffix(path, "/responses"):
		return responses{}
	case strings.HasSuffix(path, "/messages"):
		return messages{}
	case strings.HasSuffix(path, ":generateContent"), strings.HasSuffix(path, ":streamGenerateContent"):
		return gemini{}
	}
	return nil
}

// answer records a request and answers it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, speak dialect, c call) {
	now := time.Now()
	s.mu.Lock()
	request, out := s.decide(c, now)
	s.requests = append(s.requests, request)
	if request.Agent {
		s.note(c, now)
	}
	s.mu.Unlock()
	if err := out.send(w, r, speak, c); err != nil {
		s.brokenOff(request)
		// Half an answer must not look like a whole one.
		panic(http.ErrAbortHandler)
	}
}

// send answers one request. It fails when nobody waits for the answer any more.
func (r reply) send(w http.ResponseWriter, q *http.Request, speak dialect, c call) error {
	if r.refuse != nil {
		speak.refuse(w, *r.refuse)
		return nil
	}
	if err := pause(q.Context(), r.wait); err != nil {
		return err
	}
	if c.talk.stream || strings.HasSuffix(c.path, ":streamGenerateContent") {
		return speak.pieces(newStream(q.Context(), w), c, r)
	}
	if err := pause(q.Context(), r.gap*time.Duration(len(r.text))); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, speak.whole(c, r))
	return nil
}

// brokenOff records that a program did not read an answer to its end.
func (s *Server) brokenOff(r Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Step, r.At = "broken off", time.Now()
	s.requests = append(s.requests, r)
}

func writeJSON(w http.ResponseWriter, status int, body object) {
	data, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s", data)
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
