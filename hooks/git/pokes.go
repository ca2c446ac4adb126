package git

import (
	"os"
	"path/filepath"
	"strings"
)

// mostConfig bounds what is read of a repository's configuration, in bytes.
const mostConfig = 1 << 20

// Pokes says whether a push from the repository around dir, or into it, tells the
// coordinator of that pawl.yaml. It reads a few files and starts no process, so that
// it does not know of a core.hooksPath that is set for all repositories.
func Pokes(dir, config string) bool {
	common := findCommon(dir)
	if common == "" {
		return false
	}
	settings := smallFile(filepath.Join(common, "config"))
	lower := strings.ToLower(settings)
	redirects := strings.Contains(lower, "hookspath")
	if resolved, err := filepath.EvalSymlinks(common); err == nil {
		common = resolved
	}
	for _, name := range []string{referenceTransaction, postReceive} {
		path := filepath.Join(common, "hooks", name)
		if strings.Contains(settings, `"pawl-`+name+`"`) || strings.Contains(settings, includedPath) {
			path = filepath.Join(common, ownName, name)
		} else if redirects {
			continue
		}
		record, whose, err := readScript(path)
		if err == nil && whose == ours && record.Config == config && (record.At == "" || record.At == common) && executable(path) {
			return true
		}
	}
	return false
}

// findCommon finds git's folder of the repository around dir without asking git;
// "" where there is none.
func findCommon(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		for _, place := range []string{filepath.Join(dir, ".git"), dir} {
			if target, ok := strings.CutPrefix(smallFile(place), "gitdir: "); ok {
				place = joined(filepath.Dir(place), strings.TrimSpace(target))
			}
			if smallFile(filepath.Join(place, "HEAD")) == "" {
				continue
			}
			if common := strings.TrimSpace(smallFile(filepath.Join(place, "commondir"))); common != "" {
				return joined(place, common)
			}
			if exists(filepath.Join(place, "objects")) {
				return place
			}
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func joined(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// smallFile is the text of a file; "" where there is none.
func smallFile(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostConfig {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// Around says whether there is a repository around dir.
func Around(dir string) bool { return findCommon(dir) != "" }

// Any says whether there is a hook of pawl's in the repository around dir, whether git
// calls it or not. It reads a few files and starts no process.
func Any(dir string) bool {
	common := findCommon(dir)
	if common == "" {
		return false
	}
	for _, name := range everyName {
		if _, whose, err := readScript(filepath.Join(common, "hooks", name)); err != nil || whose == ours || whose == changed {
			return true
		}
	}
	return exists(filepath.Join(common, ownName)) || strings.Contains(smallFile(filepath.Join(common, "config")), `"pawl-`)
}
