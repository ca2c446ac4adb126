package config

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"pawl/loop/doctor"
)

var (
	helperURL = regexp.MustCompile(`^[A-Za-z0-9+.-]*::`)
	badInRef  = regexp.MustCompile(`[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/$|\.$|\.lock$|^/`)
)

// checkOrigin refuses what git would take for an option or for a program to run.
func (c *checker) checkOrigin() {
	o, at := c.Origin, atOrigin.key("url")
	switch {
	case strings.HasPrefix(o.URL, "-"):
		c.bad(at, KindValue, "write a URL or a path", "%s begins as an option does", quote(doctor.Mask(o.URL)))
	case helperURL.MatchString(o.URL):
		c.bad(at, KindValue, "use https, ssh, file or a path", "%s would have git run a remote helper", quote(doctor.Mask(o.URL)))
	case strings.ContainsFunc(o.URL, unicode.IsControl):
		c.bad(at, KindValue, "remove them", "%s has control characters", quote(doctor.Mask(o.URL)))
	default:
		c.checkFolder(at, o.URL)
	}
	if o.Remote == "" || strings.HasPrefix(o.Remote, "-") || badInRef.MatchString(o.Remote) {
		c.bad(atOrigin.key("remote"), KindValue, "write a name as `git remote` lists it", "%s is not a remote's name", quote(o.Remote))
	}
	switch {
	case strings.HasPrefix(o.Branch, "refs/heads/"):
		c.bad(atOrigin.key("branch"), KindValue, "write "+quote(strings.TrimPrefix(o.Branch, "refs/heads/")), "%s is a full ref", quote(o.Branch))
	case strings.HasPrefix(o.Branch, "-") || badInRef.MatchString(o.Branch):
		c.bad(atOrigin.key("branch"), KindValue, "write a name as `git branch` lists it", "%s is not a branch's name", quote(o.Branch))
	}
}

func (c *checker) checkSupervise() {
	b := c.Supervise.Backoff
	if b.Initial > b.Max {
		c.bad(atSupervise.path("backoff/max"), KindConflict, "raise max or lower initial",
			"backoff max %q is less than initial %q", b.Max, b.Initial)
	}
}

func (c *checker) checkNotify() {
	for i, n := range c.Notify {
		at := atNotify.index(i)
		if !c.wasRead(at) {
			continue
		}
		if !c.names(at.key("run")) && !c.names(at.key("url")) {
			c.bad(at, KindMissing, "add `run: [program]` or `url: https://…`", "the entry has neither run nor url")
		}
		if n.On != nil && len(n.On) == 0 {
			c.bad(at.key("on"), KindMissing, `name event kinds, or write ["*"]`, "on is empty")
		}
		for j, kind := range n.On {
			if blank(kind) || strings.ContainsAny(kind, " \t\n") {
				c.bad(at.key("on").index(j), KindValue, `write one as agent.parked, or "*"`, "%s is not an event's kind", quote(kind))
			}
		}
		c.checkArgv(at.key("run"), n.Run)
		c.checkVariable(at.key("secret_env"), n.SecretEnv)
		if u := at.key("url"); c.has(u) && c.wasRead(u) {
			parsed, err := url.Parse(n.URL)
			if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" {
				c.bad(u, KindValue, "write one as http://127.0.0.1:9000/hook", "%s is not an http or https URL", quote(maskHook(n.URL)))
			}
		}
	}
}

// checkArgv reports a command that is there and names no program.
func (c *checker) checkArgv(at pointer, argv []string) {
	if c.has(at) && argv != nil && (len(argv) == 0 || blank(argv[0])) {
		c.bad(at, KindValue, "write a list that begins with the program", "%q names no program", argv)
	}
}
