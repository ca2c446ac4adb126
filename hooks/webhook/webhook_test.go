package webhook

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/hooks/signature"
)

const secret = "It's a Secret to Everybody"

// heard is a handler for the branch main that counts its pokes.
type heard struct {
	Handler
	pokes int
}

func newHeard() *heard {
	h := &heard{}
	h.Handler = Handler{
		Secret: secret, Branch: func() string { return "main" }, Poke: func() { h.pokes++ },
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(0, 0) },
	}
	return h
}

func (h *heard) post(header map[string]string, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/any/path", strings.NewReader(body))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func payload(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Behind a proxy, a stranger and the forge come from one address.
func TestStrangersTakeNothingFromTheForge(t *testing.T) {
	h, body := newHeard(), payload(t, "github-push")
	codes := map[int]int{}
	for i := range 100 {
		header := map[string]string{}
		if i%2 == 0 {
			header["X-Hub-Signature-256"] = signature.Of("another", []byte(body))
		}
		codes[h.post(header, body).Code]++
	}
	if codes[401] != burstEach || codes[429] != 100-burstEach {
		t.Errorf("answers by code: %v", codes)
	}
	for range burstEach {
		if got := h.post(map[string]string{"X-Hub-Signature-256": signature.Of(secret, []byte(body))}, body); got.Code != 202 {
			t.Fatalf("a signed push is answered %d", got.Code)
		}
	}
	if got := h.post(map[string]string{"X-Hub-Signature-256": signature.Of(secret, []byte(body))}, body); got.Code != 429 {
		t.Errorf("one too many is answered %d", got.Code)
	}
}

// The headers are those that the forges document; see about and signatures.
func TestPushesOfForges(t *testing.T) {
	github, gitlab, system, forgejo := payload(t, "github-push"), payload(t, "gitlab-push"), payload(t, "gitlab-system"), payload(t, "forgejo-push")
	bare := func(body string) string { return strings.TrimPrefix(signature.Of(secret, []byte(body)), "sha256=") }
	form := url.Values{"payload": {github}}.Encode()
	elsewhere := func(body string) string { return strings.Replace(body, "refs/heads/main", "refs/heads/other", 1) }
	formElsewhere := url.Values{"payload": {elsewhere(github)}}.Encode()
	for _, c := range []struct {
		name   string
		header map[string]string
		body   string
		code   int
		poke   bool
	}{
		{"GitHub", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": signature.Of(secret, []byte(github))}, github, 202, true},
		{"GitHub, as a form", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": signature.Of(secret, []byte(form)), "Content-Type": "application/x-www-form-urlencoded"}, form, 202, true},
		{"GitHub, another branch, as a form", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": signature.Of(secret, []byte(formElsewhere)), "Content-Type": "application/x-www-form-urlencoded"}, formElsewhere, 204, false},
		{"GitHub, another branch", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": signature.Of(secret, []byte(elsewhere(github)))}, elsewhere(github), 204, false},
		{"GitHub, a ping", map[string]string{"X-GitHub-Event": "ping", "X-Hub-Signature-256": signature.Of(secret, []byte(`{"zen":"…"}`))}, `{"zen":"…"}`, 200, false},
		{"GitHub, an unsigned ping", map[string]string{"X-GitHub-Event": "ping"}, `{"zen":"…"}`, 401, false},
		{"GitHub, an issue", map[string]string{"X-GitHub-Event": "issues", "X-Hub-Signature-256": signature.Of(secret, []byte("{}"))}, "{}", 204, false},
		{"GitHub, unsigned", map[string]string{"X-GitHub-Event": "push"}, github, 401, false},
		{"GitHub, signed by another", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": signature.Of("x", []byte(github))}, github, 401, false},
		{"GitHub, with SHA-1 alone", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature": "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6"}, github, 401, false},
		{"GitHub, changed on the way", map[string]string{"X-GitHub-Event": "push", "X-Hub-Signature-256": signature.Of(secret, []byte(github))}, github + " ", 401, false},
		{"GitLab", map[string]string{"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": secret}, gitlab, 202, true},
		{"GitLab, another branch", map[string]string{"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": secret}, elsewhere(gitlab), 204, false},
		{"GitLab, a tag", map[string]string{"X-Gitlab-Event": "Tag Push Hook", "X-Gitlab-Token": secret}, gitlab, 204, false},
		{"GitLab, of the whole system", map[string]string{"X-Gitlab-Event": "System Hook", "X-Gitlab-Token": secret}, system, 202, true},
		{"GitLab, another token", map[string]string{"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": secret + "x"}, gitlab, 401, false},
		{"GitLab, no token", map[string]string{"X-Gitlab-Event": "Push Hook"}, gitlab, 401, false},
		{"Forgejo", map[string]string{"X-Forgejo-Event": "push", "X-Gitea-Event": "push", "X-GitHub-Event": "push", "X-Forgejo-Signature": bare(forgejo), "X-Gitea-Signature": bare(forgejo)}, forgejo, 202, true},
		{"Gitea", map[string]string{"X-Gitea-Event": "push", "X-Gitea-Signature": bare(forgejo)}, forgejo, 202, true},
		{"Gitea, a branch is made", map[string]string{"X-Gitea-Event": "create", "X-Gitea-Signature": bare(forgejo)}, forgejo, 204, false},
		{"Gitea, signed by another", map[string]string{"X-Gitea-Event": "push", "X-Gitea-Signature": bare("x")}, forgejo, 401, false},
		{"a bearer token", map[string]string{"Authorization": "Bearer " + secret}, "", 202, true},
		{"a bearer token, in small letters", map[string]string{"Authorization": "bearer " + secret}, "anything", 202, true},
		{"another scheme", map[string]string{"Authorization": "Basic " + secret}, "", 401, false},
		{"pawl's own signature", map[string]string{"X-Pawl-Signature": signature.Of(secret, nil)}, "", 202, true},
		{"a plain request about another branch", map[string]string{"Authorization": "Bearer " + secret}, `{"ref":"other"}`, 204, false},
		{"a plain request about the branch", map[string]string{"Authorization": "Bearer " + secret}, `{"ref":"main"}`, 202, true},
		{"a tag of the branch's name", map[string]string{"Authorization": "Bearer " + secret}, `{"ref":"refs/tags/main"}`, 204, false},
		{"a ref that is none", map[string]string{"Authorization": "Bearer " + secret}, `{"ref":["refs/heads/other"]}`, 202, true},
		{"an empty signature", map[string]string{"X-Pawl-Signature": ""}, "", 401, false},
		{"nothing", nil, "", 401, false},
	} {
		h := newHeard()
		if got := h.post(c.header, c.body); got.Code != c.code || (h.pokes == 1) != c.poke {
			t.Errorf("%s: %d with %d pokes, want %d: %s", c.name, got.Code, h.pokes, c.code, got.Body)
		}
	}
}

func TestWhatIsNotHeard(t *testing.T) {
	h := newHeard()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodOptions} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost || w.Body.Len() == 0 {
			t.Errorf("%s: %d %q", method, w.Code, w.Body)
		}
	}
	if w := h.post(map[string]string{"Authorization": "Bearer " + secret}, strings.Repeat(" ", maxBody)); w.Code != http.StatusAccepted {
		t.Errorf("the largest body: %d", w.Code)
	}
	if w := h.post(map[string]string{"Authorization": "Bearer " + secret}, strings.Repeat(" ", maxBody+1)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a larger one: %d", w.Code)
	}
	if h.pokes != 1 {
		t.Errorf("%d pokes", h.pokes)
	}
}

func TestWithoutASecretEverybodyIsHeard(t *testing.T) {
	h := newHeard()
	h.Secret = ""
	if w := h.post(nil, ""); w.Code != http.StatusAccepted || h.pokes != 1 {
		t.Errorf("%d with %d pokes", w.Code, h.pokes)
	}
	h.Branch = func() string { return "" }
	if w := h.post(nil, `{"ref":"refs/heads/other"}`); w.Code != http.StatusAccepted || h.pokes != 2 {
		t.Errorf("while the branch is not known: %d with %d pokes", w.Code, h.pokes)
	}
}

// Nobody who does not know the secret has origin looked at.
func FuzzHandler(f *testing.F) {
	f.Add("X-Hub-Signature-256", signature.Of(secret, []byte("{}")), "X-GitHub-Event", "push", "{}")
	f.Add("X-Gitlab-Token", secret, "Content-Type", "application/x-www-form-urlencoded", "payload=%7B%7D")
	f.Add("Authorization", "Bearer "+secret, "Content-Type", "; ;", `{"ref":"refs/heads/other"}`)
	f.Add("X-Gitea-Signature", "sha256=00", "X-Gitea-Event", "ping", strings.Repeat("[", 10000))
	f.Fuzz(func(t *testing.T, name, value, name2, value2, body string) {
		h := newHeard()
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
		r.Header[http.CanonicalHeaderKey(name2)] = []string{value2}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		knows := false
		for _, text := range []string{value, value2} {
			text = strings.ToLower(text)
			knows = knows || strings.Contains(text, strings.ToLower(secret)) || strings.Contains(text, strings.TrimPrefix(signature.Of(secret, []byte(body)), "sha256="))
		}
		switch {
		case h.pokes > 0 && (!knows || w.Code != http.StatusAccepted):
			t.Errorf("a poke, and the answer is %d", w.Code)
		case h.pokes == 0 && w.Code != 200 && w.Code != 204 && w.Code != 401 && w.Code != 413:
			t.Errorf("the answer is %d", w.Code)
		case !knows && w.Code != 401 && w.Code != 413:
			t.Errorf("a stranger gets %d", w.Code)
		}
	})
}
