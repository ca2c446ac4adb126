package mirror

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A date that somebody made up holds up neither a first fetch nor a later one:
// with it git 2.39 writes a commit-graph with corrected dates for ever.
func TestDatesBeyondAllTime(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit("one", map[string]string{"a": "1"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	for i, date := range []string{"99999999999999 +9999", "18446744073709551615 +0000", "-1 -9999", "0 +0000", "x"} {
		text := fmt.Sprintf("tree %s\nparent %s\nauthor E <e@x> %s\ncommitter E <e@x> %s\n\nclaim(g%d): x\n", r.git("rev-parse", "HEAD^{tree}"), r.git("rev-parse", "HEAD"), date, date, i)
		hash, err := r.try(r.dir, strings.NewReader(text), "hash-object", "-t", "commit", "-w", "--stdin", "--literally")
		if err != nil {
			t.Fatal(hash, err)
		}
		r.git("reset", "-q", "--hard", hash)
	}
	tip := r.commit("after", nil)
	for name, m := range map[string]*Mirror{"the mirror that was there": m, "a new one": mirrorOf(t, r.dir)} {
		begin := time.Now()
		l := look(t, m)
		w, err := m.Window(t.Context(), Query{Tip: l.Tip, Lookback: 100})
		if err != nil || l.Tip != tip || len(w.Commits) != 7 {
			t.Errorf("%s: %+v, %d commits, %v", name, l, len(w.Commits), err)
		}
		if _, err := m.git.lines(t.Context(), localTimeout/4, nil, "--git-dir="+m.opt.Dir, "commit-graph", "write", "--reachable", "--no-progress"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begin); took > localTimeout/2 {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

// What an origin on this machine has in its configuration and its hooks is not
// run by whoever looks at it.
func TestAnOriginsOwnConfigurationRunsNothing(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	pwned := filepath.Join(t.TempDir(), "pwned")
	evil := "touch '" + pwned + "'; false"
	tip := r.commit("one", map[string]string{
		".gitattributes": "* filter=x diff=x\n", ".gitmodules": "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% " + pwned + "\n", "a": "1",
	})
	for _, key := range []string{"core.fsmonitor", "core.sshCommand", "core.pager", "core.gitProxy", "core.editor", "core.alternateRefsCommand",
		"uploadpack.packObjectsHook", "diff.external", "credential.helper", "gpg.program", "filter.x.smudge", "filter.x.clean", "filter.x.process"} {
		r.git("config", key, evil)
	}
	r.git("config", "core.hooksPath", "hooks")
	r.git("config", "url.ext::sh -c touch% "+pwned+".insteadOf", r.dir)
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-index-change", "update", "post-update", "pre-auto-gc"} {
		path := filepath.Join(r.dir, ".git", "hooks", hook)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+evil+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, url := range []string{r.dir, "file://" + strings.ReplaceAll(r.dir, " ", "%20"), "file://" + r.dir + "/.git/../.git"} {
		m := mirrorOf(t, url)
		if l := look(t, m); l.Tip != tip {
			t.Errorf("%s: %+v", url, l)
		}
		if _, err := m.Window(t.Context(), Query{Tip: tip, Lookback: 10}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if _, err := os.Stat(pwned); err == nil {
			t.Fatalf("%s: origin's configuration had a program run", url)
		}
	}
}

// What origin says of its refs is bounded, and turns nothing into an option.
func TestAnOriginThatLiesAboutItsRefs(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("one", map[string]string{"a": "1"})
	pwned := filepath.Join(t.TempDir(), "pwned")
	head := func(ref string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(r.dir, ".git", "HEAD"), []byte("ref: "+ref+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []string{"refs/heads/--upload-pack=touch${IFS}" + pwned, "refs/heads/../../../etc/passwd", "refs/heads/a\x1b[2J", "refs/tags/main", "/etc/passwd", "refs/heads/" + strings.Repeat("x/", 1500)} {
		head(ref)
		l, err := mirrorOf(t, r.dir).Look(t.Context())
		if l.Tip != "" || err != nil && strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("HEAD is %q: %+v, %v", ref, l, err)
		}
	}
	head("refs/heads/main")
	// A branch that is a folder, one that leads in a circle, and one that is no commit.
	for name, text := range map[string]string{"loop": "ref: refs/heads/loop\n", "text": "hello\n", "none": strings.Repeat("0", 40) + "\n"} {
		if err := os.WriteFile(filepath.Join(r.dir, ".git", "refs", "heads", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(r.dir, ".git", "refs", "heads", "folder", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, branch := range []string{"folder", "loop", "text", "none"} {
		l, err := mirrorOf(t, r.dir, func(o *Options) { o.Branch = branch }).Look(t.Context())
		if err == nil || l.Fetched {
			t.Errorf("branch %s: %+v, %v", branch, l, err)
		}
	}
	if l := look(t, mirrorOf(t, r.dir)); l.Tip != tip {
		t.Errorf("main beside them: %+v", l)
	}
}

// A server that never stops to list refs, or to be silent, is given up.
func TestAServerWithoutAnEnd(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer func() { ended <- struct{}{} }()
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		line := "001e# service=git-upload-pack\n0000"
		for i := 0; req.Context().Err() == nil; i++ {
			if _, err := w.Write([]byte(line)); err != nil {
				return
			}
			ref := fmt.Sprintf("%040x refs/heads/b%d\n", i+1, i)
			line = fmt.Sprintf("%04x%s", len(ref)+4, ref)
		}
	}))
	defer server.Close()
	begin := time.Now()
	m := mirrorOf(t, server.URL+"/x.git", func(o *Options) { o.Timeout = 500 * time.Millisecond })
	if l, err := m.Look(t.Context()); err == nil {
		t.Errorf("%+v", l)
	}
	<-ended // git was killed, and its connection is closed
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}
