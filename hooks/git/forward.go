package git

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// forwarded are the hooks that pawl's folder calls whether they are there or
// not, so that one which is written later runs. See githooks(5).
var forwarded = []string{
	"applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg", commitMsg, "post-commit",
	"pre-rebase", "post-checkout", "post-merge", prePush, "post-rewrite", "pre-auto-gc", "post-index-change",
	"pre-receive", "update", "proc-receive", postReceive, "post-update",
	"sendemail-validate", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist", "p4-pre-submit",
}

// forwardedIfThere are called only where they are there by now: one is called
// several times for each ref, and with the other git leaves a work tree to it.
var forwardedIfThere = []string{referenceTransaction, "push-to-checkout"}

// oftenCalled are those that git may call many times in one command: they keep to the
// folder that core.hooksPath named when they were installed, as it takes a process
// to read it.
var oftenCalled = []string{referenceTransaction, "post-index-change", "update"}

// outside is the folder in which git would look for hooks if the repository's own
// configuration named none: a relative one counts from the top of each worktree.
func (r Repo) outside(ctx context.Context) (string, error) {
	out, err := r.setting(ctx, "--show-scope", "-z", "--type=path", "--get-all", "core.hooksPath")
	folder := filepath.Join(r.Common, "hooks")
	fields := strings.Split(out, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		if scope := fields[i]; scope != "local" && scope != "worktree" && fields[i+1] != "" {
			folder = fields[i+1]
		}
	}
	return folder, err
}

// forwardExpression is the user's hook to a script in pawl's folder. The repository's own
// core.hooksPath is read by each call: other programs set it whenever they are
// installed. Where the hooks are in the repository the path counts from the script's own.
func (r Repo) forwardExpression(name, outside string) string {
	folder := quote(outside)
	if outside == filepath.Join(r.Common, "hooks") {
		folder = `"${0%/*}/../hooks"`
	}
	if slices.Contains(oftenCalled, name) {
		return folder + quote("/"+name)
	}
	return `"$(git config --file "${0%/*}/../config" --type=path --get core.hooksPath 2>/dev/null || printf %s ` + folder + `)"` + quote("/"+name)
}

// calledBy is the user's hook that a script in pawl's folder calls, by path, whether it
// is there or not: as forwardExpression has it.
func (r Repo) calledBy(ctx context.Context, name string, record Record) (string, error) {
	folder := ""
	if !slices.Contains(oftenCalled, name) {
		var err error
		if folder, err = r.setting(ctx, "--local", "--type=path", "--get", "core.hooksPath"); err != nil {
			return "", err
		}
	}
	if folder == "" {
		folder = record.Theirs
	}
	return joined(r.at(), filepath.Join(folder, name)), nil
}

// forwardName is what a script that only forwards says it is: it must not be
// taken for pawl's hook of that name.
func forwardName(name string) string { return "forward " + name }

// notForwarded are hooks of the user's that pawl's folder hides from git, by path.
func (r Repo) notForwarded(ctx context.Context) ([]string, error) {
	names := r.names()
	last := names[len(names)-1] // one that reads core.hooksPath, and knows what there is without
	record, _, err := readScript(filepath.Join(r.own(), last))
	if err != nil {
		return nil, err
	}
	called, err := r.calledBy(ctx, last, record)
	if err != nil {
		return nil, err
	}
	hidden := []string{}
	for _, name := range slices.Concat(forwarded, forwardedIfThere) {
		path := filepath.Join(filepath.Dir(called), name)
		if !executable(path) {
			continue
		}
		runs, err := r.forwards(ctx, path)
		if err != nil {
			return nil, err
		}
		if !runs {
			hidden = append(hidden, path)
		}
	}
	return hidden, nil
}

// forwards says that a script in pawl's folder calls the user's hook at path.
func (r Repo) forwards(ctx context.Context, path string) (bool, error) {
	name := filepath.Base(path)
	record, whose, err := readScript(filepath.Join(r.own(), name))
	if err != nil || whose == nobodys {
		return false, err
	}
	called, err := r.calledBy(ctx, name, record)
	return called == path, err
}
