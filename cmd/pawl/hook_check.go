package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"pawl/handoff"
	verify "pawl/hooks/check"
	"pawl/loop"
	"pawl/loop/config"
)

// errRefused is a commit or a push that a hook refuses; what is wrong with it was
// told already. Any other error of a hook is trouble of pawl's own, and git goes on.
var errRefused = errors.New("refused")

// maxMessageFile bounds how much of a message is judged, in bytes.
const maxMessageFile = 1 << 20

// commitMsg judges the message in file before git commits it.
func (a *app) commitMsg(ctx context.Context, path, file string) error {
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	h, err := historyHere(ctx)
	if err != nil {
		return err
	}
	// Git sets this for its hooks where it opens no editor (git-commit's source,
	// run_commit_hook).
	cleanup, err := h.MessageCleanup(ctx, os.Getenv("GIT_EDITOR") != ":")
	if err != nil {
		return err
	}
	text, err := readMessage(file)
	if err != nil {
		return err
	}
	in, c, err := loop.MessageFacts(ctx, h, cfg, cleanup.Clean(text))
	if err != nil {
		return err
	}
	found := verify.Message(in, c)
	if len(found) == 0 {
		for _, doubt := range verify.Doubts(in, c) {
			a.warn("%s", doubt)
		}
		return nil
	}
	a.refuseMessage(in, c, found)
	return errRefused
}

func readMessage(file string) (text string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content, err := io.ReadAll(io.LimitReader(f, maxMessageFile))
	return string(content), err
}

// refuseMessage says all that is needed to write the message well at once.
func (a *app) refuseMessage(in verify.Input, c verify.Commit, found []verify.Finding) {
	fmt.Fprintf(a.err, "pawl: nothing is committed: the message %s is not as it should be\n", quote(shown(c.Subject)))
	for _, f := range found {
		fmt.Fprintf(a.err, "pawl: %s: %s\n", f.Rule, f.What)
	}
	if example := verify.Example(in, c); example != "" {
		fmt.Fprintf(a.err, "hint: commit again with a message like this, its text between subject and trailers if there is any:\n\n    %s\n\n", strings.ReplaceAll(example, "\n", "\n    "))
	}
}

// shown is text from elsewhere, fit for a message.
func shown(s string) string { return handoff.Clean(s, handoff.MaxLabel) }
