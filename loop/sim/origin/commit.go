package origin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// commit is a commit object as git stores it, gitformat-commit of git's
// documentation: a head of lines, a blank line, the message. A signature is left
// out, since it would be wrong for what is written again.
type commit struct {
	tree      string
	parents   []string
	author    string
	committer string
	more      []string // other lines of the head, as encoding
	message   string
}

// parseCommit reads a commit object's text.
func parseCommit(text string) (commit, error) {
	head, message, ok := strings.Cut(text, "\n\n")
	if !ok {
		head, ok = strings.CutSuffix(text, "\n")
	}
	if !ok {
		return commit{}, fmt.Errorf("a commit's head %.40q has no end", text)
	}
	c := commit{message: message}
	signed := false
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, " ")
		if name != "" { // a line that begins with a blank continues the one before
			signed = name == "gpgsig" || name == "gpgsig-sha256"
		}
		switch {
		case signed:
		case name == "tree":
			c.tree = value
		case name == "parent":
			c.parents = append(c.parents, value)
		case name == "author":
			c.author = value
		case name == "committer":
			c.committer = value
		default:
			c.more = append(c.more, line)
		}
	}
	if c.tree == "" || c.author == "" || c.committer == "" {
		return commit{}, fmt.Errorf("a commit's head %.40q lacks its tree, author or committer", head)
	}
	return c, nil
}

// text is the commit object with another committer.
func (c commit) text(committer string) string {
	var b strings.Builder
	b.WriteString("tree " + c.tree + "\n")
	for _, p := range c.parents {
		b.WriteString("parent " + p + "\n")
	}
	b.WriteString("author " + c.author + "\ncommitter " + committer + "\n")
	for _, line := range c.more {
		b.WriteString(line + "\n")
	}
	return b.String() + "\n" + c.message
}

// ident is a person and a moment, in seconds since 1970, as a commit has them.
func ident(name string, at int64) string {
	return fmt.Sprintf("%s <%[1]s@origin.invalid> %d +0000", name, at)
}

// parseBatch reads what `git cat-file --batch` prints: for each object a line with
// name, type and size, the object, and a line's end.
func parseBatch(text string) (map[string]commit, error) {
	out := map[string]commit{}
	for text != "" {
		head, rest, _ := strings.Cut(text, "\n")
		words := strings.Split(head, " ")
		if len(words) != 3 || words[1] != "commit" {
			return nil, fmt.Errorf("git cat-file says %.80q of a commit", head)
		}
		size, err := strconv.Atoi(words[2])
		if err != nil || size < 0 || size > len(rest) {
			return nil, fmt.Errorf("git cat-file says %.80q, and prints %d bytes", head, len(rest))
		}
		c, err := parseCommit(rest[:size])
		if err != nil {
			return nil, fmt.Errorf("commit %.40s: %w", words[0], err)
		}
		out[words[0]] = c
		text = strings.TrimPrefix(rest[size:], "\n")
	}
	return out, nil
}

// store writes a commit object and returns its hash.
func (o *Origin) store(ctx context.Context, dir, text string) (string, error) {
	return o.git.run(ctx, dir, text, "hash-object", "-t", "commit", "-w", "--stdin")
}
