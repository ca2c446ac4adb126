package phases

import (
	"strings"
	"testing"
)

const marker2 = "## DONE"

// A case is a file, and the reason its only marker gives for not being obeyed.
// "" is done; "none" is not done and nothing to report.
type doneCase struct{ name, file, why string }

func checkDone(t *testing.T, cases []doneCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := Done([]byte(c.file), marker2)
			if v.Done != (c.why == "") {
				t.Fatalf("Done = %v on %q, want the reason %q; markers %+v", v.Done, c.file, c.why, v.Markers)
			}
			switch {
			case c.why == "none" && len(v.Markers) > 0:
				t.Fatalf("reported %+v, want nothing", v.Markers)
			case c.why == "" || c.why == "none":
				return
			case len(v.Markers) != 1:
				t.Fatalf("reported %+v, want one marker", v.Markers)
			case v.Markers[0].Obey || !strings.HasPrefix(v.Markers[0].Why, c.why):
				t.Fatalf("why = %q, want %q", v.Markers[0].Why, c.why)
			}
		})
	}
}

func TestDoneIsAHeading(t *testing.T) {
	checkDone(t, []doneCase{
		{"a bare heading", "## DONE", ""},
		{"a bare heading with a line end", "# Status\n\n## DONE\n", ""},
		{"an empty file", "", "none"},
		{"only white space", " \n\t\n", "none"},
		{"other headings only", "# Status\n\n## Gates\n", "none"},
		{"closing hashes", "## DONE ##\n", ""},
		{"closing hashes and blanks", "## DONE ####  \n", ""},
		{"trailing spaces and tabs", "## DONE \t \n", ""},
		{"a tab after the hashes", "##\tDONE\n", ""},
		{"several spaces after the hashes", "##    DONE\n", ""},
		{"three spaces before", "   ## DONE\n", ""},
		{"windows line ends", "# S\r\n\r\n## DONE\r\n\r\nall gates passed\r\n", ""},
		{"old mac line ends", "# S\r\r## DONE\r", ""},
		{"a byte order mark", "\ufeff## DONE\n", ""},
		{"an underlined heading", "DONE\n----\n", ""},
		{"an underlined heading with text", "DONE (by the adversary)\n---\n", ""},
		{"an underlined heading of level 1", "DONE\n====\n", "a heading of level 1"},
		{"right below a paragraph", "work is over\n## DONE\n", ""},
		{"right below a list", "- a\n- b\n## DONE\n", ""},
		{"in emphasis", "## **DONE**\n", ""},
		{"behind an anchor", "## <a name=\"done\"></a>DONE\n", ""},
		{"with a character reference", "## D&#79;NE\n", ""},
		{"with emphasis within the word", "## D**ON**E\n", ""},
		{"in a list item", "- ## DONE\n", ""},
		{"struck out", "## ~~DONE~~\n", "struck out"},
		{"level 1", "# DONE\n", "a heading of level 1"},
		{"level 1 with another text", "# DONE when all passed\n", "none"},
		{"struck out with another text", "## ~~DONE~~ when\n", "none"},
		{"level 3", "### DONE\n", "a heading of level 3"},
		{"lower case", "## done\n", "written in another case"},
		{"lower case of another level", "### done\n", "none"},
		{"a sentence in lower case", "## Done so far\n", "none"},
		{"another word before", "## NOT DONE\n", "none"},
		{"no space after the hashes", "##DONE\n", "no space after the hashes"},
		{"escaped hashes", "\\## DONE\n", "none"},
		{"mentioned in a sentence", "Write `## DONE` when all is over.\n", "none"},
		{"seven hashes", "####### DONE\n", "none"},
	})
}

func TestDoneIsNotWhereHeadingsAreNot(t *testing.T) {
	checkDone(t, []doneCase{
		{"in a code fence", "```\n## DONE\n```\n", "inside a code fence"},
		{"in a fence of tildes", "~~~md\n## DONE\n~~~\n", "inside a code fence"},
		{"in a fence that nobody closed", "```\n\n## DONE\n", "inside a code fence"},
		{"in a fence with a shorter one in it", "````\n```\n## DONE\n```\n````\n", "inside a code fence"},
		{"in a fence in a list", "- see\n  ```\n  ## DONE\n  ```\n", "inside a code fence"},
		{"below a closed fence", "```\nx\n```\n## DONE\n", ""},
		{"in an indented code block", "text\n\n    ## DONE\n", "inside an indented code block"},
		{"indented by a tab", "text\n\n\t## DONE\n", "inside an indented code block"},
		{"indented within a paragraph", "text\n    ## DONE\n", "indented too far"},
		{"in a quote", "> ## DONE\n", "inside a quote"},
		{"in a quote in a list", "- > ## DONE\n", "inside a quote"},
		{"underlined in a quote", "> DONE\n> ---\n", "inside a quote"},
		{"right below a quote", "> all passed\n## DONE\n", ""},
		{"in a fence in a quote", "> ```\n> ## DONE\n> ```\n", "inside a code fence"},
		{"in a comment", "<!--\n## DONE\n-->\n", "inside an HTML comment"},
		{"in a comment of one line", "<!-- ## DONE -->\n", "inside an HTML comment"},
		{"in a comment with blank lines", "<!--\n\n## DONE\n\n-->\n", "inside an HTML comment"},
		{"in a comment that nobody closed", "<!--\n## DONE\n", "inside an HTML comment"},
		{"on the last line of a comment", "<!--\n## DONE -->\n", "inside an HTML comment"},
		{"in a comment that begins within a line", "text <!--\n## DONE\n-->\n", "inside an HTML comment"},
		{"in a comment that begins twice", "a <!-- b\n\n## DONE\n\nc <!-- d\n-->\n", "inside an HTML comment"},
		{"below arrows that are no comment", "a <!-- b --> c\n\n## DONE\n\nd -->\n", ""},
		{"below an opening that is never closed", "a <!-- b\n\n## DONE\n", ""},
		{"below an opening in a code span", "use `<!--`\n\n## DONE\n\nand `-->`\n", ""},
		{"below a comment", "<!-- note -->\n## DONE\n", ""},
		{"in raw HTML", "<div>\n## DONE\n</div>\n", "inside an HTML block"},
		{"in preformatted HTML", "<pre>\n\n## DONE\n\n</pre>\n", "inside an HTML block"},
		{"in details, set off by blank lines", "<details>\n\n## DONE\n\n</details>\n", ""},
		{"a comment in front matter", "---\ntitle: x\n## DONE\n---\n\ntext\n", "inside front matter"},
		{"nothing below front matter", "---\ntitle: x\n---", "none"},
		{"below front matter", "---\ntitle: x\n---\n\n## DONE\n", ""},
		{"two rules at the top", "---\n---\n## DONE\n", ""},
		{"below front matter that ends in dots", "---\ntitle: x\n...\n## DONE\n", ""},
		{"between two rules", "---\n\n## DONE\n\n---\n", ""},
		{"a title line that only looks like front matter", "---\ntitle: x\n\n## DONE\n", ""},
		{"underlined below link definitions", "[a]: /x\nDONE\n---\n", ""},
	})
}

func TestDoneHeadingLine(t *testing.T) {
	checkDone(t, []doneCase{
		{"a colon and a word", "## DONE: verified\n", ""},
		{"a date", "## DONE 2026-01-02\n", ""},
		{"brackets", "## DONE (by the adversary)\n", ""},
		{"a long dash", "## DONE — verified\n", ""},
		{"a tick", "## DONE ✅\n", ""},
		{"an attribute", "## DONE {#done}\n", ""},
		{"a full stop", "## DONE.\n", ""},
		{"a comment", "## DONE <!-- by the adversary -->\n", ""},
		{"a struck placeholder", "## DONE ~~not yet~~\n", ""},
		{"a link to evidence", "## DONE <https://ci.example/7>\n", ""},
		{"a letter", "## DONE WHEN all gates passed\n", `followed by a letter: "## DONE WHEN all gates passed"`},
		{"a letter of another alphabet", "## DONE когда\n", "followed by a letter"},
		{"a letter in emphasis", "## DONE **WHEN**\n", "followed by a letter"},
		{"a letter in markup", "## DONE <b>WHEN</b>\n", "followed by a letter"},
		{"a letter after a hard space", "## DONE&nbsp;WHEN\n", "followed by a letter"},
		{"a letter behind an invisible space", "## DONE\u200bWHEN\n", "followed by a letter"},
		{"a longer word", "## DONENESS\n", "followed by a letter"},
		{"an underlined heading that goes on", "DONE\nwhen we say so\n---\n", "followed by a letter"},
		{"a hyphen", "## DONE-NOT-YET\n", `followed by a hyphen: "## DONE-NOT-YET"`},
		{"a hyphen after a space", "## DONE - verified\n", "followed by a hyphen"},
		{"a letter with an accent of its own", "## DONE\u0301\n", "goes on as another word"},
		{"a hyphen of its own kind", "## DONE\u2010NOT\n", "followed by a hyphen"},
		{"a hyphen that does not break", "## DONE\u2011NOT\n", "followed by a hyphen"},
		{"an underscore", "## DONE_NOT_YET\n", "goes on as another word"},
		{"a digit at once", "## DONE2\n", "goes on as another word"},
		{"a placeholder after a colon", "## DONE: not yet\n", `placeholder "not yet" on the heading's line`},
		{"a placeholder in brackets", "## DONE (pending)\n", `placeholder "pending"`},
		{"a placeholder in square brackets", "## DONE [TBD]\n", `placeholder "tbd"`},
		{"a placeholder in emphasis", "## DONE: **Not** yet\n", `placeholder "not yet"`},
		{"a placeholder in a code span", "## DONE: `n/a`\n", `placeholder "n/a"`},
		{"a placeholder in a comment", "## DONE <!-- not yet -->\n", `placeholder "not yet"`},
		{"a placeholder with underscores", "## DONE: NOT_YET\n", `placeholder "not yet"`},
		{"a lone incomplete", "## DONE (incomplete)\n", `placeholder "incomplete"`},
		{"angle brackets that read as a tag", "## DONE <commit sha>\n", `placeholder "<commit sha>"`},
		{"angle brackets that read as a link", "## DONE <commit:sha>\n", `placeholder "<commit:sha>"`},
		{"an empty box", "## DONE [ ]\n", `placeholder "[ ]"`},
		{"a placeholder later in the line", "## DONE: all gates, nothing pending\n", ""},
	})
}
