package main

import (
	"slices"
	"testing"
	"time"
)

func TestGitWatch(t *testing.T) {
	var seen []string
	heard := 0
	g := &gitWatch{at: func(s string) { seen = append(seen, s) }, heard: func() { heard++ }}
	for _, part := range []string{
		"Cloning into 'x'...\nremote: Counting objects:  50% (1/2)\rremote: Counting obj",
		"ects: 100% (2/2), done.\nReceiving objects:  45% (9/20), 1.20 MiB | 300.00 KiB/s\r",
		"fatal: early EOF\nno newline",
	} {
		if n, err := g.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("wrote %d of %d, %v", n, len(part), err)
		}
	}
	if want := []string{"counting objects 50%", "counting objects 100%", "receiving objects 45%"}; !slices.Equal(seen, want) {
		t.Errorf("progress %q, want %q", seen, want)
	}
	if got, want := g.said(), "Cloning into 'x'...\nfatal: early EOF\nno newline"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	if heard != 3 {
		t.Errorf("heard %d times, want 3", heard)
	}
}

func TestStepLine(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		what, detail string
		columns      int
		want         string
	}{
		{"what, and for how long", "", 80, "cloning origin into work/builder … 3s"},
		{"and how far", "receiving objects 45%", 80, "cloning origin into work/builder … 3s, receiving objects 45%"},
		{"a narrow terminal cuts what is known already", "receiving objects 45%", 40, "cloning ori… … 3s, receiving objects 45%"},
		{"nothing is longer than the terminal", "receiving objects 45%", 10, " … 3s, re…"},
	} {
		s := &step{what: "cloning origin into work/builder", begin: begin, detail: c.detail}
		if got := s.line(begin.Add(3*time.Second), c.columns); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}
