package webhook

import (
	"net/http"
	"strings"

	"pawl/hooks/signature"
)

// signatures are the headers in which a forge signs the body with HMAC-SHA256.
// GitHub, and pawl itself, put "sha256=" before the digits; Gitea and Forgejo do
// not, and send the headers of those whom they follow as well.
var signatures = []string{"X-Hub-Signature-256", "X-Forgejo-Signature", "X-Gitea-Signature", "X-Pawl-Signature"}

// claims says whether a request has anything by which genuine could tell: if not,
// its body need not be read.
func claims(header http.Header) bool {
	for _, name := range append([]string{"X-Gitlab-Token", "Authorization"}, signatures...) {
		if header.Get(name) != "" {
			return true
		}
	}
	return false
}

// genuine says whether a request proves that its sender knows the secret, in one
// of the ways of the forges: a signature, GitLab's token, or a bearer token
// (RFC 6750).
func genuine(secret string, header http.Header, body []byte) bool {
	for _, name := range signatures {
		if claimed := header.Get(name); claimed != "" && signature.Matches(secret, body, claimed) {
			return true
		}
	}
	if token := header.Get("X-Gitlab-Token"); token != "" && signature.Same(secret, token) {
		return true
	}
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "bearer") && signature.Same(secret, strings.TrimSpace(token))
}

// subject is what a request is about.
type subject int

const (
	push  subject = iota // a push, or a plain request
	ping                 // a forge tries the address
	other                // an event that moves no branch
)

// about says what a request is about, by the header in which each forge names its
// event. GitHub: docs, "Webhook events and payloads". Gitea and Forgejo: as
// GitHub, and under their own names. GitLab: docs, "Webhook events" and "System
// hooks", whose pushes come under the hook's name.
func about(header http.Header) subject {
	for _, name := range []string{"X-Forgejo-Event", "X-Gitea-Event", "X-Github-Event"} {
		switch header.Get(name) {
		case "":
		case "push":
			return push
		case "ping":
			return ping
		default:
			return other
		}
	}
	switch header.Get("X-Gitlab-Event") {
	case "", "Push Hook", "System Hook":
		return push
	}
	return other
}
