package mirror

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// setting is a value of git's configuration.
type setting struct{ key, value string }

// environment hands settings to git without an argument that every user of the
// machine could read (git-config, GIT_CONFIG_COUNT).
func environment(settings []setting) []string {
	if len(settings) == 0 {
		return nil
	}
	env := []string{fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings))}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s.key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s.value))
	}
	return env
}

// Login takes the credentials out of a URL of the web. git gets them from env
// instead: in its arguments, and in those of its helpers, everybody could read
// them for as long as it runs. A URL without any is returned as it is.
func Login(raw string) (plain string, env []string) {
	plain, settings, secret := login(raw)
	return plain, append(environment(settings), secret...)
}

// passwordVar has the password for the helper below.
const passwordVar = "PAWL_ORIGIN_PASSWORD"

// passwordHelper answers git as gitcredentials(7) has it. It stores nothing.
const passwordHelper = `!f() { if test "$1" = get; then printf 'password=%s\n' "$` + passwordVar + `"; fi; }; f`

var webLogin = regexp.MustCompile(`(?i)^(https?://)([^/?#]*)@([^/?#@]+)(.*)$`)

// login says what Login does: the settings, and the variable that one of them uses.
func login(raw string) (plain string, settings []setting, secret []string) {
	parts := webLogin.FindStringSubmatch(raw)
	if parts == nil {
		return raw, nil, nil
	}
	user, password, both := strings.Cut(parts[2], ":")
	user, err := url.PathUnescape(user)
	if err != nil || strings.ContainsAny(user, "\x00\n\r") {
		return raw, nil, nil // git refuses it
	}
	password, err = url.PathUnescape(password)
	if err != nil || strings.ContainsAny(password, "\x00\n\r") {
		return raw, nil, nil
	}
	of := "credential." + parts[1] + parts[3]
	if user != "" {
		settings = append(settings, setting{of + ".username", user})
	}
	if both {
		// The empty one forgets the user's helpers, which git would not ask either
		// where the URL has a password.
		settings = append(settings, setting{of + ".helper", ""}, setting{of + ".helper", passwordHelper})
		secret = []string{passwordVar + "=" + password}
	}
	return parts[1] + parts[3] + parts[4], settings, secret
}
