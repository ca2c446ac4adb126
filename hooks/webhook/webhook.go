// Package webhook hears from forges that somebody pushed. Nothing that it is told
// is believed: all that follows from it is that origin is looked at.
package webhook

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxBody bounds what is read of a request, in bytes.
const maxBody = 1 << 20

// Handler answers the requests of forges, on any path.
type Handler struct {
	Secret string        // shared with the forge; "": everybody is heard
	Branch func() string // the branch that is watched; "" where it is not known yet
	Poke   func()        // has origin looked at; it returns at once
	Log    *slog.Logger
	Now    func() time.Time

	// Who proves nothing uses up an allowance of his own: behind a proxy, forge and
	// strangers come from one address.
	heard, refused limits
}

// ServeHTTP answers 202 to a push that origin is looked at for, 204 to what is of
// no concern, 200 to a ping, and 401, 405, 413 and 429 to what is not heard.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "this is where a forge posts its push events", http.StatusMethodNotAllowed)
		return
	}
	if h.Secret != "" && !claims(r.Header) {
		h.refuse(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
	case h.Secret != "" && !genuine(h.Secret, r.Header, body):
		h.refuse(w, r)
	case !h.heard.allow(r.RemoteAddr, h.Now()):
		tooMany(w)
	default:
		h.hear(w, r.Header, body)
	}
}

// refuse answers whoever does not prove to know the secret.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request) {
	if !h.refused.allow(r.RemoteAddr, h.Now()) {
		tooMany(w)
		return
	}
	h.Log.Warn("a webhook's request is refused: its signature or token is missing or wrong", "from", address(r.RemoteAddr))
	http.Error(w, "the signature or token is missing or wrong", http.StatusUnauthorized)
}

func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, "too many requests", http.StatusTooManyRequests)
}

func (h *Handler) hear(w http.ResponseWriter, header http.Header, body []byte) {
	switch about(header) {
	case ping:
		if _, err := io.WriteString(w, "pong\n"); err != nil {
			h.Log.Debug("a ping was not answered", "error", err)
		}
		return
	case other:
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if ref, branch := refOf(header, body), h.Branch(); ref != "" && branch != "" && strings.TrimPrefix(ref, "refs/heads/") != branch {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Poke()
	w.WriteHeader(http.StatusAccepted)
}

// refOf is the ref that a push is about; "" where the body does not say. GitHub
// can send its JSON as a field of a form as well.
func refOf(header http.Header, body []byte) string {
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err == nil && kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return ""
		}
		body = []byte(form.Get("payload"))
	}
	var push struct {
		Ref string `json:"ref"`
	}
	if json.Unmarshal(body, &push) != nil {
		return ""
	}
	return push.Ref
}
