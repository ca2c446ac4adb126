package realcli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Mode is what a program does before it runs a command.
type Mode string

// The modes.
const (
	Unattended Mode = "unattended" // it runs it
	Asking     Mode = "asking"     // it asks a person
)

// key is the API key of the programs that want one. It opens nothing.
const key = "dummy-key-for-loopback-0123456789"

// Home makes a clean home for one program, in which it works in the folder repo
// and calls the model at baseURL. It returns the program's whole environment,
// with the program itself on PATH, and the arguments that follow its name; a
// prompt goes after those, as Prompt says. All first questions are answered in
// advance: onboarding, trust in the folder, the key.
//
// End the program before the test ends: its home is removed then.
func Home(t testing.TB, name, repo, baseURL string, mode Mode) (env, args []string) {
	t.Helper()
	bin := Install(t, name)
	home := homeFolder(t)
	env = []string{
		"PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + home,
		"TERM=tmux-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "SHELL=/bin/bash",
	}
	var own []string
	switch name {
	case Codex:
		own, args = codexHome(t, home, repo, baseURL, mode)
	case Claude:
		own, args = claudeHome(t, home, repo, baseURL, mode)
	case OpenCode:
		own, args = openCodeHome(t, home, baseURL, mode)
	case Gemini:
		own, args = geminiHome(t, home, baseURL, mode)
	default:
		t.Fatalf("program %q has no home: use codex, claude, opencode or gemini", name)
	}
	return append(env, own...), args
}

// Prompt is the arguments that make a program begin with a prompt, after those
// of Home.
func Prompt(name, prompt string) []string {
	switch name {
	case OpenCode:
		return []string{"--prompt", prompt}
	case Gemini:
		return []string{"--prompt-interactive", prompt}
	}
	return []string{"--", prompt}
}

// homeFolder is a folder that is gone after the test, even if a program that was
// just ended still closes its files in it.
func homeFolder(t testing.TB) string {
	t.Helper()
	home, err := os.MkdirTemp("", "pawl-home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		deadline := time.Now().Add(10 * time.Second)
		err := os.RemoveAll(home)
		for err != nil && time.Now().Before(deadline) {
			time.Sleep(50 * time.Millisecond)
			err = os.RemoveAll(home)
		}
		if err != nil {
			t.Errorf("a program still writes into its home: %v", err)
		}
	})
	return home
}

// write puts a file into a home.
func write(t testing.TB, content string, path ...string) {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

type object = map[string]any

// writeJSON puts a JSON file into a home.
func writeJSON(t testing.TB, content object, path ...string) {
	t.Helper()
	data, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	write(t, string(data), path...)
}
