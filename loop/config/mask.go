package config

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pawl/loop/adapter"
	"pawl/loop/doctor"
)

// masked stands for a secret.
const masked = "***"

// Masked returns a copy of c without secrets: values of variables and options
// whose names look like a secret's, arguments that follow such a name, what looks
// like a secret by itself, credentials in URLs, and the paths of notify's URLs.
// References as ${NAME} and the templates of adapters stay, as they hold none.
func (c *Config) Masked() *Config {
	m := *c
	m.Origin.URL = doctor.Mask(c.Origin.URL)
	m.Agents = slices.Clone(c.Agents)
	for i := range m.Agents {
		a := &m.Agents[i]
		a.Env, a.Wrap = maskEnv(a.Env), maskArgv(a.Wrap)
	}
	m.Workers.Env, m.Workers.Wrap = maskEnv(c.Workers.Env), maskArgv(c.Workers.Wrap)
	m.Services = slices.Clone(c.Services)
	for i := range m.Services {
		s := &m.Services[i]
		s.Env, s.Command = maskEnv(s.Env), maskArgv(s.Command)
	}
	m.Launchers = maps.Clone(c.Launchers)
	for name, l := range m.Launchers {
		l.Options = maps.Clone(l.Options)
		for option, value := range l.Options {
			l.Options[option] = maskValue(option, value, references)
		}
		m.Launchers[name] = l
	}
	m.Adapters = maps.Clone(c.Adapters)
	for name, p := range m.Adapters {
		m.Adapters[name] = maskProfile(p)
	}
	m.Notify = slices.Clone(c.Notify)
	for i := range m.Notify {
		n := &m.Notify[i]
		n.Run, n.URL = maskArgv(n.Run), maskHook(n.URL)
	}
	return &m
}

func maskEnv(env []EnvVar) []EnvVar {
	env = slices.Clone(env)
	for i := range env {
		env[i].Value = maskValue(env[i].Name, env[i].Value, references)
	}
	return env
}

// maskValue hides a value whole, but for what keep says, if its name says that it is
// a secret.
func maskValue(name, value string, keep func(string) []span) string {
	if secretName(name) {
		return hide(value, keep(value), []span{{0, len(value)}})
	}
	return hideSecrets(value, keep(value))
}

// maskProfile hides secrets in argv parts. Should a template not be one any more
// without its texts, nothing of it is shown.
func maskProfile(p adapter.Profile) adapter.Profile {
	lists := map[string][]string{}
	for _, t := range p.Templates() {
		whole := 0 // parts that are shown as they are
		if t.Program {
			whole = 1
		}
		*t.Argv = maskParts(*t.Argv, whole, templates)
		lists[t.Key] = *t.Argv
	}
	p.Hooks.Env, p.Hooks.Files = maps.Clone(p.Hooks.Env), maps.Clone(p.Hooks.Files)
	for name, value := range p.Hooks.Env {
		p.Hooks.Env[name] = maskValue(name, value, templates)
	}
	for name, text := range p.Hooks.Files {
		p.Hooks.Files[name] = hideSecrets(text, templates(text))
	}
	for _, problem := range p.Validate() {
		cut := strings.LastIndexByte(problem.Key, '/')
		if list := lists[problem.Key[:max(cut, 0)]]; cut >= 0 {
			if i, err := strconv.Atoi(problem.Key[cut+1:]); err == nil && i < len(list) {
				list[i] = masked
			}
		}
	}
	return p
}

var hook = regexp.MustCompile(`^([A-Za-z]+://)([^/?#]*@)?([^/?#]+/?)(.*)$`)

// maskHook leaves scheme and host of a URL. Who knows the path of a chat's hook
// can write there.
func maskHook(url string) string {
	parts := hook.FindStringSubmatch(url)
	if parts == nil {
		return hideSecrets(url, references(url))
	}
	user, host, rest := parts[2], parts[3], parts[4]
	if user != "" {
		user = masked + "@"
	}
	if rest != "" {
		host, rest = strings.TrimSuffix(host, "/")+"/", hide(rest, references(rest), []span{{0, len(rest)}})
	}
	return parts[1] + user + host + rest
}

// maskArgv hides what is secret in a command's arguments. The program stays.
func maskArgv(argv []string) []string { return maskParts(argv, 1, references) }

// maskParts hides what is secret in the arguments from the index first on, but
// for what keep says.
func maskParts(argv []string, first int, keep func(string) []span) []string {
	out := slices.Clone(argv)
	for i := first; i < len(argv); i++ {
		arg := argv[i]
		secret := secretsIn(arg)
		if i > first {
			secret = append(secret, toldBefore(argv[:i], arg)...)
		}
		out[i] = hide(arg, keep(arg), secret)
	}
	return out
}

// toldBefore is what of an argument is secret by those before it: all of it
// after a secret's name, and the password after a user's option.
func toldBefore(before []string, arg string) []span {
	user, _, pair := strings.Cut(arg, ":")
	switch {
	case namesNext(before, arg):
		return []span{{0, len(arg)}}
	case pair && userOption.MatchString(before[len(before)-1]) && !numericUser.MatchString(arg):
		return []span{{len(user) + 1, len(arg)}}
	}
	return nil
}

var (
	bareName    = regexp.MustCompile(`^-*[A-Za-z_][A-Za-z0-9_.-]*[:=]?$`)
	userOption  = regexp.MustCompile(`^(?:-u|-U|--user|--proxy-user)$`)
	numericUser = regexp.MustCompile(`^[0-9]+:[0-9]+$`)
)

// namesNext says that the last of the arguments before is a secret's name and
// the next one its value, and not another option.
func namesNext(before []string, next string) bool {
	last := before[len(before)-1]
	if !bareName.MatchString(last) || !secretName(last) {
		return false
	}
	set := len(before) > 1 && strings.HasSuffix(before[len(before)-2], "-setenv")
	return set || !strings.HasPrefix(next, "-")
}
