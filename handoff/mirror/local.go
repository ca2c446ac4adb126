package mirror

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pawl/handoff"
)

// errUnusual says that a repository on this machine is not one that this file
// reads; the git program is asked instead.
var errUnusual = errors.New("not a plain repository on this machine")

// errNoRef says that a ref is not there.
var errNoRef = errors.New("no such ref")

// maxLinks bounds symbolic refs that name symbolic refs.
const maxLinks = 5

// maxRefFile bounds what is read of a file that holds one ref, in bytes.
const maxRefFile = 4 << 10

// refFiles is a repository whose refs are files.
type refFiles struct {
	dir    string // where HEAD is
	common string // where refs/heads and packed-refs are
}

// openLocal finds the repository at path: bare, with a .git folder, or a linked
// worktree. What it does not know for certain is errUnusual.
func openLocal(path string) (refFiles, error) {
	for _, dir := range []string{filepath.Join(path, ".git"), path} {
		info, err := os.Stat(dir)
		if err != nil {
			continue
		}
		if info.Mode().IsRegular() {
			target, err := gitFile(dir)
			if err != nil {
				return refFiles{}, err
			}
			dir = target
		}
		if r, err := openGitDir(dir); err == nil {
			return r, nil
		}
	}
	return refFiles{}, errUnusual
}

// gitFile reads where a .git file points.
func gitFile(path string) (string, error) {
	text, err := readSmall(path)
	if err != nil {
		return "", err
	}
	target, ok := strings.CutPrefix(text, "gitdir: ")
	if !ok {
		return "", errUnusual
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(path), target)
	}
	return target, nil
}

func openGitDir(dir string) (refFiles, error) {
	r := refFiles{dir: dir, common: dir}
	if text, err := readSmall(filepath.Join(dir, "commondir")); err == nil {
		r.common = text
		if !filepath.IsAbs(text) {
			r.common = filepath.Join(dir, text)
		}
	}
	for _, sub := range []string{"refs", "objects"} {
		info, err := os.Stat(filepath.Join(r.common, sub))
		if err != nil || !info.IsDir() {
			return r, errUnusual
		}
	}
	// A repository with reftables has a HEAD that names no branch, and this folder.
	if _, err := os.Lstat(filepath.Join(r.common, "reftable")); !errors.Is(err, fs.ErrNotExist) {
		return r, errUnusual
	}
	_, err := readSmall(filepath.Join(dir, "HEAD"))
	return r, err
}

// head is the branch that HEAD names; "" when it names none.
func (r refFiles) head() (string, error) {
	text, err := readSmall(filepath.Join(r.dir, "HEAD"))
	if err != nil {
		return "", err
	}
	ref, ok := strings.CutPrefix(text, "ref:")
	if !ok {
		return "", nil
	}
	branch, ok := strings.CutPrefix(strings.TrimSpace(ref), "refs/heads/")
	if !ok || checkBranch(branch) != nil {
		return "", errUnusual
	}
	return branch, nil
}

// read is the commit that a ref names. errNoRef: the ref is not there.
func (r refFiles) read(ref string) (string, error) {
	for range maxLinks {
		text, err := readSmall(filepath.Join(r.common, filepath.FromSlash(ref)))
		// Loose first: packing writes packed-refs before it removes the loose file.
		if err != nil {
			if info, serr := os.Stat(filepath.Join(r.common, filepath.FromSlash(ref))); serr == nil && !info.IsDir() {
				return "", err
			}
			return r.packed(ref)
		}
		next, ok := strings.CutPrefix(text, "ref:")
		if !ok {
			return checkRefValue(text)
		}
		ref = strings.TrimSpace(next)
		branch, ok := strings.CutPrefix(ref, "refs/heads/")
		if !ok || checkBranch(branch) != nil {
			return "", errUnusual
		}
	}
	return "", errUnusual
}

// packed looks a ref up in packed-refs, in constant memory.
func (r refFiles) packed(ref string) (hash string, err error) {
	f, err := os.Open(filepath.Join(r.common, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errNoRef
	}
	if err != nil {
		return "", fmt.Errorf("read origin's packed refs: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		value, name, ok := strings.Cut(lines.Text(), " ")
		if ok && name == ref {
			return checkRefValue(value)
		}
	}
	if err := lines.Err(); err != nil {
		return "", errUnusual
	}
	return "", errNoRef
}

// checkRefValue accepts a full hash. Anything else is left to git to judge.
func checkRefValue(text string) (string, error) {
	if !isObjectName(text) {
		return "", errUnusual
	}
	return text, nil
}

// readSmall reads a one-line file.
func readSmall(path string) (text string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxRefFile || info.Size() == 0 {
		return "", errUnusual
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(b), " \t\r\n"), nil
}

// isHex says that s is lower-case hex of min to max digits.
func isHex(s string, minLen, maxLen int) bool {
	if len(s) < minLen || len(s) > maxLen {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isObjectName says that s is a full hash of either kind that git has.
func isObjectName(s string) bool {
	return isHex(s, sha1Digits, sha1Digits) || isHex(s, sha256Digits, sha256Digits)
}

// How many digits a full hash has.
const (
	sha1Digits   = 40
	sha256Digits = 64
)

// checkBranch is git's rule for the name of a branch (git check-ref-format).
func checkBranch(name string) error {
	bad := func(why string) error {
		return fmt.Errorf("%q cannot be a branch's name: %s; write it as git branch shows it", handoff.Head(name, maxLine), why)
	}
	switch {
	case name == "" || name == "@" || len(name) > 1000:
		return bad("it is empty, @, or longer than 1000 bytes")
	case strings.HasPrefix(name, "-"):
		return bad("it begins with a hyphen")
	case strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.HasSuffix(name, "."):
		return bad("it has .. or @{ in it, or ends with a dot")
	}
	for _, r := range []byte(name) {
		if r < 0x20 || r == 0x7f || strings.IndexByte(" ~^:?*[\\", r) >= 0 {
			return bad(fmt.Sprintf("it has %q in it", r))
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return bad("a part between slashes is empty, begins with a dot or ends with .lock")
		}
	}
	return nil
}
