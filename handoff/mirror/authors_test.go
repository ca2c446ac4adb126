package mirror

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// as commits under a name and an address.
func (r repo) as(name, email, message string) {
	r.t.Helper()
	r.git("-c", "core.commentChar=;", "commit", "-q", "--allow-empty", "--author="+name+" <"+email+">", "-m", message)
}

func TestAuthors(t *testing.T) {
	r := newRepo(t)
	base := r.commit("start", nil)
	r.as("builder", "builder@p.invalid", "claim(g): one")
	r.as("builder", "builder@p.invalid", "claim(g): two")
	r.as("dev", "dev@x", "fix\n\nPawl-Agent: reviewer")
	r.as("dev", "dev@x", "two trailers\n\nPawl-Agent: first\nPawl-Agent: last\n of all")
	r.as("dev", "dev@x", "no trailer\n\nPawl-Agent: nobody\n\nthe end")
	r.git("checkout", "-q", "-b", "side", base)
	r.as("side", "s@x", "beside")
	r.git("checkout", "-q", "main")
	r.git("merge", "-q", "--no-edit", "side")
	m := mirrorOf(t, r.dir)
	tip := look(t, m).Tip

	got, err := m.Authors(context.Background(), base, tip)
	want := []Author{
		{"", "builder", "builder@p.invalid", 2}, {"", "A U Thor", "author@example.com", 1},
		{"", "dev", "dev@x", 1}, {"last of all", "dev", "dev@x", 1}, {"reviewer", "dev", "dev@x", 1}, {"", "side", "s@x", 1},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	all, err := m.Authors(context.Background(), "", tip)
	if err != nil || total(all) != total(want)+1 {
		t.Errorf("without a beginning: %+v, %v", all, err)
	}
	for name, since := range map[string]string{"nothing moved": tip, "it moved back": tip + "~1"} {
		if got, err := m.Authors(context.Background(), tip, r.git("rev-parse", since)); err != nil || len(got) != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := m.Authors(context.Background(), "", ""); err != nil || got != nil {
		t.Errorf("an empty branch: %+v, %v", got, err)
	}
}

func total(list []Author) (n int) {
	for _, a := range list {
		n += a.Commits
	}
	return n
}

func TestAuthorsAreTheRange(t *testing.T) {
	r := newRepo(t)
	start := r.commit("start", nil)
	r.as("old", "o@x", "dropped by the rewrite")
	m := mirrorOf(t, r.dir)
	was := look(t, m).Tip
	r.git("reset", "-q", "--hard", start)
	r.as("new", "n@x", "instead of it")
	tip := look(t, m).Tip
	got, err := m.Authors(context.Background(), was, tip)
	if err != nil || !slices.Equal(got, []Author{{"", "new", "n@x", 1}}) {
		t.Errorf("over a rewrite: %+v, %v", got, err)
	}
}

func TestAuthorsOfWhatIsNotThere(t *testing.T) {
	r := newRepo(t)
	r.commit("start", nil)
	m := mirrorOf(t, r.dir)
	tip := look(t, m).Tip
	if _, err := m.Authors(context.Background(), strings.Repeat("1", 40), tip); !errors.Is(err, ErrUnknownCommit) {
		t.Errorf("a commit that is gone: %v", err)
	}
	if _, err := m.Authors(context.Background(), "--all", tip); err == nil || !strings.Contains(err.Error(), "no full commit hash") {
		t.Errorf("an option: %v", err)
	}
	if _, err := mirrorOf(t, r.dir).Authors(context.Background(), "", tip); err == nil {
		t.Error("a mirror that is not there yet has authors")
	}
}

func TestAuthorsWithHostileNames(t *testing.T) {
	r := newRepo(t)
	r.commit("start", nil)
	r.as(">a\x1b[31m|b`", "--x@y", "hm\n\nPawl-Agent: \x07bell")
	r.as(strings.Repeat("long", 500), "l@x", "hm")
	m := mirrorOf(t, r.dir)
	got, err := m.Authors(context.Background(), "", look(t, m).Tip)
	if err != nil || total(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, a := range got {
		if len(a.Name) > maxLine {
			t.Errorf("a name of %d bytes", len(a.Name))
		}
	}
}
