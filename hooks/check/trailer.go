package check

import (
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
)

// trailer finds what a signal's trailers say wrongly, or do not say. Those of
// other commits mean nothing to the loop.
func trailer(in Input, c Commit) []Finding {
	mentions := handoff.Mentions(c.Commit, in.Rules)
	if len(mentions) == 0 {
		return nil
	}
	_, badGate := handoff.ParseGate(c.Subject)
	var out []Finding
	judges := false
	for _, m := range mentions {
		judges = judges || m.Rule.Judges()
		for _, flaw := range m.Flaws {
			if badGate == nil || flaw != badGate.Error() {
				out = append(out, say(flaw)...)
			}
		}
		if m.Rule.Judges() && m.Gate != "" && c.Trailers.Verdict == "" && !strayed(c, "verdict") {
			out = append(out, say(fmt.Sprintf("%s of gate %q has no verdict; end the message with \"Verdict: fail\", or with \"Verdict: pass\" only if it holds", show(m.Rule.Name), m.Gate))...)
		}
	}
	return append(append(out, gateTrailer(c, mentions[0].Gate)...), stray(c, judges)...)
}

// gateTrailer finds a Gate trailer that says something else than the subject.
func gateTrailer(c Commit, gate string) []Finding {
	named := c.Trailers.Gate
	switch {
	case named == "" || named == gate:
		return nil
	case gate == "":
		return say(fmt.Sprintf("trailer %q names a gate, and the subject, which is what counts, has none; write the subject as word(gate): …", show("Gate: "+named)))
	}
	return say(fmt.Sprintf("trailer %q differs from the subject, whose gate %q is what counts; make them the same, or leave the trailer out", show("Gate: "+named), gate))
}

// stray finds trailers that git does not take for any, and those that another of
// the same key overrules. To a signal that brings no verdict it does not matter what
// its text says of verdicts.
func stray(c Commit, judges bool) []Finding {
	var out []Finding
	var lines []string
	for _, line := range c.Stray {
		key, _, _ := strings.Cut(line, ":")
		counted, text := countedValue(c, key), fmt.Sprintf("%q", show(line))
		switch {
		case !judges && (strings.EqualFold(key, "verdict") || strings.EqualFold(key, "reviewed")):
		case counted != "":
			out = append(out, say(fmt.Sprintf("trailers %s and %q say different things; keep the one that holds", text, show(key+": "+counted)))...)
		case !slices.Contains(lines, text):
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 {
		return out
	}
	verb := "does"
	if len(lines) > 1 {
		verb = "do"
	}
	return append(out, say(strings.Join(lines, ", ")+" "+verb+" not count: trailers stand together in the message's last paragraph, with nothing else in it and no blank line between them")...)
}

// countedValue is the value of the trailer of a key that counts.
func countedValue(c Commit, key string) string {
	switch strings.ToLower(key) {
	case "verdict":
		return c.Trailers.Verdict
	case "reviewed":
		return c.Trailers.Reviewed
	case "gate":
		return c.Trailers.Gate
	case "pawl-id":
		return c.Trailers.PawlID
	case "pawl-agent":
		return c.Trailers.Agent
	}
	return ""
}

// strayed says that a trailer is there and does not count.
func strayed(c Commit, key string) bool { return len(strayValues(c, key)) > 0 }

// strayValues are the values of the stray trailers of a key.
func strayValues(c Commit, key string) []string {
	var out []string
	for _, line := range c.Stray {
		if k, v, _ := strings.Cut(line, ":"); strings.EqualFold(k, key) {
			out = append(out, strings.TrimSpace(v))
		}
	}
	return out
}
