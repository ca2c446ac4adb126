package realcli

import (
	"fmt"
	"testing"
)

// codexHome: the provider and the trust in the folder are taken from the file
// only. Without --no-daemon a background server outlives the session.
func codexHome(t testing.TB, home, repo, baseURL string, mode Mode) (env, args []string) {
	t.Helper()
	write(t, fmt.Sprintf(`model = "scripted"
model_provider = "loop"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[model_providers.loop]
name = "loop"
base_url = %q
wire_api = "responses"
env_key = "LOOP_KEY"
[projects.%q]
trust_level = "trusted"
`, baseURL+"/v1", repo), home, ".codex", "config.toml")
	args = []string{"--no-daemon"}
	if mode == Asking {
		args = append(args, "-a", "on-request", "-s", "workspace-write")
	} else {
		args = append(args, "--dangerously-bypass-approvals-and-sandbox")
	}
	return []string{"LOOP_KEY=" + key}, args
}

// claudeHome: the last 20 characters of the key are how its approval is kept.
// Root may not skip permissions, so the shell is allowed by name.
func claudeHome(t testing.TB, home, repo, baseURL string, mode Mode) (env, args []string) {
	t.Helper()
	writeJSON(t, object{
		"hasCompletedOnboarding": true, "theme": "dark", "autoUpdates": false,
		"customApiKeyResponses": object{"approved": []string{key[len(key)-20:]}, "rejected": []string{}},
		"projects":              object{repo: object{"hasTrustDialogAccepted": true}},
	}, home, ".claude.json")
	args = []string{"--permission-mode", "acceptEdits", "--allowedTools", "Bash"}
	if mode == Asking {
		args = []string{"--permission-mode", "manual"}
	}
	return []string{
		"ANTHROPIC_BASE_URL=" + baseURL, "ANTHROPIC_API_KEY=" + key, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
		"DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1", "DISABLE_ERROR_REPORTING=1",
	}, args
}

// openCodeHome: the provider is declared in the file, and nothing is fetched.
func openCodeHome(t testing.TB, home, baseURL string, mode Mode) (env, args []string) {
	t.Helper()
	model := object{"name": "scripted", "tool_call": true, "limit": object{"context": 200_000, "output": 8_000}}
	writeJSON(t, object{
		"autoupdate": false, "share": "disabled", "model": "loop/scripted", "small_model": "loop/scripted",
		"provider": object{"loop": object{
			"npm": "@ai-sdk/openai-compatible", "name": "loop",
			"options": object{"baseURL": baseURL + "/v1", "apiKey": key},
			"models":  object{"scripted": model},
		}},
	}, home, ".config", "opencode", "opencode.json")
	env = []string{
		"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1",
		"OPENCODE_DISABLE_DEFAULT_PLUGINS=1",
	}
	if mode == Asking {
		return append(env, `OPENCODE_CONFIG_CONTENT={"permission":{"bash":"ask"}}`), nil
	}
	return env, []string{"--auto"}
}

// geminiHome: without a model it asks another one which to use, and expects JSON.
func geminiHome(t testing.TB, home, baseURL string, mode Mode) (env, args []string) {
	t.Helper()
	writeJSON(t, object{
		"security":  object{"auth": object{"selectedType": "gemini-api-key"}},
		"general":   object{"enableAutoUpdate": false, "enableAutoUpdateNotification": false},
		"privacy":   object{"usageStatisticsEnabled": false},
		"telemetry": object{"enabled": false},
	}, home, ".gemini", "settings.json")
	args = []string{"-m", "gemini-2.5-pro", "--skip-trust"}
	if mode == Asking {
		args = append(args, "--approval-mode", "default")
	} else {
		args = append(args, "-y")
	}
	return []string{"GOOGLE_GEMINI_BASE_URL=" + baseURL, "GEMINI_API_KEY=" + key, "NO_BROWSER=1"}, args
}
