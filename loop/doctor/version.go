package doctor

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// Version is a program's: two or three numbers and, as tmux has it, a letter.
type Version struct {
	Major, Minor, Patch int
	Letter              string // "a" in 3.3a
	patched             bool   // it was written with three numbers
}

var versionText = regexp.MustCompile(`(?:^|[^0-9.])(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?([a-z])?(?:[^A-Za-z0-9]|$)`)

// ParseVersion finds the first version in what a program prints about itself:
// "git version 2.39.5", "tmux 3.3a", "2.1.329 (Claude Code)".
func ParseVersion(text string) (Version, bool) {
	m := versionText.FindStringSubmatch(text)
	if m == nil {
		return Version{}, false
	}
	v := Version{Letter: m[4], patched: m[3] != ""}
	for i, to := range []*int{&v.Major, &v.Minor, &v.Patch} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return Version{}, false
		}
		*to = n
	}
	return v, true
}

// String writes v as programs do.
func (v Version) String() string {
	if v.patched {
		return fmt.Sprintf("%d.%d.%d%s", v.Major, v.Minor, v.Patch, v.Letter)
	}
	return fmt.Sprintf("%d.%d%s", v.Major, v.Minor, v.Letter)
}

// Compare orders versions: negative if v is older than w.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch), cmp.Compare(v.Letter, w.Letter))
}

// before says that v is older than major.minor.
func (v Version) before(major, minor int) bool {
	return v.Major < major || v.Major == major && v.Minor < minor
}
