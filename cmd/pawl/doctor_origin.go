package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pawl/handoff/mirror"
	"pawl/loop/doctor"
)

func (e *examiner) origin(ctx context.Context) []doctor.Finding {
	if e.git == "" {
		return nil
	}
	url, missing := e.originURL(ctx)
	f := doctor.OriginFacts{URL: doctor.Mask(url), Missing: missing, Branch: e.cfg.Origin.Branch, Wanted: e.cfg.Origin.Branch != ""}
	if url == "" {
		return doctor.Origin(f)
	}
	host, _ := doctor.Place(url)
	f.Local = host == ""
	if err := e.listOrigin(ctx, url, &f); err != nil {
		f.Trouble = err.Error()
	}
	list := doctor.Origin(f)
	if f.Trouble != "" {
		return list
	}
	return append(list, e.docs(ctx, f.Tip))
}

// listOrigin asks origin for its branch with one ls-remote, as the coordinator
// does, within the repository around pawl.yaml: that may say how to log in.
func (e *examiner) listOrigin(ctx context.Context, url string, f *doctor.OriginFacts) error {
	plain, login := mirror.Login(url)
	args := []string{"ls-remote", "--symref", "--", plain, "HEAD"}
	if f.Wanted {
		args = append(args, "refs/heads/"+f.Branch)
	}
	out, err := e.askGitWith(ctx, question{env: e.env, login: login, args: args}, e.cfg.Dir)
	if err != nil {
		return err
	}
	refs := map[string]string{}
	for line := range strings.Lines(out) {
		value, name, _ := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if ref, ok := strings.CutPrefix(value, "ref: refs/heads/"); ok && !f.Wanted {
			f.Branch = ref
			continue
		}
		refs[name] = value
	}
	if f.Tip = refs["refs/heads/"+f.Branch]; !f.Wanted && f.Branch != "" {
		f.Tip = refs["HEAD"]
	}
	return nil
}

// docs looks for the docs folder in origin's tree, if that is the tree of its tip.
func (e *examiner) docs(ctx context.Context, tip string) doctor.Finding {
	f := doctor.DocsFacts{Folder: e.cfg.Handoff.Docs}
	if dir, rev := e.fetched(ctx); dir != "" && e.names(ctx, dir, rev, tip) {
		there, err := e.inTree(ctx, dir, rev, []string{f.Folder})
		f.Known, f.There = err == nil, there[f.Folder]
	}
	return doctor.Docs(f)
}

// fetched is where origin's branch can be read without the network: in an origin
// on this machine, or in the mirror, as it was last fetched.
func (e *examiner) fetched(ctx context.Context) (dir, rev string) {
	if e.git == "" {
		return "", ""
	}
	url, _ := e.originURL(ctx)
	host, path := doctor.Place(url)
	rev = "HEAD"
	if e.cfg.Origin.Branch != "" {
		rev = "refs/heads/" + e.cfg.Origin.Branch
	}
	if url != "" && host == "" && e.has(ctx, path, rev) {
		return path, rev
	}
	mirror := filepath.Join(e.cfg.StateDir, "origin.git")
	if _, err := os.Stat(mirror); err == nil && e.has(ctx, mirror, "refs/pawl/tip") {
		return mirror, "refs/pawl/tip"
	}
	return "", ""
}

// originTip is origin's newest commit that can be read here, and where.
type originTip struct{ dir, hash string }

// tip finds origin's tip, once for all clones.
func (e *examiner) tip(ctx context.Context) originTip {
	e.tipOnce.Do(func() {
		dir, rev := e.fetched(ctx)
		if dir == "" {
			return
		}
		if hash, err := e.askGit(ctx, dir, "rev-parse", "--quiet", "--verify", rev+"^{commit}"); err == nil {
			e.tipFound = originTip{dir, hash}
		}
	})
	return e.tipFound
}

// names says that rev is the commit tip.
func (e *examiner) names(ctx context.Context, dir, rev, tip string) bool {
	out, err := e.askGit(ctx, dir, "rev-parse", "--quiet", "--verify", rev+"^{commit}")
	return err == nil && strings.TrimSpace(out) == tip
}

func (e *examiner) has(ctx context.Context, dir, rev string) bool {
	_, err := e.askGit(ctx, dir, "rev-parse", "--quiet", "--verify", rev+"^{commit}")
	return err == nil
}

// inTree says which of the paths a commit has.
func (e *examiner) inTree(ctx context.Context, dir, rev string, paths []string) (map[string]bool, error) {
	var asked []string
	var lines strings.Builder
	for _, path := range paths {
		if !strings.ContainsAny(path, "\n\r\x00") {
			asked = append(asked, path)
			lines.WriteString(rev + ":" + path + "\n")
		}
	}
	out, err := e.askGitWith(ctx, question{env: e.env, args: []string{"cat-file", "--batch-check"}, stdin: lines.String()}, dir)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for i, line := range strings.Split(out, "\n") {
		if i < len(asked) && line != "" && !strings.HasSuffix(line, " missing") {
			there[asked[i]] = true
		}
	}
	return there, nil
}

// clock compares this machine's clock with origin's last commit, and looks at
// the time zones.
func (e *examiner) clock(ctx context.Context) []doctor.Finding {
	var last time.Time
	if dir, rev := e.fetched(ctx); dir != "" {
		out, err := e.askGit(ctx, dir, "log", "-1", "--no-show-signature", "--format=%ct", rev, "--")
		if seconds, perr := strconv.ParseInt(strings.TrimSpace(out), 10, 64); err == nil && perr == nil {
			last = time.Unix(seconds, 0)
		}
	}
	names, trouble := e.zones()
	return []doctor.Finding{doctor.Clock(e.now, last), doctor.Zones(names, trouble)}
}
