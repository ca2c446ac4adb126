// Package model is a scripted language model on loopback, for tests that drive
// real agent programs. It speaks OpenAI's Responses and chat completions,
// Anthropic's Messages and Gemini's generateContent, streaming and not.
//
// What it answers is told by the prompt itself, with directives that are obeyed
// in their order, one for each turn of the model:
//
//	[[run: COMMAND]]  call the shell tool
//	[[ask: COMMAND]]  call it in a way that asks a person first
//	[[slow: SECONDS]] stream an answer for that long
//	[[hang: SECONDS]] say nothing for that long, then answer
//	[[say: TEXT]]     answer with the text
//	[[limit: SECONDS]] the account's usage limit, reset after that long (an hour without a number)
//	[[429: N]]        refuse N requests as too many, then go on
//	[[fail: STATUS]]  refuse each request with the HTTP status
//
// After the last of them, and without any, it says that all is done. Each
// program has its own base URL, and what it was told is on record.
package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Message is one text of the user, as the model received it.
type Message struct {
	Instance string // the program that sent it; see Server.BaseURL
	Text     string // whole; what programs add around it is left out
	At       time.Time
	Refused  bool // at a usage limit, when it came
}

// Request is one call of the model.
type Request struct {
	Instance string
	Path     string
	Agent    bool   // a turn of the agent, not a title or a suggestion
	Step     string // what it was answered with: run, say, 429 …
	At       time.Time
}

// Server is a running scripted model.
type Server struct {
	listener net.Listener
	http     *http.Server
	served   chan error
	stop     context.CancelFunc

	mu        sync.Mutex
	instances map[string]*instance
	messages  []Message
	requests  []Request
}

// Start starts a server on a free port of loopback. Close ends it.
func Start() (*Server, error) {
	ctx, stop := context.WithCancel(context.Background())
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		stop()
		return nil, fmt.Errorf("scripted model: %w", err)
	}
	s := &Server{listener: listener, served: make(chan error, 1), stop: stop, instances: map[string]*instance{}}
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// Close breaks off what is being answered and waits until the port is free.
func (s *Server) Close() error {
	s.stop()
	err := s.http.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// BaseURL is the URL that one program is pointed at. Everything that comes by
// it is on record under the instance's name, which is a word without slashes.
func (s *Server) BaseURL(instance string) string {
	return "http://" + s.listener.Addr().String() + "/agent/" + instance
}

// bodyLimit bounds a request, in bytes. Agents send their whole conversation.
const bodyLimit = 64 << 20

// ServeHTTP answers one request of a program.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	instance, path := route(r.URL.Path)
	switch speak := dialectOf(path); {
	case strings.HasSuffix(path, "/models"):
		writeJSON(w, http.StatusOK, object{"object": "list", "data": []object{{"id": "scripted", "object": "model"}}, "models": []object{}})
	case strings.HasSuffix(path, "count_tokens"), strings.HasSuffix(path, ":countTokens"):
		writeJSON(w, http.StatusOK, object{"input_tokens": 100, "totalTokens": 100})
	case speak == nil || r.Method != http.MethodPost:
		writeJSON(w, http.StatusNotFound, object{"error": object{"message": "not found", "type": "not_found_error"}})
	default:
		s.turn(w, r, speak, instance, path)
	}
}

// turn answers one turn of a conversation.
func (s *Server) turn(w http.ResponseWriter, r *http.Request, speak dialect, instance, path string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err == nil {
		var c conversation
		if c, err = speak.parse(body); err == nil {
			s.answer(w, r, speak, call{instance: instance, path: path, talk: c})
			return
		}
	}
	writeJSON(w, http.StatusBadRequest, object{"error": object{"message": err.Error(), "type": "invalid_request_error"}})
}

// route cuts a path into the instance and what the API calls itself.
func route(path string) (instance, rest string) {
	after, ok := strings.CutPrefix(path, "/agent/")
	if !ok {
		return "", path
	}
	instance, rest, _ = strings.Cut(after, "/")
	return instance, "/" + rest
}
