//go:build linux || darwin

package realcli

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter/realcli/model"
)

// TestEachProgramObeysItsPrompt starts every program with a prompt: its home is
// right when it asks nothing, calls the model, and runs what that wants.
func TestEachProgramObeysItsPrompt(t *testing.T) {
	for _, name := range []string{Codex, Claude, OpenCode, Gemini} {
		t.Run(name, func(t *testing.T) {
			Install(t, name)
			t.Parallel()
			server, repo := startModel(t), repository(t)
			env, args := Home(t, name, repo, server.BaseURL("worker"), Unattended)
			const prompt = "[[run: git tag obeyed]] [[say: tagged it]] take this task"
			p := openPane(t, repo, env, append(append([]string{name}, args...), Prompt(name, prompt)...))
			p.until(name+" has run the command and said so", 90*time.Second, func(l look) bool {
				return git(t, repo, "tag") == "obeyed" && strings.Contains(strings.Join(l.rows, "\n"), "tagged it")
			})
			if got := server.Received(); len(got) != 1 || got[0].Text != prompt || got[0].Instance != "worker" {
				t.Errorf("the model was told %+v, not the prompt alone", got)
			}
		})
	}
}

// startModel starts a scripted model that ends with the test.
func startModel(t *testing.T) *model.Server {
	t.Helper()
	server, err := model.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// repository is a folder that the programs take for a project.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	git(t, dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--allow-empty", "-m", "first")
	return dir
}

// git runs git in a folder and returns what it says.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v: %s", args[0], err, out)
	}
	return strings.TrimSpace(string(out))
}
