package config

import (
	"fmt"
	"slices"
	"strings"
)

// suggest is the hint for a word that is none of the known ones: the one that
// was probably meant, or else all of them.
func suggest(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return "there are none"
	}
	known = slices.Clone(known)
	slices.Sort(known)
	return "known: " + strings.Join(slices.Compact(known), ", ")
}

// Nearest returns the known word with the fewest edits, "" if none is near.
// Words that are told apart by case or by - and _ only are always near.
func Nearest(word string, known []string) string {
	const longest = 64
	if len(word) > longest {
		return ""
	}
	fold := strings.NewReplacer("-", "_", ".", "_").Replace
	folded := fold(strings.ToLower(word))
	best, least := "", 1+min(2, max(1, len(word)/3))
	for _, k := range known {
		if k == "" || len(k) > longest {
			continue
		}
		if d := distance(folded, fold(strings.ToLower(k))); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours (optimal string alignment) that turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	older, old, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(y)]
}
