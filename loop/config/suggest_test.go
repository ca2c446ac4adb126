package config

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"agents", "adapters", "prompt_file", "poll", "heal+stall"}
	for word, want := range map[string]string{
		"agnets": "agents", "agent": "agents", "Prompt-File": "prompt_file", "pol": "poll", "opll": "poll",
		"x": "", "zzzz": "", "heal-stall": "heal+stall", strings.Repeat("a", 100): "",
	} {
		equal(t, word, Nearest(word, known), want)
	}
}

func TestDistance(t *testing.T) {
	for _, d := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ä", "a", 1}} {
		equal(t, d.a+"→"+d.b, distance(d.a, d.b), d.want)
		equal(t, d.b+"→"+d.a, distance(d.b, d.a), d.want)
	}
}
