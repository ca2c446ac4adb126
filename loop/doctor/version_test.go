package doctor

import "testing"

func TestVersionsAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"git version 2.39.5":                 "2.39.5",
		"git version 2.39.5 (Apple Git-154)": "2.39.5",
		"git version 2.46.0-rc1":             "2.46.0",
		"tmux 3.3a":                          "3.3a",
		"tmux 3.4":                           "3.4",
		"tmux next-3.7":                      "3.7",
		"tmux 3.3-rc":                        "3.3",
		"2.1.329 (Claude Code)":              "2.1.329",
		"codex-cli 0.169.0":                  "0.169.0",
		"recorded, Claude Code 2.1.329":      "2.1.329",
		"v1.18.33":                           "1.18.33",
		"":                                   "",
		"tmux master":                        "",
		"version 3":                          "",
		"99999999.1.2":                       "",
	} {
		v, ok := ParseVersion(text)
		if ok != (want != "") || ok && v.String() != want {
			t.Errorf("%q reads %v (%v), want %q", text, v, ok, want)
		}
	}
}

func TestVersionsAreOrdered(t *testing.T) {
	rising := []string{"tmux 2.9", "tmux 3.0", "tmux 3.0a", "tmux 3.1", "tmux 3.1.1", "tmux 3.10", "tmux 4.0"}
	for i := 1; i < len(rising); i++ {
		a, _ := ParseVersion(rising[i-1])
		b, _ := ParseVersion(rising[i])
		if a.Compare(b) >= 0 || b.Compare(a) <= 0 || a.Compare(a) != 0 {
			t.Errorf("%v must be before %v", a, b)
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("git version 2.39.5")
	f.Add("tmux 3.3a")
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := ParseVersion(text)
		if !ok {
			return
		}
		again, ok := ParseVersion(v.String())
		if !ok || again != v {
			t.Errorf("%q reads %+v, which prints %q and reads %+v", text, v, v, again)
		}
	})
}

func TestSamePlace(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://h/a/b", "https://h/a/b.git", true},
		{"https://user:pw@H/a/b/", "git@h:a/b.git", true},
		{"ssh://git@h:2222/a/b", "https://h/a/b", true},
		{"h:a/b", "h:/a/b", true},
		{"https://h/a/b", "https://h/a/c", false},
		{"https://h/a/b", "https://g/a/b", false},
		{"/a/b", "/a/b", false}, // paths are the caller's to compare
		{"file:///a/b", "h:a/b", false},
	} {
		if got := SamePlace(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestPlaceOnThisMachine(t *testing.T) {
	for raw, want := range map[string]string{
		"/a/b/": "/a/b", "file:///a%20b/c": "/a b/c", "../x": "../x", "./a:b": "a:b", "/a:b": "/a:b",
	} {
		if host, dir := Place(raw); host != "" || dir != want {
			t.Errorf("%q is %q on %q, want %q here", raw, dir, host, want)
		}
	}
}

func FuzzPlace(f *testing.F) {
	for _, raw := range []string{"https://u@h:1/a", "git@h:a/b.git", "file:///x", "[::1]:x", "ssh://[::1]/x", ""} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		host, dir := Place(raw)
		if host != "" && (SamePlace(raw, raw) != true || dir != "" && dir[0] == '/') {
			t.Errorf("%q is %q on %q, and not itself", raw, dir, host)
		}
	})
}
