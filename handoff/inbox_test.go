package handoff

import (
	"strings"
	"testing"
)

func TestInboxes(t *testing.T) {
	check(t, usual(), []telling{
		{"a letter is a handoff to its reader", `
			w: a letter | +machine-docs/BUILDER-INBOX.md=hello
			push
			x: more
			push`, `builder open machine-docs/BUILDER-INBOX.md=hello`},
		{"a file that nobody watches is none", `
			w: a letter | +machine-docs/INBOX.md=hello | +other/BUILDER-INBOX.md=hello
			push`, ``},
		{"a blank file is none", `
			w: a letter | +BUILDER-INBOX.md=
			push`, ``},
		{"the root is the fallback for the docs folder", `
			w: a letter | +BUILDER-INBOX.md=hello
			push`, `builder open BUILDER-INBOX.md=hello`},
		{"the docs folder goes first", `
			w: letters | +BUILDER-INBOX.md=root | +machine-docs/BUILDER-INBOX.md=docs
			push`, `builder open machine-docs/BUILDER-INBOX.md=docs`},
		{"deleting the file is the acknowledgement", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			taken
			d: read | -BUILDER-INBOX.md
			x: more
			push`, `builder answered BUILDER-INBOX.md=hello by d`},
		{"so is blanking it", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			d: read | +BUILDER-INBOX.md=
			push`, `builder answered BUILDER-INBOX.md=hello by d`},
		{"a letter that comes and goes in one range is told to nobody", `
			w: a letter | +BUILDER-INBOX.md=hello
			d: read | -BUILDER-INBOX.md
			push`, ``},
		{"another blob supersedes an untold one", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			v: another | +BUILDER-INBOX.md=hello again
			push`, `
			builder superseded BUILDER-INBOX.md=hello
			builder open BUILDER-INBOX.md=hello again`},
		{"a told one waits until the file is deleted", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			taken
			v: another | +BUILDER-INBOX.md=hello again
			push
			d: read | -BUILDER-INBOX.md
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder answered BUILDER-INBOX.md=hello again by d`},
		{"back to a superseded blob opens it again", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			v: another | +BUILDER-INBOX.md=hello again
			push
			u: as before | +BUILDER-INBOX.md=hello
			push`, `
			builder open BUILDER-INBOX.md=hello
			builder superseded BUILDER-INBOX.md=hello again`},
		{"a signal and a letter are two handoffs", `
			c1: claim(a): parses | +ADVERSARY-INBOX.md=look
			push`, `
			adversary open claim(a) c1
			adversary open ADVERSARY-INBOX.md=look`},
		{"a branch that is gone for a while acknowledges nothing", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			push nowhere
			push w`, `builder open BUILDER-INBOX.md=hello`},
	})
}

func TestTheSameLetterAgain(t *testing.T) {
	check(t, usual(), []telling{
		{"in one range", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			d: read | -BUILDER-INBOX.md
			v: again | +BUILDER-INBOX.md=hello
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder open BUILDER-INBOX.md=hello`},
		{"after it was blanked in one range", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			d: read | +BUILDER-INBOX.md=
			v: again | +BUILDER-INBOX.md=hello
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder open BUILDER-INBOX.md=hello`},
		{"across ranges, time and again", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			d: read | -BUILDER-INBOX.md
			push
			v: again | +BUILDER-INBOX.md=hello
			push
			e: read | -BUILDER-INBOX.md
			push
			u: again | +BUILDER-INBOX.md=hello
			push
			x: more
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder answered BUILDER-INBOX.md=hello by e
			builder open BUILDER-INBOX.md=hello`},
		{"after the first one expired", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			expired
			x: more
			push
			d: read at last | -BUILDER-INBOX.md
			push
			v: again | +BUILDER-INBOX.md=hello
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder open BUILDER-INBOX.md=hello`},
		{"an expired letter that stays is not told again", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			expired
			x: more
			push
			lose
			push`, `builder expired BUILDER-INBOX.md=hello`},
		{"after a letter that was superseded and one that was read", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			v: another | +BUILDER-INBOX.md=more
			push
			d: read | -BUILDER-INBOX.md
			push
			u: again | +BUILDER-INBOX.md=hello
			push`, `
			builder superseded BUILDER-INBOX.md=hello
			builder answered BUILDER-INBOX.md=more by d
			builder open BUILDER-INBOX.md=hello`},
		{"a deletion beside it does not end it", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			d: read | -BUILDER-INBOX.md
			v < w: another | +BUILDER-INBOX.md=more
			push
			taken
			m < v d: merge
			push`, `
			builder superseded BUILDER-INBOX.md=hello
			builder taken BUILDER-INBOX.md=more`},
		{"a merge that takes it away does", `
			w: a letter | +BUILDER-INBOX.md=hello
			d: read | -BUILDER-INBOX.md
			x < w: more
			push
			taken
			m < d x: merge
			v: again | +BUILDER-INBOX.md=hello
			push`, `
			builder answered BUILDER-INBOX.md=hello by m
			builder open BUILDER-INBOX.md=hello`},
	})
}

func TestDocsAndRoot(t *testing.T) {
	check(t, usual(), []telling{
		{"a letter that is moved ends here and begins there", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			v: moved | -BUILDER-INBOX.md | +machine-docs/BUILDER-INBOX.md=hello
			push`, `
			builder answered BUILDER-INBOX.md=hello by v
			builder open machine-docs/BUILDER-INBOX.md=hello`},
		{"a letter behind another is told when that is read", `
			w: a letter | +BUILDER-INBOX.md=root
			push
			v: another | +machine-docs/BUILDER-INBOX.md=docs
			push
			d: read | -machine-docs/BUILDER-INBOX.md
			push`, `
			builder open BUILDER-INBOX.md=root
			builder answered machine-docs/BUILDER-INBOX.md=docs by d`},
		{"one that was read behind another is not", `
			w: a letter | +BUILDER-INBOX.md=root
			push
			v: another | +machine-docs/BUILDER-INBOX.md=docs
			push
			d: read both | -machine-docs/BUILDER-INBOX.md | -BUILDER-INBOX.md
			push`, `
			builder superseded BUILDER-INBOX.md=root
			builder answered machine-docs/BUILDER-INBOX.md=docs by d`},
	})
}

func TestInboxOfARole(t *testing.T) {
	check(t, usual("ada", "bob"), []telling{{"every reader is told, one deletion is enough", `
		w: a letter | +ADVERSARY-INBOX.md=hello
		push
		d: read | -ADVERSARY-INBOX.md
		push`, `
		ada answered ADVERSARY-INBOX.md=hello by d
		bob answered ADVERSARY-INBOX.md=hello by d`}})
}

// A mirror may not know which commit took a file away; the tip then stands for it.
func TestDeletionByAnUnknownCommit(t *testing.T) {
	s := newStory(t, usual())
	s.silent = true
	s.tell(`
		w: a letter | +BUILDER-INBOX.md=hello
		push
		expired
		d: read | -BUILDER-INBOX.md
		x: more
		push
		v: again | +BUILDER-INBOX.md=hello
		push`)
	want := unindent(`
		builder answered BUILDER-INBOX.md=hello by x
		builder open BUILDER-INBOX.md=hello`)
	if got := s.list(s.records); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestInboxNotWatchedAnyMore(t *testing.T) {
	s := newStory(t, usual())
	before := []InboxRule{{Name: "new/IN.md", Readers: []string{"adversary"}}, {Name: "old/IN.md", Readers: []string{"builder"}}}
	s.rules.Inboxes = before
	s.tell(`
		w: letters | +old/IN.md=hello | +new/IN.md=hello
		push`)
	s.rules.Inboxes = before[:1]
	s.tell(`
		x: more
		push`)
	want := unindent(`
		adversary open new/IN.md=hello
		builder withdrawn old/IN.md=hello`)
	if got := s.list(s.records); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s.rules.Inboxes = before
	s.tell(`push`)
	want = strings.Replace(want, "withdrawn", "open", 1)
	if got := s.list(s.records); got != want {
		t.Errorf("watched again: got\n%s\nwant\n%s", got, want)
	}
}

// What was told and is not there any more must not hide what lies there.
func TestAFileThatGoesBackToWhatWasTold(t *testing.T) {
	check(t, usual(), []telling{
		{"closes what came between", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			taken
			x: another | +BUILDER-INBOX.md=other
			push
			taken
			y: back | +BUILDER-INBOX.md=hello
			push`, `
			builder taken BUILDER-INBOX.md=hello
			builder superseded BUILDER-INBOX.md=other`},
	})
}
