//go:build linux || darwin

package realcli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

func TestPinsAreExactAndNameNoHost(t *testing.T) {
	exact := regexp.MustCompile(`^\{"private":true,"dependencies":\{"[^"]+":"\d+\.\d+\.\d+"\}\}\s*$`)
	host := regexp.MustCompile(`"resolved"|://`)
	digests := map[string]string{}
	for _, name := range []string{Codex, Claude, OpenCode, Gemini} {
		p, err := pinOf(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.files["package.json"]; !exact.Match(got) {
			t.Errorf("%s: package.json pins no exact version: %s", name, got)
		}
		if got := host.Find(p.files["package-lock.json"]); got != nil {
			t.Errorf("%s: the lock names where packages come from (%q): run npm with --omit-lockfile-registry-resolved", name, got)
		}
		if other := digests[p.digest()]; other != "" {
			t.Errorf("%s and %s share a folder", name, other)
		}
		digests[p.digest()] = name
	}
	if _, err := pinOf("nano"); err == nil {
		t.Error("a program without pins has some")
	}
}

func TestCacheFolder(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/c")
	t.Setenv("HOME", "/h")
	own, err := cacheFolder("1")
	if err != nil || filepath.Base(own) != "realcli" {
		t.Errorf("the user's own: %q, %v", own, err)
	}
	if got, err := cacheFolder("/somewhere"); err != nil || got != "/somewhere" {
		t.Errorf("a folder: %q, %v", got, err)
	}
	if got, err := cacheFolder("relative"); err == nil {
		t.Errorf("a relative folder is taken: %q", got)
	}
}

func TestInstalledProgramIsUsed(t *testing.T) {
	cache := t.TempDir()
	p, err := pinOf(Codex)
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(cache, "codex-"+p.digest(), "node_modules", ".bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "codex"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	// A context that has ended shows that nothing is waited for or run.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := install(ctx, cache, Codex); err != nil || got != bin {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := install(ctx, cache, Claude); err == nil {
		t.Errorf("a program that is not there was installed in no time: %q", got)
	}
}

func TestLockIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.lock")
	unlock, err := lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	if _, err := lock(short, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a lock that is held: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
