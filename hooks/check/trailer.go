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
	for _, m := range mentions {
		for _, flaw := range m.Flaws {
			if badGate == nil || flaw != badGate.Error() {
				out = append(out, say(flaw)...)
			}
		}
		if m.Rule.Judges() && m.Gate != "" && c.Trailers.Verdict == "" && !strayed(c, "verdict") {
			out = append(out, say(fmt.Sprintf("%s of gate %q has no verdict; end the message with \"Verdict: pass\" or \"Verdict: fail\"", show(m.Rule.Name), m.Gate))...)
		}
	}
	return append(append(out, gateTrailer(c, mentions[0].Gate)...), stray(c)...)
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

// stray finds trailers that git does not take for any.
func stray(c Commit) []Finding {
	if len(c.Stray) == 0 {
		return nil
	}
	var lines []string
	for _, line := range c.Stray {
		if text := fmt.Sprintf("%q", show(line)); !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	verb := "does"
	if len(lines) > 1 {
		verb = "do"
	}
	return say(strings.Join(lines, ", ") + " " + verb + " not count: trailers stand together in the message's last paragraph, with nothing else in it and no blank line between them")
}

// strayed says that a trailer is there and does not count.
func strayed(c Commit, key string) bool {
	_, there := strayValue(c, key)
	return there
}

// strayValue is the value of the last stray trailer of a key in lower case.
func strayValue(c Commit, key string) (value string, there bool) {
	for _, line := range c.Stray {
		k, v, _ := strings.Cut(line, ":")
		if strings.EqualFold(strings.TrimSpace(k), key) {
			value, there = strings.TrimSpace(v), true
		}
	}
	return value, there
}
