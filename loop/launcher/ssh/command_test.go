package ssh

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pawl/internal/need"

	"github.com/kballard/go-shellquote"
)

// oddWords are what a path or a text may hold that a shell takes for its own.
var oddWords = []string{
	"plain", "two words", "", "it's", `back\slash`, `end\`, `\'`, `\\'`, `''`, `"$HOME"`, "`id`", "*", "~", "!x", "-n", "a;b&c|d", "new\nline", "é", "%s", "{a,b}", "(x)", "#",
}

func TestEveryLoginShellReadsTheSameWords(t *testing.T) {
	for _, shell := range []string{"sh", "bash", "zsh", "fish", "dash"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			path := need.Program(t, shell)
			home := t.TempDir()
			for _, profile := range []string{".profile", ".zprofile"} { // what a person's profile says is in nobody's way
				if err := os.WriteFile(home+"/"+profile, []byte("echo welcome\nFROM_PROFILE=yes; export FROM_PROFILE\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			script := `printf '%s|' "$@"; printf '%s' "$FROM_PROFILE"`
			cmd := exec.Command(path, "-c", command(append([]string{"sh", "-c", script, "sh"}, oddWords...)))
			cmd.Env = []string{"HOME=" + home, "SHELL=" + path, "PATH=" + os.Getenv("PATH")}
			var complaint strings.Builder
			cmd.Stderr = &complaint
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, complaint.String())
			}
			words, read := strings.Join(oddWords, "|")+"|", "yes"
			if shell == "fish" {
				read = "" // its profile is another file
			}
			if string(out) != words+read {
				t.Errorf("%s read\n%q, want\n%q", shell, out, words+read)
			}
		})
	}
}

func FuzzQuoteIsOneWord(f *testing.F) {
	for _, w := range oddWords {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if words, err := shellquote.Split(quote(word)); err != nil || len(words) != 1 || words[0] != word {
			t.Errorf("%q is quoted as %s, and that is %q, %v", word, quote(word), words, err)
		}
	})
}

func TestTheCommandLineOfSSH(t *testing.T) {
	o := Options{Host: "me@build", Socket: "pawl", ID: "id", Settings: map[string]string{"Port": "2222", "serveraliveinterval": "1"}}
	argv := o.serve()
	for _, want := range []string{"BatchMode=yes", "RequestTTY=no", "Port=2222", "serveraliveinterval=1", "ConnectTimeout=10"} {
		if !slices.Contains(argv, want) {
			t.Errorf("%q is missing in %q", want, argv)
		}
	}
	if slices.Contains(argv, "ServerAliveInterval=5") {
		t.Errorf("two intervals in %q: ssh takes the first", argv)
	}
	if n := len(argv); argv[n-3] != "--" || argv[n-2] != "me@build" {
		t.Errorf("the host does not follow -- in %q", argv)
	}
	if strings.Contains(strings.Join(append(argv, o.visit([]string{"x"})...), " "), "StrictHostKeyChecking") {
		t.Error("whether a host's key is checked is for ssh_config to say")
	}
}

func TestCheck(t *testing.T) {
	cases := []struct{ host, name, value, want string }{
		{"build", "", "", ""},
		{"me@build.example.com", "Port", "2222", ""},
		{"2001:db8::1", "IdentityFile", `"/a b/key"`, ""},
		{"", "", "", "no host"},
		{"-oProxyCommand=id", "", "", `host "-oProxyCommand=id" is none`},
		{"a b", "", "", `host "a b" is none`},
		{"a$b", "", "", "is none"},
		{"build", "Port 22", "", `"Port 22" is no option`},
		{"build", "-o", "x", `"-o" is no option`},
		{"build", "Port", "22\nProxyCommand id", "control characters"},
		{"build", "batchmode", "no", "is pawl's own to set"},
		{"build", "ControlPath", "/x", "is pawl's own to set"},
	}
	for _, c := range cases {
		settings := map[string]string{}
		if c.name != "" {
			settings[c.name] = c.value
		}
		err := Check(c.host, settings)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("host %q, %s=%q: %v, want %q", c.host, c.name, c.value, err, c.want)
		}
	}
}
