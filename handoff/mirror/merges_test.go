package mirror

import (
	"slices"
	"strings"
	"testing"
)

// TestMergeChanges looks at an octopus whose content is that of one parent, in a
// repository of each kind of hash.
func TestMergeChanges(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, "--object-format="+format)
			odd := "d/a \"b\"\té*.md"
			base := r.commit("base", map[string]string{"log.md": "a\n", odd: "x", "d/gone.md": "y"})
			r.git("checkout", "-q", "-b", "one")
			one := r.commit("one", map[string]string{"log.md": "a\nb\n", odd: "z"})
			again := r.commit("again", map[string]string{"log.md": "a\nb\nc\n"})
			r.git("checkout", "-q", "-b", "two", base)
			r.commit("two", map[string]string{"d/gone.md": "", "d/new.md": "n"})
			r.git("checkout", "-q", "main")
			main := r.commit("main", map[string]string{"other.md": "o"})
			r.git("merge", "-q", "-s", "ours", "-m", "octopus", "one", "two")

			h := historyOf(t, r)
			hashes, _, err := h.Range(t.Context(), 10, "HEAD")
			if err != nil {
				t.Fatal(err)
			}
			entries, err := h.Commits(t.Context(), hashes)
			if err != nil {
				t.Fatal(err)
			}
			changes := func(places ...string) (lines []string) {
				err := h.MergeChanges(t.Context(), entries, places, func(path string) bool { return path != "other.md" }, func(commit string, c Change) {
					if commit != hashes[len(hashes)-1] || len(c.Old) != 3 {
						t.Errorf("%s has the change %+v", commit, c)
					}
					same := ""
					for _, old := range c.Old {
						same += map[bool]string{true: "=", false: "!"}[old == c.New]
					}
					lines = append(lines, same+" "+c.Path)
				})
				if err != nil {
					t.Fatal(err)
				}
				slices.Sort(lines)
				return lines
			}
			want := []string{"=!= " + odd, "=!= log.md", "==! d/gone.md", "==! d/new.md"}
			for places, want := range map[string][]string{"": want, "log.md": want[1:2], odd + "|d/new.md": {want[0], want[3]}, "d": {want[0], want[2], want[3]}, "nosuch": nil} {
				if got := changes(strings.Split(places, "|")...); !slices.Equal(got, want) {
					t.Errorf("the changes in %q are %q, not %q", places, got, want)
				}
			}
			bases, err := h.Bases(t.Context(), main, again)
			if err != nil || !slices.Equal(bases, []string{base}) {
				t.Errorf("the bases are %v, %v", bases, err)
			}
			commits, blobs, err := h.PathHistory(t.Context(), again, bases, "log.md", 10)
			if err != nil || !slices.Equal(commits, []string{again, one}) || len(blobs) != 2 {
				t.Errorf("the history is %v, %v, %v", commits, blobs, err)
			}
			if got, err := h.BlobAt(t.Context(), one, "log.md"); err != nil || got != blobs[1] {
				t.Errorf("the blob is %+v, %v", got, err)
			}
			for _, nothing := range []string{"d", "nosuch", "d/*"} {
				if got, err := h.BlobAt(t.Context(), one, nothing); err != nil || got != (Blob{}) {
					t.Errorf("%q holds %+v, %v", nothing, got, err)
				}
			}
		})
	}
}

func TestUnrelatedCommitsHaveNoBase(t *testing.T) {
	r := newRepo(t)
	one := r.commit("one", nil)
	r.git("checkout", "-q", "--orphan", "other")
	other := r.commit("other", nil)
	if bases, err := historyOf(t, r).Bases(t.Context(), one, other); err != nil || bases != nil {
		t.Errorf("the bases are %v, %v", bases, err)
	}
}
