package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// unpackLimit keeps a fetch of fewer objects loose; git's own limit is the same.
// Loose objects are found without loading an index, so that a look costs the same on
// an old repository. A commit of an agent brings about four objects (itself and a path
// of trees and a file). To unpack a thousand commits took ten times as long as to keep
// their pack and have the git program list it.
const unpackLimit = "100"

// sourceFile names, within a mirror, the origin that it is of.
const sourceFile = "pawl-source"

// bring sees to it that the mirror holds the tip that origin named.
func (m *Mirror) bring(ctx context.Context, src source, look *Look) error {
	if m.sound(src) && m.tip() == look.Tip {
		return m.packIfDue(ctx)
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if m.sound(src) && objectFormat(m.tip()) == objectFormat(look.Tip) {
		if m.tip() == look.Tip {
			return nil // another process fetched it while we waited
		}
		m.removeStaleLocks()
		err := m.fetch(ctx, m.opt.Dir, src, look.Branch)
		m.removeTornPacks()
		if err == nil {
			m.maintain(ctx, busyTimes)
		}
		if err == nil || !isDamage(err) {
			look.Fetched, look.Tip = err == nil, m.newest(look.Tip, err)
			return err
		}
		m.opt.Log.Warn("the mirror of origin is damaged and is built anew", "why", err)
	}
	m.opt.Log.Info("origin is fetched whole, which takes a while where it is large", "url", look.URL, "branch", look.Branch)
	if err := m.rebuild(ctx, src, look); err != nil {
		return err
	}
	m.suspect.Store(false)
	look.Fetched, look.Rebuilt, look.Tip = true, true, m.tip()
	return nil
}

// newest is the tip after a fetch: origin may have moved again meanwhile.
func (m *Mirror) newest(named string, err error) string {
	if err != nil {
		return named
	}
	return m.tip()
}

// tip is the commit that the mirror holds as the branch's tip; "" when none.
func (m *Mirror) tip() string {
	hash, err := refFiles{dir: m.opt.Dir, common: m.opt.Dir}.read(tipRef)
	if err != nil || !isObjectName(hash) {
		return ""
	}
	return hash
}

// sound says that the mirror is there, is of this origin, and that nothing bad
// is known of it.
func (m *Mirror) sound(src source) bool {
	if m.suspect.Load() {
		return false
	}
	of, err := readSmall(filepath.Join(m.opt.Dir, sourceFile))
	if err != nil || of != src.id() {
		return false
	}
	if _, err := openGitDir(m.opt.Dir); err != nil {
		return false
	}
	tip := m.tip()
	return tip != "" && m.mayHold(tip)
}

// mayHold says that an object is loose, or that there are packs it may be in.
func (m *Mirror) mayHold(hash string) bool {
	objects := filepath.Join(m.opt.Dir, "objects")
	if _, err := os.Stat(filepath.Join(objects, hash[:2], hash[2:])); err == nil {
		return true
	}
	packs, err := os.ReadDir(filepath.Join(objects, "pack"))
	return err == nil && len(packs) > 0
}

// fetch brings the whole branch into the mirror at dir.
func (m *Mirror) fetch(ctx context.Context, dir string, src source, branch string) error {
	return m.git.run(ctx, call{quiet: m.opt.Timeout, env: src.env, args: []string{
		"--git-dir=" + dir,
		"-c", "fetch.unpackLimit=" + unpackLimit, "-c", "fetch.writeCommitGraph=false", "-c", "submodule.recurse=false",
		"fetch", "--progress", "--force", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance",
		"--no-write-fetch-head", "--no-show-forced-updates", "--no-prune", "--refmap=",
		"--", src.url, "+refs/heads/" + branch + ":" + tipRef,
	}})
}

// damage are words of git that tell of a mirror that cannot be fetched into,
// and not of an origin that cannot be reached.
var damage = []string{
	"bad object", "bad ref", "broken", "corrupt", "missing", "unable to read", "could not read ", "is empty", "not a git repository:",
	".lock'", "cannot lock ref", "unable to update local ref", "did not send all necessary objects", "unable to find",
	"unresolved delta", "revision walk setup failed", "failed to traverse parents", "unexpected object", "invalid object", "packfile",
}

// isDamage judges a failed fetch. Lines that origin said are not about the mirror.
func isDamage(err error) bool {
	var failed *gitError
	if !errors.As(err, &failed) {
		return false
	}
	for line := range strings.SplitSeq(failed.stderr, "\n") {
		line = strings.ToLower(line)
		if strings.HasPrefix(line, "remote:") || hasAnyPrefix(line, boilerplate) {
			continue
		}
		for _, word := range damage {
			if strings.Contains(line, word) {
				return true
			}
		}
	}
	return false
}

// refsAreFiles has git init make a repository whose refs are read without a
// process, whatever the user's configuration prefers (git 2.45). An older git knows
// no other kind, and not this variable.
const refsAreFiles = "GIT_DEFAULT_REF_FORMAT=files"

// objectFormat is what git calls the kind of a full hash.
func objectFormat(hash string) string {
	if len(hash) == sha256Digits {
		return "sha256"
	}
	return "sha1"
}

// rebuild builds the mirror in a folder beside and renames it into place, so
// that an end at any moment leaves the old one or the new one.
func (m *Mirror) rebuild(ctx context.Context, src source, look *Look) (err error) {
	parent, base := filepath.Split(m.opt.Dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return fmt.Errorf("make the mirror's folder: %w", err)
	}
	m.sweep(parent, base)
	dir, err := os.MkdirTemp(parent, base+".new-")
	if err != nil {
		return fmt.Errorf("make the mirror's folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	initial := []string{"-c", "init.defaultBranch=main", "init", "--bare", "--quiet", "--template=", "--object-format=" + objectFormat(look.Tip), "--", dir}
	if _, err := m.git.lines(ctx, localTimeout, []string{refsAreFiles}, initial...); err != nil {
		return err
	}
	if err := m.fetch(ctx, dir, src, look.Branch); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"symbolic-ref", "HEAD", tipRef}, // so that git log in the mirror shows the branch
		{"commit-graph", "write", "--reachable", "--no-progress"},
	} {
		if _, err := m.git.lines(ctx, localTimeout, nil, append([]string{"--git-dir=" + dir}, args...)...); err != nil {
			return err
		}
	}
	m.keepCursor(ctx, dir)
	if err := writeFile(filepath.Join(dir, sourceFile), src.id()+"\n"); err != nil {
		return err
	}
	return m.install(dir, parent, base)
}

// keepCursor carries the pin over when the new mirror has the commit too.
func (m *Mirror) keepCursor(ctx context.Context, dir string) {
	cursor, err := refFiles{dir: m.opt.Dir, common: m.opt.Dir}.read(cursorRef)
	if err != nil || !isObjectName(cursor) {
		return
	}
	if _, err := m.git.lines(ctx, localTimeout, nil, "--git-dir="+dir, "update-ref", cursorRef, cursor); err != nil {
		m.opt.Log.Info("the cursor is not in the rebuilt mirror", "cursor", cursor)
	}
}

// install swaps the new mirror in. Readers are waited for: each of them ends
// with its own deadline.
func (m *Mirror) install(dir, parent, base string) error {
	m.swap.Lock()
	defer m.swap.Unlock()
	old := filepath.Join(parent, base+".old-"+filepath.Base(dir))
	err := os.Rename(m.opt.Dir, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the old mirror aside: %w", err)
	}
	if err := os.Rename(dir, m.opt.Dir); err != nil {
		return fmt.Errorf("put the new mirror in place: %w", err)
	}
	if err := syncDir(parent); err != nil {
		return err
	}
	if err := os.RemoveAll(old); err != nil {
		m.opt.Log.Warn("the old mirror cannot be removed", "why", err)
	}
	return nil
}

// sweep removes what builds that were killed left behind. The lock says that
// none is under way.
func (m *Mirror) sweep(parent, base string) {
	for _, pattern := range []string{base + ".new-*", base + ".old-*"} {
		left, err := filepath.Glob(filepath.Join(escapeGlob(parent), escapeGlob(strings.TrimSuffix(pattern, "*"))+"*"))
		if err != nil {
			continue
		}
		for _, dir := range left {
			if err := os.RemoveAll(dir); err != nil {
				m.opt.Log.Warn("a half-built mirror cannot be removed", "why", err)
			}
		}
	}
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

// removeStaleLocks removes locks of git processes that were killed. Our lock
// says that no other one writes here.
func (m *Mirror) removeStaleLocks() {
	for _, name := range []string{tipRef + ".lock", "packed-refs.lock", "HEAD.lock", "config.lock", "shallow.lock"} {
		if err := os.Remove(filepath.Join(m.opt.Dir, name)); err == nil {
			m.opt.Log.Info("a lock that a killed fetch left was removed", "file", name)
		}
	}
}
