package mirror

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMaskHidesCredentials(t *testing.T) {
	for in, want := range map[string]string{
		"https://user:secret@host/x.git":           "https://***@host/x.git",
		"https://ghp_token@host/x.git":             "https://***@host/x.git",
		"https://user:p@ss@host/x":                 "https://***@host/x",
		"ssh://git@host/x":                         "ssh://git@host/x",
		"ssh://git:pw@host/x":                      "ssh://git:***@host/x",
		"git@host:x/y.git":                         "git@host:x/y.git",
		"https://host/x?private_token=abc":         "https://host/x?***",
		"/srv/a b.git":                             "/srv/a b.git",
		"unable to access 'HTTPS://u:p@h/x.git/':": "unable to access 'HTTPS://***@h/x.git/':",
	} {
		if got := mask(in); got != want {
			t.Errorf("mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLastLineSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"ssh: connect to host x port 22: Connection refused\r\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n": "ssh: connect to host x port 22: Connection refused",
		"fatal: repository 'https://u:p@h/x/' not found\n":                "repository 'https://***@h/x/' not found",
		"fatal: Could not read from remote repository.\n":                 "Could not read from remote repository.",
		"\x1b[31merror: \x00bad\x07\n":                                    "[31merror: bad",
		"Receiving objects: 1%\rReceiving objects: 2%\rfatal: early EOF ": "early EOF",
		"":                                   "",
		"fatal: " + strings.Repeat("é", 400): strings.Repeat("é", maxLine/2),
	} {
		if got := lastLine(in); got != want {
			t.Errorf("lastLine(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEnvironmentOfTheCallerIsNotTaken(t *testing.T) {
	got := strings.Join(cleanEnv([]string{
		"PATH=/bin", "GIT_DIR=.", "GIT_INDEX_FILE=x", "GIT_TRACE=1", "GIT_ASKPASS=ask", "SSH_ASKPASS=ask", "LC_ALL=de_DE", "LANGUAGE=de",
		"GIT_SSH_COMMAND=ssh -i k", "GIT_SSL_CAINFO=/ca", "GIT_ALLOW_PROTOCOL=ext", "GIT_CONFIG_PARAMETERS='a=b'", "GIT_CONFIG_GLOBAL=/g", "SSH_AUTH_SOCK=/s",
	}), "\n")
	for _, want := range []string{"PATH=/bin", "GIT_SSH_COMMAND=ssh -i k", "GIT_SSL_CAINFO=/ca", "GIT_CONFIG_GLOBAL=/g", "SSH_AUTH_SOCK=/s", "LC_ALL=C", "GIT_ASKPASS=false"} {
		if !strings.Contains(got+"\n", want+"\n") {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	for _, no := range []string{"GIT_DIR", "GIT_INDEX", "GIT_TRACE", "=ask", "de", "GIT_ALLOW", "GIT_CONFIG_PARAMETERS"} {
		if strings.Contains(got, no) {
			t.Errorf("%s was taken in\n%s", no, got)
		}
	}
}

// pieces are what odd messages are made of.
var pieces = []string{
	"\n", "\n", "\n\n", " \n", "\t\n", "\r\n", " ", "\t", "x", "claim(a): b", "Pawl-Id: 1\n", "verdict: Pass\n", "Reviewed: ABCDEF1\n",
	"REVIEWED : 1234567\n", "Verdict:fail", "  continued\n", "\tmore\n", "Signed-off-by: A <a@b>\n", "(cherry picked from commit 12)\n",
	"---\n", "# comment\n", "Conflicts:\n", "\tfile\n", scissors, "words that are no trailer\n", ": no key\n", "Co authored: x\n", "-: y\n",
	"Pawl-Id:\n", "Verdict: \n  pass\n", "\xff\xfe", "é", "\v", "\f\n", "Reviewed: a:b\n", "Key: value\n\n", "Umläut: x\n", "Verdict: p\r\n\r\n",
}

func oddMessage(rng *rand.Rand) string {
	var b strings.Builder
	if rng.IntN(3) > 0 {
		b.WriteString("a title\n\n")
	}
	for range rng.IntN(14) {
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return b.String()
}

// TestMessagesAreReadAsGitReadsThem commits odd messages and compares what git
// log prints of them.
func TestMessagesAreReadAsGitReadsThem(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	r := newRepo(t)
	n := 1500
	var in strings.Builder
	messages := []string{"", "\n", "no newline", "\n\n  lead\n", "a\n \nb", "a\r\nb\r\n\r\nc", "t\n\nVerdict: pass", strings.Repeat("long ", 1500) + "\n\nVerdict: fail\n"}
	for others := 5; others < 9; others++ { // a quarter of the lines is enough
		messages = append(messages, "t\n\nSigned-off-by: x\nVerdict: pass\n"+strings.Repeat("words\n", others))
	}
	for len(messages) < n {
		messages = append(messages, oddMessage(rng))
	}
	for i, m := range messages {
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\ncommitter C <c@d> %d +0000\ndata %d\n%s\n\n", i+1, 1700000000+i, len(m), m)
	}
	hashes := importAll(t, r, in.String(), n)
	const key = "%%(trailers:key=%s,valueonly,unfold,only,separator=%%x1f)"
	format := "%H%x1e%s%x1e" + strings.Join([]string{fmt.Sprintf(key, "pawl-id"), fmt.Sprintf(key, "verdict"), fmt.Sprintf(key, "reviewed")}, "%x1e") + "%x1e%an <%ae>%x1d"
	said := map[string][]string{}
	for part := range strings.SplitSeq(r.git("-c", "i18n.logOutputEncoding=UTF-8", "log", "--format="+format, "main"), "\x1d") {
		if fields := strings.Split(strings.TrimPrefix(part, "\n"), "\x1e"); len(fields) == 6 {
			said[fields[0]] = fields[1:]
		}
	}
	// Read where it is: it is packed, and a fetch would unpack it.
	m := adopt(filepath.Join(r.dir, ".git"), testEnv(t.TempDir()))
	w, err := m.Window(t.Context(), Query{Tip: hashes[n-1], Lookback: n})
	if err != nil || len(w.Commits) != n {
		t.Fatalf("%d commits, %v", len(w.Commits), err)
	}
	last := func(s string) string { return s[strings.LastIndex(s, "\x1f")+1:] }
	for i, c := range w.Commits {
		want := said[c.Hash]
		if want == nil || c.Hash != hashes[i] {
			t.Fatalf("commit %d is %s, want %s; git said %q", i, c.Hash, hashes[i], want)
		}
		tr := c.Trailers
		got := []string{c.Subject, tr.PawlID, strings.ToLower(tr.Verdict), tr.Reviewed, c.Author}
		exp := []string{valid(want[0]), valid(last(want[1])), strings.ToLower(valid(last(want[2]))), strings.ToLower(valid(last(want[3]))), want[4]}
		for k := range got {
			if got[k] != exp[k] {
				t.Errorf("message %q, part %d:\n got %q\nwant %q", messages[i], k, got[k], exp[k])
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestLatin1AndDates(t *testing.T) {
	raw := "tree " + strings.Repeat("a", 40) + "\nauthor J\xf6rg <j@x> 1700000000 +0130\ncommitter x <y> 1 +0000\nencoding ISO-8859-1\ngpgsig a\n parent x\n\ngr\xfc\xdfe\n"
	c, err := parseCommit(strings.Repeat("b", 40), []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject != "grüße" || c.Author != "Jörg <j@x>" || c.AuthorDate.Format("2006-01-02T15:04:05Z07:00") != "2023-11-14T23:43:20+01:30" {
		t.Errorf("got %q %q %v", c.Subject, c.Author, c.AuthorDate)
	}
}

func FuzzParseCommit(f *testing.F) {
	tree := "tree " + strings.Repeat("a", 40) + "\n"
	f.Add(tree + "parent " + strings.Repeat("b", 40) + "\nauthor A <b> 1 +0000\n\nsubject\n\nVerdict: pass\n")
	f.Add(tree + "author > -1 x\nencoding latin1\n\n\xff")
	for _, p := range pieces {
		f.Add(tree + "\n" + p + "title\n\n" + p + p)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := parseCommit(strings.Repeat("c", 40), []byte(raw))
		if err != nil {
			return
		}
		for _, s := range []string{c.Subject, c.Author, c.Trailers.PawlID, c.Trailers.Verdict} {
			if !utf8.ValidString(s) || len(s) > maxText {
				t.Errorf("text %q", s)
			}
		}
		if strings.ContainsAny(c.Subject, "\n\x00") {
			t.Errorf("subject %q", c.Subject)
		}
		for _, p := range c.Parents {
			if !isObjectName(p) {
				t.Errorf("parent %q", p)
			}
		}
	})
}

func FuzzFindEntry(f *testing.F) {
	f.Add([]byte("100644 a\x0012345678901234567890"), "a", false)
	f.Add([]byte("40000 dir\x0012345678901234567890100755 \xff\x00abcdefghijabcdefghij"), "\xff", false)
	f.Add([]byte("100644 a\x0012345678901234567890123456789012"), "a", true)
	f.Fuzz(func(t *testing.T, tree []byte, name string, long bool) {
		size := sha1Digits / 2
		if long {
			size = sha256Digits / 2
		}
		e, ok, err := findEntry(tree, name, size)
		if ok && (err != nil || !isObjectName(e.hash)) {
			t.Errorf("found %v, %v", e, err)
		}
	})
}

func FuzzRefFiles(f *testing.F) {
	f.Add("ref: refs/heads/main\n", strings.Repeat("a", 40)+"\n", "")
	f.Add("ref: refs/heads/../../x", "ref: refs/heads/main", "# pack-refs\n"+strings.Repeat("a", 40)+" refs/heads/main\n")
	f.Fuzz(func(t *testing.T, head, loose, packed string) {
		dir := t.TempDir()
		for _, sub := range []string{"refs/heads", "objects"} {
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for name, text := range map[string]string{"HEAD": head, "refs/heads/main": loose, "packed-refs": packed} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l, err := New(Options{Dir: filepath.Join(dir, "m")}).listFiles(dir, "")
		if err == nil && (checkBranch(l.branch) != nil || l.tip != "" && !isHex(l.tip, 40, 64)) {
			t.Errorf("read %+v", l)
		}
	})
}
