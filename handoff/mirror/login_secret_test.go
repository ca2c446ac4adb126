package mirror

import (
	"bytes"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestLogin(t *testing.T) {
	user := func(at, name string) setting { return setting{"credential." + at + ".username", name} }
	helper := func(at string) []setting {
		return []setting{{"credential." + at + ".helper", ""}, {"credential." + at + ".helper", passwordHelper}}
	}
	for _, c := range []struct {
		raw, plain string
		settings   []setting
		secret     string
	}{
		{"https://git.test/a.git", "https://git.test/a.git", nil, ""},
		{"/srv/a:b@c.git", "/srv/a:b@c.git", nil, ""},
		{"git@host:a.git", "git@host:a.git", nil, ""},
		{"ssh://git@host/a.git", "ssh://git@host/a.git", nil, ""},
		{"https://git.test/a@b.git", "https://git.test/a@b.git", nil, ""},
		{"https://tok@git.test/a.git", "https://git.test/a.git", []setting{user("https://git.test", "tok")}, ""},
		{"https://u:tok@git.test:8443/a.git", "https://git.test:8443/a.git", append([]setting{user("https://git.test:8443", "u")}, helper("https://git.test:8443")...), "tok"},
		{"HTTP://u:a%40b%3Ac%25@git.test", "HTTP://git.test", append([]setting{user("HTTP://git.test", "u")}, helper("HTTP://git.test")...), "a@b:c%"},
		{"https://u:p@ss:w@git.test/x", "https://git.test/x", append([]setting{user("https://git.test", "u")}, helper("https://git.test")...), "p@ss:w"},
		{"https://:tok@git.test/x", "https://git.test/x", helper("https://git.test"), "tok"},
		{"https://u:@git.test/x", "https://git.test/x", append([]setting{user("https://git.test", "u")}, helper("https://git.test")...), ""},
		{"https://u:a%0ab@git.test/x", "https://u:a%0ab@git.test/x", nil, ""},
		{"https://u:%zz@git.test/x", "https://u:%zz@git.test/x", nil, ""},
	} {
		plain, settings, secret := login(c.raw)
		if plain != c.plain || !reflect.DeepEqual(settings, c.settings) {
			t.Errorf("%s: %s %v, want %s %v", c.raw, plain, settings, c.plain, c.settings)
		}
		if has := strings.Join(secret, ""); c.secret != "" && has != passwordVar+"="+c.secret {
			t.Errorf("%s: the password is %q, want %q", c.raw, has, c.secret)
		}
	}
}

// commandLines are those of all processes of this machine that text is in.
func commandLines(t *testing.T, text string) (found []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(text)) { // one that ended has none
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// A server that asks for the credentials in origin's URL gets them, and looks
// meanwhile whether any process shows them to everybody.
func TestCredentialsAreInNoArgument(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("there is no /proc to look at")
	}
	r := newRepo(t)
	tip := r.commit("one", map[string]string{"a": "1"})
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	const secret = "c4n4ry-of-the-url"
	backend := &cgi.Handler{Path: git, Args: []string{"http-backend"}, Env: append(testEnv(t.TempDir()), "GIT_PROJECT_ROOT="+filepath.Dir(r.dir), "GIT_HTTP_EXPORT_ALL=1")}
	var mu sync.Mutex
	var asked, let int
	var shown []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		lines := commandLines(t, secret)
		name, password, ok := req.BasicAuth()
		mu.Lock()
		asked, shown = asked+1, append(shown, lines...)
		right := ok && name == "me" && password == secret
		if right {
			let++
		}
		mu.Unlock()
		if !right {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, req)
	}))
	defer server.Close()
	place := strings.TrimPrefix(server.URL, "http://") + "/origin%20repo"
	m := mirrorOf(t, "http://me:"+secret+"@"+place)
	l := look(t, m)
	if l.Tip != tip || l.URL != "http://***@"+place || let < 2 {
		t.Errorf("%+v, after %d of %d requests with the password", l, let, asked)
	}
	if len(shown) > 0 {
		t.Errorf("everybody could read %q", shown)
	}
	err = filepath.WalkDir(filepath.Dir(m.opt.Dir), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s has the password", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	wrong := mirrorOf(t, "http://me:not-"+secret+"@"+place)
	if _, err := wrong.Look(t.Context()); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("with a wrong password: %v", err)
	}
}
