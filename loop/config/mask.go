package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"pawl/loop/doctor"
)

// masked stands for a secret.
const masked = "***"

// Masked returns a copy of c without secrets: values of variables and options
// whose names look like a secret's, arguments that follow such a name, and the
// credentials in URLs. References as ${NAME} stay, as they hold none.
func (c *Config) Masked() *Config {
	m := *c
	m.Origin.URL = doctor.Mask(c.Origin.URL)
	m.Agents = slices.Clone(c.Agents)
	for i := range m.Agents {
		a := &m.Agents[i]
		a.Env, a.Wrap = maskEnv(a.Env), maskArgv(a.Wrap)
	}
	m.Services = slices.Clone(c.Services)
	for i := range m.Services {
		s := &m.Services[i]
		s.Env, s.Command = maskEnv(s.Env), maskArgv(s.Command)
	}
	m.Launchers = maps.Clone(c.Launchers)
	for name, l := range m.Launchers {
		l.Options = maps.Clone(l.Options)
		for option, value := range l.Options {
			l.Options[option] = maskValue(option, value)
		}
		m.Launchers[name] = l
	}
	m.Adapters = maps.Clone(c.Adapters)
	for name, p := range m.Adapters {
		p.Command = maskArgv(p.Command)
		m.Adapters[name] = p
	}
	m.Notify = slices.Clone(c.Notify)
	for i := range m.Notify {
		n := &m.Notify[i]
		n.Run, n.URL = maskArgv(n.Run), doctor.Mask(n.URL)
	}
	return &m
}

func maskEnv(env []EnvVar) []EnvVar {
	env = slices.Clone(env)
	for i := range env {
		env[i].Value = maskValue(env[i].Name, env[i].Value)
	}
	return env
}

// maskValue hides what a variable holds beside references, if its name says
// that it is a secret, and otherwise the credentials of URLs in it.
func maskValue(name, value string) string {
	if !secretName(name) {
		return doctor.Mask(value)
	}
	var out strings.Builder
	rest := value
	for rest != "" {
		at := reference.FindStringIndex(rest)
		if at == nil {
			at = []int{len(rest), len(rest)}
		}
		if at[0] > 0 {
			out.WriteString(masked)
		}
		out.WriteString(rest[at[0]:at[1]])
		rest = rest[at[1]:]
	}
	return out.String()
}

// maskArgv hides what follows an option with a secret's name, in the same
// argument or as the next one. The program itself stays.
func maskArgv(argv []string) []string {
	argv = slices.Clone(argv)
	for i := 1; i < len(argv); i++ {
		name, value, assigned := strings.Cut(argv[i], "=")
		switch before := argv[i-1]; {
		case strings.HasPrefix(before, "-") && !strings.Contains(before, "=") && secretName(before) && !strings.HasPrefix(argv[i], "-"):
			argv[i] = maskValue("secret", argv[i])
		case assigned:
			argv[i] = name + "=" + maskValue(name, value)
		default:
			argv[i] = doctor.Mask(argv[i])
		}
	}
	return argv
}

var (
	nameWords   = regexp.MustCompile(`[A-Za-z]+`)
	secretParts = []string{"token", "secret", "password", "passwd", "passphrase", "credential", "apikey"}
	secretWords = []string{"key", "keys", "pass", "pw", "pwd", "auth", "authorization", "bearer", "cookie", "pat"}
)

// secretName says that what has this name is likely to be a secret. It rather
// hides too much.
func secretName(name string) bool {
	for _, word := range nameWords.FindAllString(strings.ToLower(name), -1) {
		if slices.Contains(secretWords, word) || slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(word, part) }) {
			return true
		}
	}
	return false
}
