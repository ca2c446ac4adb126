//go:build linux || darwin

package ssh

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pawl/loop/launcher"
)

// session is a session that runs a script on the host.
func (h *host) session(script string, env ...string) launcher.Spec {
	spec := launcher.Spec{
		Ref:   launcher.Ref{Session: "acme-builder", Generation: "g" + rand.Text()},
		Agent: "builder", Owner: "o", Phase: "core", Argv: []string{"sh", "-c", script}, Dir: h.dir, Log: "/nowhere/builder.log",
	}
	spec.Env = append([]string{"PATH=/here", "SECRET=of this host", "PAWL_CONFIG=/here/pawl.yaml", "PAWL_GENERATION=" + spec.Generation}, env...)
	spec.Own = []string{"PAWL_CONFIG", "PAWL_GENERATION", "PAWL_PROMPT_FILE", "GREETING"}
	return spec
}

func TestWhatTravels(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	o := h.options(t)
	l := h.open(t, o)
	spec := h.session("", "GREETING=hello 'you'")
	prompt := filepath.Join(o.Prompts, "builder-"+spec.Generation+".md")
	spec.Env, spec.Prompt = append(spec.Env, "PAWL_PROMPT_FILE="+prompt), "do your work\nwell"
	spec.Argv = []string{"sh", "-c", `env >"$1.env"; cat "$PAWL_PROMPT_FILE" >"$1.prompt"; echo "$2" >"$1.arg"; read line; echo "$line" >"$1.told"; echo printed; exec sleep 1000`, "sh", h.file("seen"), "read " + prompt}
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	h.until("its prompt", func() bool { return isThere(h.file("seen.arg")) })
	env := strings.Split(h.read("seen.env"), "\n")
	for _, want := range []string{"GREETING=hello 'you'", "PAWL_GENERATION=" + spec.Generation, "FROM_PROFILE=yes", "HOME=" + h.file("home")} {
		if !slices.Contains(env, want) {
			t.Errorf("%q is not in its environment %q", want, env)
		}
	}
	for _, kv := range env {
		if name, value, _ := strings.Cut(kv, "="); name == "SECRET" || name == "PAWL_CONFIG" || strings.HasPrefix(name, "SSH_") || name == "PATH" && strings.HasPrefix(value, "/here") {
			t.Errorf("%q does not belong there", kv)
		}
	}
	there := filepath.Join(h.folder(o), "prompts", filepath.Base(prompt))
	if got := h.read("seen.prompt"); got != spec.Prompt {
		t.Errorf("its prompt is %q", got)
	}
	if got := h.read("seen.arg"); got != "read "+there+"\n" {
		t.Errorf("it was told of its prompt %q", got)
	}
	if info, err := os.Stat(there); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its prompt: %v, %v; want a file of mode 0600", info, err)
	}
	if err := l.Send(testContext(t), spec.Ref, launcher.Message{ID: "w1", Text: "w1 read " + prompt}); err != nil {
		t.Fatal(err)
	}
	h.until("its message", func() bool { return isThere(h.file("seen.told")) && h.read("seen.told") != "" })
	if got := h.read("seen.told"); got != "w1 read "+there+"\n" {
		t.Errorf("it was told %q", got)
	}
	h.until("its log", func() bool {
		text, err := os.ReadFile(LogFile(h.folder(o), "builder"))
		return err == nil && strings.Contains(string(text), "printed")
	})
	h.endSession(l, spec)
	if isThere(there) {
		t.Error("the prompt of a session that was forgotten is still there")
	}
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// endSession stops a session and forgets it.
func (h *host) endSession(l *Launcher, spec launcher.Spec) {
	h.Helper()
	ctx := testContext(h)
	h.until("the session to end", func() bool {
		if err := l.Stop(ctx, spec.Ref, 0); err != nil {
			return strings.Contains(err.Error(), launcher.ErrGone.Error())
		}
		return false
	})
	h.until("the session to be forgotten", func() bool { return l.Forget(ctx, spec.Ref) == nil })
}

// TestRefusals: each says what is wrong, and what to do.
func TestRefusals(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	cases := []struct {
		name string
		set  func(*Options)
		want []string
	}{
		{"another host's key", func(o *Options) {
			h.write("other_hosts", strings.Replace(h.read("known_hosts"), strings.Fields(h.read("host_key.pub"))[1], strings.Fields(h.read("other_key.pub"))[1], 1), 0o600)
			o.Settings["UserKnownHostsFile"] = h.file("other_hosts")
		}, []string{"Host key verification failed", "run ssh 127.0.0.1 once"}},
		{"an unknown host", func(o *Options) { o.Settings["UserKnownHostsFile"] = "/dev/null" }, []string{"Host key verification failed"}},
		{"a key that is not allowed", func(o *Options) { o.Settings["IdentityFile"] = h.file("other_key") }, []string{"Permission denied", "works without a question"}},
		{"nobody listens", func(o *Options) { o.Settings["Port"] = "1" }, []string{"Connection refused"}},
		{"no pawl there", func(o *Options) { o.Program = "/no/such/pawl" }, []string{"/no/such/pawl", "install pawl on 127.0.0.1", "launchers.build.program"}},
		{"an old pawl there", func(o *Options) {
			h.write("old", "#!/bin/sh\necho 'pawl: unknown command \"launcher\"' >&2\nexit 2\n", 0o700)
			o.Program = h.file("old")
		}, []string{"unknown command", "too old", "install pawl test there"}},
		{"a pawl of another protocol", func(o *Options) {
			h.write("new", "#!/bin/sh\nread hello\necho '{\"id\":1,\"result\":{\"protocol\":7,\"name\":\"pawl\"}}'\nread more\n", 0o700)
			o.Program = h.file("new")
		}, []string{"version 7"}},
		{"no tmux there", func(o *Options) {
			h.write("bare", "#!/bin/sh\nPATH=/nowhere\nexport PATH\nexec "+h.file("bin/pawl")+" \"$@\"\n", 0o700)
			o.Program = h.file("bare")
		}, []string{"install tmux"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := h.options(t)
			c.set(&o)
			seen, err := h.open(t, o).Observe(testContext(t))
			if err == nil {
				t.Fatalf("observed %v", seen)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
	t.Run("a folder that is not there", func(t *testing.T) {
		l := h.open(t, h.options(t))
		spec := h.session("exit")
		spec.Dir = "/no/such/folder"
		err := l.Start(testContext(t), spec)
		if err == nil || !strings.Contains(err.Error(), "/no/such/folder") || !strings.Contains(err.Error(), "clone origin there") {
			t.Errorf("Start: %v", err)
		}
	})
	if l, err := New("build", Options{Host: "-oProxyCommand=id"}); err == nil {
		t.Errorf("%v was made for a host that is an option", l)
	}
}
