package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// settleLimit bounds how long a caller may have a tick wait.
const settleLimit = 30 * time.Second

// Serve answers on the socket at path until ctx ends, then waits for the
// requests under way. The caller holds the coordinator's lock, so that a
// socket left by a killed one can be replaced.
func Serve(ctx context.Context, path string, b Backend) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("control socket: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	// The path may be another coordinator's by the time that this one ends.
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(fmt.Errorf("control socket: %w", err), l.Close())
	}
	srv := &http.Server{Handler: handler(b), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("control socket: %w", err)
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err = srv.Shutdown(shutdown)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func handler(b Backend) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/health", func(w http.ResponseWriter, _ *http.Request) { reply(w, b.Health()) })
	mux.HandleFunc("POST /v1/poke", func(w http.ResponseWriter, _ *http.Request) {
		b.Poke()
		reply(w, struct{}{})
	})
	mux.HandleFunc("POST /v1/stop", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, struct{}{})
		b.Stop()
	})
	mux.HandleFunc("POST /v1/tick", func(w http.ResponseWriter, r *http.Request) {
		settle, err := time.ParseDuration(r.URL.Query().Get("settle"))
		if err != nil || settle < 0 || settle > settleLimit {
			http.Error(w, fmt.Sprintf("settle=%q is no duration up to %s", r.URL.Query().Get("settle"), settleLimit), http.StatusBadRequest)
			return
		}
		rep, err := b.Tick(r.Context(), Order{Settle: settle, Local: r.URL.Query().Has("local")})
		if errors.Is(err, ErrNotRunning) {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		reply(w, rep)
	})
	return mux
}

func reply(w http.ResponseWriter, v any) {
	doc, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A caller that went away is no fault of the coordinator's.
	if _, err := w.Write(doc); err != nil {
		return
	}
}
