package publish

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// maxRepeat bounds among how many signals of a gate a repeated one is looked for.
const maxRepeat = 20

// already is the commit on origin's branch by which an earlier request of the same
// words said the same, so that whoever repeats it did not hear that it landed; "" if
// this one is new. A signal is new if something is staged or committed, and if the
// gate was claimed or reviewed since, where that is the answer. With AllowEmpty it
// also is if anything else came into this clone.
func (c *Clone) already(ctx context.Context, s *signal, ahead int) (string, error) {
	if c.tip == "" || len(s.tree.staged) > 0 {
		return "", nil
	}
	list, err := c.signals(ctx, s.Gate, claimRule, reviewRule)
	if err != nil {
		return "", err
	}
	for _, m := range list[:min(len(list), maxRepeat)] {
		if m.rule != s.rule {
			return "", nil
		}
		same, err := c.same(ctx, s, m.commit)
		if err != nil {
			return "", err
		}
		if !same {
			continue
		}
		head, err := c.recorded(ctx, "HEAD")
		if err != nil || head.id == s.id || ahead == 0 && (!s.AllowEmpty || m.commit == c.tip) {
			return m.commit, err
		}
		return "", nil
	}
	return "", nil
}

// same says that a commit is this very signal, said by the same author in the same
// words, and takes over what it is called and what it is of.
func (c *Clone) same(ctx context.Context, s *signal, commit string) (bool, error) {
	is, err := c.recorded(ctx, commit)
	if err != nil {
		return false, err
	}
	want := *s
	want.id = is.id
	if is.reviewed != s.reviewed {
		if covers, err := c.coversToo(ctx, s, is.reviewed); err != nil || !covers {
			return false, err
		}
		want.reviewed = is.reviewed
	}
	if is.id == "" || is != want.recorded() {
		return false, nil
	}
	out, err := c.git.ask(ctx, "log", "--max-count=1", "--no-show-signature", "--format=%ae%n%B", commit, "--")
	author, message, _ := strings.Cut(out, "\n")
	if err != nil || author != c.author || !sameWords(message, want.message(c.opt.Agent)) {
		return false, err
	}
	s.id, s.reviewed = want.id, want.reviewed
	return true, nil
}

// coversToo says that a review of another commit is as good: where nobody said which
// one is meant, and claims came side by side, the tip of then holds them as well as
// the tip of now.
func (c *Clone) coversToo(ctx context.Context, s *signal, reviewed string) (bool, error) {
	if s.rule != reviewRule || s.Reviewed != "" || s.reviewed != c.tip || reviewed == "" {
		return false, nil
	}
	claims, _, err := c.claims(ctx, s.Gate)
	if err != nil {
		return false, err
	}
	newest, err := c.newest(ctx, claims)
	if err != nil {
		return false, err
	}
	_, err = c.given(ctx, Request{Gate: s.Gate, Reviewed: reviewed}, newest)
	if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
		return false, nil
	}
	return err == nil, err
}

// sameWords says that a message is the wanted one, which ends in trailers. Hooks may
// have added trailers of their own.
func sameWords(message, want string) bool {
	said, have := paragraphs(message)
	wanted, ours := paragraphs(want)
	next := 0
	for _, line := range have {
		key, _, _ := strings.Cut(line, ":")
		switch {
		case next < len(ours) && line == ours[next]:
			next++
		case slices.Contains(trailerKeys, strings.ToLower(key)):
			return false
		}
	}
	return said == wanted && next == len(ours)
}

// paragraphs are a message's last one, by its lines, and what is before it, as git
// tidies them up.
func paragraphs(message string) (before string, last []string) {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(message), "\n") {
		line = strings.TrimRight(line, " \t\r\v\f")
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	for i := len(lines) - 1; i > 0; i-- {
		if lines[i] == "" {
			return strings.Join(lines[:i], "\n"), lines[i+1:]
		}
	}
	return "", lines
}
