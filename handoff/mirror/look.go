package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Look is what origin said.
type Look struct {
	URL     string // where origin is, without credentials
	Branch  string // "" while origin is empty and names none
	Tip     string // "" while the branch is not there
	Local   bool   // the ref was read from a file on this machine
	Fetched bool   // the branch had moved, and its commits were fetched
	Rebuilt bool   // the mirror was built anew
}

// Look asks origin for the branch and fetches it when it moved. Only here is
// the network used. One Look runs at a time; others wait. When Look fails,
// what the mirror held before can still be read.
func (m *Mirror) Look(ctx context.Context) (Look, error) {
	select {
	case m.looking <- struct{}{}:
		defer func() { <-m.looking }()
	case <-ctx.Done():
		return Look{}, fmt.Errorf("look at origin: %w", ctx.Err())
	}
	src, err := m.find(ctx)
	if err != nil {
		return Look{}, err
	}
	look := Look{URL: src.shown}
	branch := strings.TrimPrefix(m.opt.Branch, "refs/heads/")
	if branch != "" {
		if err := checkBranch(branch); err != nil {
			return look, err
		}
	}
	seen, err := m.listing(ctx, src, branch)
	if err != nil {
		m.source = source{} // its configuration may be what is wrong
		return look, fmt.Errorf("origin %s cannot be read: %w", look.URL, err)
	}
	m.branch = seen.branch
	look.Branch, look.Tip, look.Local = seen.branch, seen.tip, seen.local
	switch {
	case look.Tip == "" && seen.others:
		return look, fmt.Errorf("origin %s has no branch %q; push it, or set origin.branch to one that is there", look.URL, look.Branch)
	case look.Tip == "":
		return look, nil
	}
	err = m.bring(ctx, src, &look)
	if err != nil {
		return look, fmt.Errorf("branch %s of origin %s: %w", look.Branch, look.URL, err)
	}
	return look, nil
}

// listed is what origin says about its refs.
type listed struct {
	branch, tip string
	local       bool
	others      bool // the branch is not there, and the one that HEAD names is
}

// listing finds the branch's tip. want "" is the branch that was found earlier,
// or the one that HEAD names when there was none or it is gone.
func (m *Mirror) listing(ctx context.Context, src source, want string) (listed, error) {
	if src.path != "" {
		l, err := m.listFiles(src.path, want)
		if err == nil {
			return l, nil
		}
		m.opt.Log.Debug("origin's refs are not read from files", "why", err)
	}
	return m.listRemote(ctx, src, want)
}

// listFiles reads origin's refs from its files.
func (m *Mirror) listFiles(path, want string) (listed, error) {
	repo, err := openLocal(path)
	if err != nil {
		return listed{}, err
	}
	candidates := []string{want}
	if want == "" {
		head, err := repo.head()
		if err != nil {
			return listed{}, err
		}
		if head == "" && m.branch == "" {
			return listed{}, errUnusual
		}
		candidates = []string{m.branch, head}
	}
	last := ""
	for _, branch := range candidates {
		if branch == "" {
			continue
		}
		last = branch
		tip, err := repo.read("refs/heads/" + branch)
		if err == nil {
			return listed{branch: branch, tip: tip, local: true}, nil
		}
		if !errors.Is(err, errNoRef) {
			return listed{}, err
		}
	}
	return listed{branch: last, local: true, others: repo.hasOther(last)}, nil
}

// hasOther says that HEAD names a branch that is there, and another one.
func (r refFiles) hasOther(branch string) bool {
	head, err := r.head()
	if err != nil || head == "" || head == branch {
		return false
	}
	_, err = r.read("refs/heads/" + head)
	return err == nil
}

// listRemote asks with one ls-remote. HEAD is always asked for: it costs
// nothing, and it answers when the branch is gone.
func (m *Mirror) listRemote(ctx context.Context, src source, want string) (listed, error) {
	branch := want
	if branch == "" {
		branch = m.branch
	}
	args := []string{"ls-remote", "--symref", "--", src.url, "HEAD"}
	if branch != "" {
		args = append(args, "refs/heads/"+branch)
	}
	lines, err := m.git.lines(ctx, m.opt.Timeout, src.env, args...)
	if err != nil {
		return listed{}, err
	}
	head, refs := "", map[string]string{}
	for _, line := range lines {
		value, name, ok := strings.Cut(line, "\t")
		if ref, symbolic := strings.CutPrefix(value, "ref: "); ok && symbolic {
			if name == "HEAD" {
				head = strings.TrimPrefix(ref, "refs/heads/")
			}
		} else if ok && isObjectName(value) {
			refs[name] = value
		}
	}
	if tip := refs["refs/heads/"+branch]; branch != "" && tip != "" || want != "" {
		return listed{branch: branch, tip: tip, others: tip == "" && refs["HEAD"] != ""}, nil
	}
	switch {
	case head != "" && checkBranch(head) == nil:
		return listed{branch: head, tip: refs["HEAD"]}, nil
	case refs["HEAD"] != "":
		return listed{}, errors.New("its HEAD names no branch; set origin.branch")
	}
	return listed{branch: branch}, nil
}
