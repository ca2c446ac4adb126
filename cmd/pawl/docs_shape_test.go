package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A document's output is compared in shape: what differs from run to run is
// replaced on both sides. The order counts: a time is no duration.
var shapes = []struct {
	like *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`), "<time>"},
	{regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d+ [A-Z][a-z]{2} )?`), ""},
	{regexp.MustCompile(`\b\d\d:\d\d(:\d\d)?\b`), "<time>"},
	{regexp.MustCompile(`\b((\d+d)?(\d+h)?(\d+m)?\d+(\.\d+)?s|\d+h\d+m|\d+d\d+h|\d+m|\d+(\.\d+)? (ms|s))\b`), "<time>"},
	{regexp.MustCompile(`\bms=\d+`), "ms=<n>"},
	{regexp.MustCompile(`\b[hwmp]?[0-9a-f]{10,40}\b`), "<id>"},
	{regexp.MustCompile(`\b[0-9a-f]{7}\b`), "<id>"},
	{regexp.MustCompile(`(pid[ =]|process id )\d+`), "${1}<n>"},
	{regexp.MustCompile(`\s+`), " "},
}

// slow is what is printed only where something takes long.
var slow = regexp.MustCompile(`^fetching origin for the first time …$`)

// shaped is a line without what differs from run to run.
func shaped(line string) string {
	for _, s := range shapes {
		line = s.like.ReplaceAllString(line, s.by)
	}
	return strings.TrimSpace(line)
}

// compareOutput says where output is not what the document shows. A line … of
// the document stands for any lines, and … in a line for any text.
func compareOutput(want, got []string) error {
	pattern := strings.Builder{}
	pattern.WriteString(`\A`)
	for _, line := range want {
		switch line = shaped(line); line {
		case "":
		case "…":
			pattern.WriteString(`(?:.*\n)*?`)
		default:
			pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + `\n`)
		}
	}
	pattern.WriteString(`\z`)
	seen := strings.Builder{}
	for _, line := range got {
		if line = shaped(line); line != "" && !slow.MatchString(line) {
			seen.WriteString(line + "\n")
		}
	}
	like, err := regexp.Compile(pattern.String())
	if err != nil {
		return err
	}
	if !like.MatchString(seen.String()) {
		return fmt.Errorf("the document shows\n\t%s\nand it prints\n\t%s",
			strings.Join(want, "\n\t"), strings.Join(got, "\n\t"))
	}
	return nil
}
