package mirror

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParsePushes(t *testing.T) {
	zero, one := strings.Repeat("0", 40), strings.Repeat("1", 64)
	got, err := ParsePushes(strings.NewReader("refs/heads/a " + one + " refs/heads/b " + zero + "\n(delete) " + zero + " refs/heads/c " + one + "\n\n"))
	want := []Push{{"refs/heads/a", one, "refs/heads/b", ""}, {"(delete)", "", "refs/heads/c", one}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("the pushes are %+v, %v", got, err)
	}
	for _, bad := range []string{"a b c d", "a " + one + " b", one} {
		if got, err := ParsePushes(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is %+v", bad, got)
		}
	}
}

func FuzzParsePushes(f *testing.F) {
	f.Add("refs/heads/a " + strings.Repeat("1", 40) + " refs/heads/b " + strings.Repeat("0", 40))
	f.Fuzz(func(t *testing.T, text string) {
		pushes, err := ParsePushes(strings.NewReader(text))
		for _, p := range pushes {
			if err != nil || p.RemoteRef == "" || p.Local != "" && !isObjectName(p.Local) {
				t.Fatalf("%q is %+v, %v", text, p, err)
			}
		}
	})
}

func TestMessagesAreCleaned(t *testing.T) {
	text := "claim(a): b\n# a comment\n\nGate: a\n# ------------------------ >8 ------------------------\ndiff --git\n"
	for name, c := range map[string]struct {
		clean Cleanup
		want  string
	}{
		"comments go":      {Cleanup{Strip: true}, "claim(a): b\n\nGate: a\n"},
		"comments stay":    {Cleanup{}, "claim(a): b\n# a comment\n\nGate: a\n"},
		"another comment":  {Cleanup{Comment: ";", Strip: true}, text},
		"a longer comment": {Cleanup{Comment: "# a", Strip: true}, strings.Replace(text, "# a comment\n", "", 1)},
	} {
		if got := c.clean.Clean(text); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
	r := newRepo(t)
	h := historyOf(t, r)
	if c, err := h.MessageCleanup(t.Context(), true); err != nil || c != (Cleanup{Strip: true}) {
		t.Errorf("by default it is %+v, %v", c, err)
	}
	if c, err := h.MessageCleanup(t.Context(), false); err != nil || c.Strip {
		t.Errorf("without an editor it is %+v, %v", c, err)
	}
	r.git("config", "core.commentChar", ";")
	r.git("config", "commit.cleanup", "strip")
	if c, err := h.MessageCleanup(t.Context(), false); err != nil || c != (Cleanup{";", true}) {
		t.Errorf("as configured it is %+v, %v", c, err)
	}
}

func TestFresh(t *testing.T) {
	r := newRepo(t, "--bare")
	clone := repo{t, filepath.Join(filepath.Dir(r.dir), "clone")}
	r.in("", "clone", "-q", r.dir, clone.dir)
	a := clone.commit("a", nil)
	clone.git("push", "-q", "origin", "HEAD:main")
	b := clone.commit("b", nil)
	clone.git("push", "-q", "origin", "HEAD:feature")
	c := clone.commit("c", nil)
	h := historyOf(t, clone)
	for name, x := range map[string]struct {
		push   Push
		remote string
		want   []string
	}{
		"what no branch has":            {Push{Local: c, Remote: a}, "origin", []string{c}},
		"a new branch":                  {Push{Local: c}, "origin", []string{c}},
		"a remote of no name":           {Push{Local: c, Remote: a}, "", []string{b, c}},
		"a remote that is ahead":        {Push{Local: c, Remote: strings.Repeat("1", 40)}, "", []string{a, b, c}},
		"nothing":                       {Push{Local: b}, "origin", nil},
		"a name that is a pattern, too": {Push{Local: c}, "orig*", []string{c}},
	} {
		if got, _, err := h.Fresh(t.Context(), x.push, x.remote, 10); err != nil || !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, not %v (%v)", name, got, x.want, err)
		}
	}
}

// TestSigners verifies real signatures.
func TestSigners(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			t.Fatal("PAWL_TEST_ALL=1 wants every test to run, and there is no ssh-keygen")
		}
		t.Skip("ssh-keygen is not on PATH")
	}
	r := newRepo(t)
	home := filepath.Dir(r.dir)
	keygen := func(name string) string {
		file := filepath.Join(home, name)
		cmd := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
		key, err := os.ReadFile(file + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		return string(key)
	}
	known := keygen("lead")
	keygen("stranger")
	allowed := filepath.Join(home, "allowed signers")
	if err := os.WriteFile(allowed, []byte("lead@acme "+known), 0o600); err != nil {
		t.Fatal(err)
	}
	sign := func(key string) string {
		r.git("-c", "gpg.format=ssh", "-c", "user.signingKey="+filepath.Join(home, key), "commit", "-q", "-S", "--allow-empty", "-m", "by "+key)
		return r.git("rev-parse", "HEAD")
	}
	none, lead, stranger := r.commit("unsigned", nil), sign("lead"), sign("stranger")
	raw := r.git("cat-file", "commit", lead)
	forged, err := r.try(r.dir, strings.NewReader(strings.Replace(raw, "by lead", "by LEAD", 1)+"\n"), "hash-object", "-t", "commit", "-w", "--stdin")
	if err != nil {
		t.Fatal(err, forged)
	}
	h := historyOf(t, r)
	got, err := h.Signers(context.Background(), []string{none, lead, stranger, forged}, allowed)
	if err != nil {
		t.Fatal(err)
	}
	if got[lead] != (Signature{Principal: "lead@acme"}) {
		t.Errorf("the good one is %+v", got[lead])
	}
	for hash, why := range map[string]string{none: "it is not signed", stranger: "its signer is not among the allowed ones", forged: "its signature cannot be verified"} {
		if s := got[hash]; s.Principal != "" || s.Why != why {
			t.Errorf("%s: %+v, not %q", hash, s, why)
		}
	}
	if _, err := h.Signers(context.Background(), []string{lead}, filepath.Join(home, "nosuch")); err == nil {
		t.Error("a missing file of signers is no error")
	}
}
