package main

import (
	"slices"
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		what, text, want string
		limit            int
	}{
		{"what fits stays", "abc", "abc", 3},
		{"what does not ends in an ellipsis", "abcd", "ab…", 3},
		{"a wide character takes two columns", "日本語", "日…", 4},
		{"a wide character is not halved", "日本語", "日…", 3},
		{"a combining mark takes none", "e\u0301e\u0301e\u0301", "e\u0301e\u0301e\u0301", 3},
		{"a mark stays with its letter", "e\u0301e\u0301e\u0301", "e\u0301…", 2},
		{"an emoji of several characters is one", "👩‍👩‍👧 ok", "👩‍👩‍👧…", 3},
		{"no room", "abc", "", 0},
		{"less than no room", "abc", "", -4},
	} {
		if got := cut(c.text, c.limit); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		what, text    string
		columns, most int
		want          []string
	}{
		{"what fits is one line", "one two", 7, 3, []string{"one two"}},
		{"nothing is one empty line", "", 7, 3, []string{""}},
		{"it breaks between words", "one two three", 8, 3, []string{"one two", "three"}},
		{"a word that is too long is broken", "abcdefgh ij", 5, 3, []string{"abcde", "fgh", "ij"}},
		{"the last line tells that there is more", "aa bb cc dd", 6, 1, []string{"aa bb…"}},
		{"… after a blank where there is room", "aa bb cc dd", 7, 1, []string{"aa bb …"}},
		{"a full last line gives up its end", "aa bb cc dd", 5, 1, []string{"aa b…"}},
		{"wide characters count double", "日本 日本", 5, 3, []string{"日本", "日本"}},
		{"a wide word is broken between characters", "日本語", 5, 3, []string{"日本", "語"}},
		{"blanks within a line stay", "a  b  c", 5, 3, []string{"a  b", "c"}},
		{"line breaks stay", "one\ntwo", 20, 3, []string{"one", "two"}},
	} {
		got := wrap(c.text, c.columns, c.most)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("日本語 text 👩‍👩‍👧 e\u0301", 7, 3)
	f.Add("a\nb  c", 1, 1)
	f.Fuzz(func(t *testing.T, text string, columns, most int) {
		columns, most = 4+columns&63, 1+most&7
		lines := wrap(text, columns, most)
		if len(lines) == 0 || len(lines) > most {
			t.Fatalf("%d lines, at most %d wanted", len(lines), most)
		}
		for _, l := range lines {
			if strings.Contains(l, "\n") {
				t.Errorf("%q holds a line break", l)
			}
			if width(l) > columns {
				t.Errorf("%q takes %d columns of %d", l, width(l), columns)
			}
		}
	})
}
