package tmux

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"pawl/loop/launcher"
)

// meta is what a pane was started as.
type meta struct {
	launcher.Ref
	Owner, Agent, Phase string
}

const metaVersion = "1"

// String writes m as the value of @pawl. Each field is escaped, so that none can
// hold a blank, a quote or anything else with a meaning to tmux.
func (m meta) String() string {
	fields := []string{metaVersion}
	for _, f := range []string{m.Generation, m.Owner, m.Agent, m.Phase, m.Session} {
		fields = append(fields, "="+url.QueryEscape(f))
	}
	return strings.Join(fields, " ")
}

// parseMeta reads @pawl.
func parseMeta(text string) (meta, error) {
	fields := strings.Split(text, " ")
	if len(fields) != 6 || fields[0] != metaVersion {
		return meta{}, fmt.Errorf("@pawl %.100q is not of this version", text)
	}
	var m meta
	for i, to := range []*string{&m.Generation, &m.Owner, &m.Agent, &m.Phase, &m.Session} {
		value, err := url.QueryUnescape(strings.TrimPrefix(fields[i+1], "="))
		if err != nil {
			return meta{}, fmt.Errorf("@pawl %.100q: %w", text, err)
		}
		*to = value
	}
	return m, nil
}

// OwnerOf reads who a pane belongs to from its mark, the option @pawl; false
// where it is not one of this version.
func OwnerOf(mark string) (string, bool) {
	m, err := parseMeta(mark)
	return m.Owner, err == nil
}

// word is what generations, wake ids and session names are made of: they are
// part of tmux's targets, guards and options.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`)

func checkRef(ref launcher.Ref) error {
	if !word.MatchString(ref.Session) {
		return fmt.Errorf("session name %.100q: only letters, digits, _ and - may be in it", ref.Session)
	}
	if !word.MatchString(ref.Generation) {
		return fmt.Errorf("generation %.100q: only letters, digits, _ and - may be in it", ref.Generation)
	}
	return nil
}

// message is a wake that was typed: the value of @pawl_text.
type message struct {
	id, text string
	items    []string
}

func (m message) String() string {
	return m.id + " " + url.QueryEscape(m.text) + " " + formatKeys(m.items)
}

// parseMessage reads @pawl_text; the zero message where there is none.
func parseMessage(value string) message {
	id, rest, found := strings.Cut(value, " ")
	escaped, items, _ := strings.Cut(rest, " ")
	text, err := url.QueryUnescape(escaped)
	if !found || err != nil || !word.MatchString(id) {
		return message{}
	}
	return message{id: id, text: text, items: parseKeys(items)}
}

// formatKeys writes keys as the value of @pawl_stop.
func formatKeys(keys []string) string {
	escaped := make([]string, len(keys))
	for i, k := range keys {
		escaped[i] = url.QueryEscape(k)
	}
	return strings.Join(escaped, " ")
}

// parseKeys reads @pawl_stop.
func parseKeys(text string) []string {
	var keys []string
	for field := range strings.FieldsSeq(text) {
		if key, err := url.QueryUnescape(field); err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}
