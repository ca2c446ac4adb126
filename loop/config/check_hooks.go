package config

import (
	"net"
	"net/netip"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// checkWebhook refuses an address that cannot be listened on, and one that
// strangers reach where nothing would tell them from the forge.
func (c *checker) checkWebhook() {
	w, at := c.Origin.Webhook, atOrigin.key("webhook")
	c.checkVariable(at.key("secret_env"), w.SecretEnv)
	listen := at.key("listen")
	if !c.has(listen) {
		if c.has(at) && c.wasRead(at) {
			c.badKey(at, KindMissing, "add listen: 127.0.0.1:9917", "the webhook has no address to listen on")
		}
		return
	}
	if !c.wasRead(listen) {
		return
	}
	host, port, err := net.SplitHostPort(w.Listen)
	number, perr := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || perr != nil || number == 0:
		c.bad(listen, KindValue, "write one as 127.0.0.1:9917", "%s is not host:port", quote(w.Listen))
	case w.SecretEnv == "" && !isLoopback(host):
		c.bad(listen, KindConflict, "add `secret_env: NAME`, or listen on 127.0.0.1", "%s can be reached by strangers, and there is no secret", quote(w.Listen))
	}
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

var variablePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkVariable reports what cannot be a variable's name: most often the secret
// itself, which is therefore not quoted.
func (c *checker) checkVariable(at pointer, name string) {
	if c.has(at) && c.wasRead(at) && !variablePattern.MatchString(name) {
		c.bad(at, KindValue, "write the name of an environment variable that holds the secret, as PAWL_SECRET", "the value is no variable's name")
	}
}

func (c *checker) checkProtect() {
	for _, p := range c.Protect {
		at := atProtect.key(p.Pattern)
		c.checkInRepo(c.key(at), p.Pattern, "a pattern of paths")
		if hint := patternHint(p.Pattern); hint != "" {
			c.badKey(at, KindValue, hint, "%s is not a pattern of paths", quote(p.Pattern))
		}
		if !c.names(at) || !c.wasRead(at) {
			continue
		}
		only, not := at.key("only"), at.key("not")
		switch {
		case c.has(only) && c.has(not):
			c.bad(not, KindConflict, "keep one of them", "the pattern has both only and not")
		case !c.has(only) && !c.has(not) && !p.AppendOnly:
			c.bad(at, KindMissing, "add only: [agent], not: [agent] or append_only: true", "the pattern protects nothing")
		}
		c.checkRoleNames(only, p.Only)
		c.checkRoleNames(not, p.Not)
	}
}

// patternHint says what is wrong with a pattern of paths; "" when nothing is.
func patternHint(pattern string) string {
	for segment := range strings.SplitSeq(pattern, "/") {
		if strings.Contains(segment, "**") && segment != "**" {
			return "write ** alone between slashes, as src/**"
		}
		if _, err := path.Match(segment, ""); err != nil {
			return "close the [, or write \\[ for the character itself"
		}
	}
	return ""
}

// checkRoleNames takes names that no agent has as well: a person may go by one.
func (c *checker) checkRoleNames(at pointer, names []string) {
	if c.has(at) && names != nil && len(names) == 0 {
		c.bad(at, KindMissing, "name agents or roles", "the list is empty")
	}
	for i, name := range names {
		if !namePattern.MatchString(name) {
			c.bad(at.index(i), KindValue, "write an agent's name, or a role", "%s is no agent's name and no role", quote(name))
		}
	}
}

// checkHost wants a host where a launcher is ssh, and only there.
func (c *checker) checkHost(at pointer, l Launcher) {
	host := at.key("host")
	switch {
	case l.Type == "ssh" && !c.has(host):
		c.badKey(at, KindMissing, "add host: user@example.com", "launcher %s of type ssh has no host", quote(l.Name))
	case l.Type != "ssh" && (c.has(host) || c.has(at.key("program"))):
		c.badKey(at, KindConflict, "write type: ssh, or put it into options", "launcher %s of type %s takes no host and no program", quote(l.Name), quote(l.Type))
	case c.has(host) && c.wasRead(host) && (strings.HasPrefix(l.Host, "-") || blank(l.Host) || strings.ContainsFunc(l.Host, notInHost)):
		c.bad(host, KindValue, "write it as ssh takes it, as user@example.com", "%s is not a host", quote(l.Host))
	}
	if p := at.key("program"); c.has(p) && c.wasRead(p) && (!strings.HasPrefix(l.Program, "/") || strings.ContainsFunc(l.Program, unicode.IsControl)) {
		c.bad(p, KindValue, "write the absolute path of pawl on the other host", "%s is not an absolute path", quote(l.Program))
	}
}

func notInHost(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`'"\$`+"`", r)
}
