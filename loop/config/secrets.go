package config

import (
	"regexp"
	"slices"
	"strings"
)

// span is a part of a text, in bytes.
type span struct{ from, to int }

// hide replaces the parts of a text that are secret and not kept, each run of
// them by one mask.
func hide(text string, kept, secret []span) string {
	hidden := make([]bool, len(text))
	for _, s := range secret {
		for i := s.from; i < s.to; i++ {
			hidden[i] = true
		}
	}
	for _, s := range kept {
		for i := s.from; i < s.to; i++ {
			hidden[i] = false
		}
	}
	var out strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			out.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			out.WriteString(masked)
		}
	}
	return out.String()
}

func hideSecrets(text string, kept []span) string { return hide(text, kept, secretsIn(text)) }

var variable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// references are the parts that stand for a variable.
func references(text string) []span { return groups(variable, text, 0) }

var (
	action = regexp.MustCompile("(?s)\\{\\{(?:/\\*.*?\\*/|\"(?:\\\\.|[^\"\\\\])*\"|`[^`]*`|'(?:\\\\.|[^'\\\\])*'|[^\"'`])*?\\}\\}")
	quoted = regexp.MustCompile("(?s)/\\*(.*?)\\*/|\"((?:\\\\.|[^\"\\\\])*)\"|`([^`]*)`")
)

// templates are references and the actions of a template without the texts that
// are quoted in them.
func templates(text string) []span {
	kept := references(text)
	for _, a := range groups(action, text, 0) {
		from := a.from
		for _, m := range quoted.FindAllStringSubmatchIndex(text[a.from:a.to], -1) {
			at := slices.IndexFunc(m[2:], func(i int) bool { return i >= 0 }) + 2
			kept = append(kept, span{from, a.from + m[at]})
			from = a.from + m[at+1]
		}
		kept = append(kept, span{from, a.to})
	}
	return kept
}

// groups are the matches of one group of an expression.
func groups(expr *regexp.Regexp, text string, group int) []span {
	var out []span
	for _, m := range expr.FindAllStringSubmatchIndex(text, -1) {
		if m[2*group] >= 0 {
			out = append(out, span{m[2*group], m[2*group+1]})
		}
	}
	return out
}

// The first group of each is a secret by its own looks or by the words before it.
var shapes = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bhttps?://[^\s?'"]*\?([^\s'"]+)`),
	regexp.MustCompile(`(?i)\b(?:hooks\.slack\.com|discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks)/([^\s'"]+)`),
	regexp.MustCompile(`(?i)\bapi\.telegram\.org/(?:file/)?bot([^\s'"/]+)`),
	regexp.MustCompile(`(?i)\b(?:bearer|basic)[ \t]+((?:[^\s'",;\\]|\\.)+)`),
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])(sk-[A-Za-z0-9_-]{5,}|[sr]k_(?:live|test)_\w+|gh[a-z]_\w{6,}|github_pat_\w+|glpat-[\w-]+|xox[a-z]-[\w-]+|xapp-[\w-]+)`),
	regexp.MustCompile(`(?:^|[^A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{12,}|AIza[\w-]{10,}|(?:hf|npm)_[A-Za-z0-9]{8,}|eyJ[\w-]+\.[\w-]+\.[\w-]*)`),
	regexp.MustCompile(`(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|$))`),
}

var (
	login     = regexp.MustCompile(`\b([A-Za-z][A-Za-z0-9+.-]*://)([^/\s'"]*)@`)
	plainUser = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)
	userText  = regexp.MustCompile(`(?:^|[\s'"])(?:-u|-U|--user|--proxy-user)[ \t=]*['"]?([^\s:'"]+):`)
)

// secretsIn finds what in a text looks like a secret. It rather finds too much.
func secretsIn(text string) []span {
	var out []span
	for _, expr := range shapes {
		out = append(out, groups(expr, text, 1)...)
	}
	for _, m := range login.FindAllStringSubmatchIndex(text, -1) {
		// The user of an ssh URL is no secret; on the web even the user's name may be a token.
		if text[m[2]:m[3]] != "ssh://" || !plainUser.MatchString(text[m[4]:m[5]]) {
			out = append(out, span{m[4], m[5]})
		}
	}
	for _, m := range userText.FindAllStringSubmatchIndex(text, -1) {
		word := valueAt(text, m[1], m[1], false)
		if !numericUser.MatchString(text[m[2]:word.to]) {
			out = append(out, word)
		}
	}
	return append(out, namedIn(text)...)
}
