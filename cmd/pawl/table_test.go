package main

import (
	"slices"
	"strings"
	"testing"
)

func TestColumnsThatFit(t *testing.T) {
	for _, c := range []struct {
		what   string
		widths []int
		limit  int
		want   int
	}{
		{"elsewhere than on a terminal all of them", []int{9, 9, 90}, 0, 3},
		{"all where there is room", []int{9, 9, 9}, 31, 3},
		{"a long last one is cut", []int{9, 9, 90}, 40, 3},
		{"but not to a stump", []int{9, 9, 90}, 33, 2},
		{"a short last one is not cut at all", []int{9, 9, 5}, 26, 2},
		{"the first two stay", []int{9, 9, 9, 9}, 4, 2},
	} {
		if got := fitting(slices.Clone(c.widths), c.limit); len(got) != c.want {
			t.Errorf("%s: %d columns, want %d", c.what, len(got), c.want)
		}
	}
}

func TestTableIsAlignedAroundWideCharacters(t *testing.T) {
	table := newTable("AGENT", "STATE")
	table.row("日本", "active")
	table.row("builder", "active")
	var b strings.Builder
	table.print(&b)
	want := "AGENT    STATE\n日本     active\nbuilder  active\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
