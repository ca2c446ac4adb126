package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"pawl/handoff/publish"
)

// signalFlags are what claim and review have in common.
type signalFlags struct {
	messages   []string
	file       string
	allowEmpty bool
	staged     bool
	asJSON     bool
}

func (f *signalFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVarP(&f.messages, "message", "m", nil, "the `TEXT` behind the gate; further ones are paragraphs below it")
	c.Flags().StringVarP(&f.file, "file", "F", "", "take the text from a `FILE`; - is standard input")
	c.Flags().BoolVar(&f.allowEmpty, "allow-empty", false, "commit although nothing was changed; again in the same words, if anything came since")
	c.Flags().BoolVar(&f.staged, "staged", false, "commit what is staged as it is")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print as JSON")
}

func (a *app) claimCommand() *cobra.Command {
	var f signalFlags
	c := &cobra.Command{
		Use:   "claim GATE [-m TEXT | -F FILE]",
		Short: "commit a claim in this clone, and push it",
		Long: "claim commits claim(GATE): TEXT with what is staged, and pushes it with all commits that are not on origin's branch yet. If\n" +
			"that moved meanwhile they are put on top of it. It prints the commit as it landed; one that had landed already is not made\n" +
			"again. What is refused changes nothing.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := f.text(a.in)
			if err != nil {
				return err
			}
			r := publish.Request{Gate: args[0], Text: text, AllowEmpty: f.allowEmpty, Staged: f.staged}
			return a.publish(c.Context(), f, func(ctx context.Context, clone *publish.Clone) (publish.Result, error) {
				return clone.Claim(ctx, r)
			})
		},
	}
	f.add(c)
	return c
}

// maxText bounds what is read of a file, in bytes; what is refused for its length
// is shorter.
const maxText = 1 << 20

// text is what the flags say; "" where they say nothing.
func (f *signalFlags) text(in io.Reader) (string, error) {
	text := strings.Join(f.messages, "\n\n")
	switch {
	case f.file == "" && len(f.messages) == 0:
		return "", nil
	case f.file != "" && len(f.messages) > 0:
		return "", &usageError{errors.New("-m and -F say the same thing; write one of them")}
	case f.file == "-":
		read, err := io.ReadAll(io.LimitReader(in, maxText))
		if err != nil {
			return "", fmt.Errorf("read the text from standard input: %w", err)
		}
		text = string(read)
	case f.file != "":
		file, err := os.Open(f.file)
		if err != nil {
			return "", unreadText(f.file, err)
		}
		read, err := io.ReadAll(io.LimitReader(file, maxText))
		if err := errors.Join(err, file.Close()); err != nil {
			return "", unreadText(f.file, err)
		}
		text = string(read)
	}
	if strings.TrimSpace(text) == "" {
		return "", &hinted{&invalidError{errors.New("the text is empty")}, "say in a line what holds, or leave -m and -F out"}
	}
	return text, nil
}

// unreadText says what to do about a file that the text cannot be taken from.
func unreadText(name string, err error) error {
	why, hint := err.Error(), "name a file that this user can read"
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		why = fault.Err.Error()
	}
	if errors.Is(err, fs.ErrNotExist) {
		hint = "write the text into that file first, or say it with -m TEXT; -F - reads standard input"
	}
	return &hinted{&invalidError{fmt.Errorf("the text cannot be read from the file %s: %s", quote(name), why)}, hint}
}

// publish has a signal written, tells of it, and has origin looked at.
func (a *app) publish(ctx context.Context, f signalFlags, write func(context.Context, *publish.Clone) (publish.Result, error)) error {
	if err := needGit(); err != nil {
		return err
	}
	cfg, err := a.inForce(ctx)
	if err != nil {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	clone, err := publish.Open(ctx, publishOptions(cfg, dir))
	if err != nil {
		return refusalError(err)
	}
	result, err := write(ctx, clone)
	err = errors.Join(err, clone.Close())
	var kept *publish.KeptError
	if errors.As(err, &kept) {
		result = kept.Result
	}
	if err != nil && kept == nil {
		return refusalError(err)
	}
	if err := a.tellSignal(result, kept == nil, f.asJSON); err != nil {
		return err
	}
	if kept != nil {
		return &hinted{errors.New(kept.Error()), "the same command again pushes it, and so does git push " + kept.Result.Remote + " HEAD:" + kept.Result.Branch}
	}
	a.pokeQuietly(ctx, cfg)
	return nil
}
