package mirror

import (
	"slices"
	"strings"
	"testing"
)

func TestDiffersNamesFiles(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	a := r.commit("a", map[string]string{"same": "1", "changed": "1", "gone": "1", "docs/n.md": "1", "moved here": "a longer text that is the same"})
	r.git("rm", "-q", "gone")
	r.git("mv", "moved here", "moved \"there\"\nö")
	b := r.commit("b", map[string]string{"changed": "2", "docs/n.md": "2", "new": "1"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	all := func(string) bool { return true }
	code := func(file string) bool { return !strings.HasPrefix(file, "docs/") }
	for _, c := range []struct {
		name   string
		to     string
		counts func(string) bool
		limit  int
		want   []string
	}{
		{"all", b, all, 10, []string{"changed", "docs/n.md", "gone", "moved \"there\"\nö", "moved here", "new"}},
		{"some", b, code, 10, []string{"changed", "gone", "moved \"there\"\nö", "moved here", "new"}},
		{"a few", b, code, 2, []string{"changed", "gone"}},
		{"nothing", a, all, 10, nil},
	} {
		got, err := m.Differs(t.Context(), a, c.to, c.counts, c.limit)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	if _, err := m.Differs(t.Context(), "main", b, all, 1); err == nil {
		t.Error("a branch's name is taken")
	}
	if _, err := m.Differs(t.Context(), strings.Repeat("1", 40), b, all, 1); err == nil {
		t.Error("a commit that is not there is taken")
	}
}
