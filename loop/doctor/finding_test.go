package doctor

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// want is what a finding must say: parts of it.
type want struct {
	name   string
	got    Finding
	check  string
	status Status
	found  string
	hint   string
}

func expect(t *testing.T, table []want) {
	t.Helper()
	for _, w := range table {
		t.Run(w.name, func(t *testing.T) {
			f := w.got
			if f.Check != w.check || f.Status != w.status || !strings.Contains(f.Found, w.found) || !strings.Contains(f.Hint, w.hint) {
				t.Errorf("%+v\nwant %s %s, found %q, hint %q", f, w.check, w.status, w.found, w.hint)
			}
			if (f.Status == OK) != (f.Hint == "") {
				t.Errorf("%s has the hint %q", f.Status, f.Hint)
			}
			if w.found == "" {
				t.Error("the test does not say what is found")
			}
		})
	}
}

// named is the finding of that name in a list.
func named(t *testing.T, list []Finding, check string) Finding {
	t.Helper()
	for _, f := range list {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("no check %q in %+v", check, list)
	return Finding{}
}

func TestGit(t *testing.T) {
	expect(t, []want{
		{"none", Git(GitFacts{}), "git/program", Fail, "not on PATH", "install git"},
		{"hangs", Git(GitFacts{Path: "/g", Trouble: "no answer within 2s"}), "git/program", Fail, "no answer", "install git"},
		{"no version", Git(GitFacts{Path: "/g", Says: "hello"}), "git/program", Warn, `says "hello"`, "2.31"},
		{"too old", Git(GitFacts{Path: "/g", Says: "git version 2.30.2"}), "git/program", Fail, "2.30.2 at /g is too old", "2.31"},
		{"the oldest", Git(GitFacts{Path: "/g", Says: "git version 2.31.0"}), "git/program", OK, "2.31.0 at /g", ""},
		{"Apple's", Git(GitFacts{Path: "/g", Says: "git version 2.39.5 (Apple Git-154)"}), "git/program", OK, "2.39.5 at /g", ""},
	})
}

func TestTmux(t *testing.T) {
	says := func(text string) Finding { return Tmux(TmuxFacts{Path: "/t", Says: text}) }
	expect(t, []want{
		{"none, and needed", Tmux(TmuxFacts{Needed: []string{"builder", "adversary"}}), "tmux/program", Fail, "builder, adversary cannot run", "install tmux"},
		{"none", Tmux(TmuxFacts{}), "tmux/program", Warn, "without terminals", "install tmux"},
		{"broken", Tmux(TmuxFacts{Path: "/t", Trouble: "exit status 127"}), "tmux/program", Fail, "exit status 127", "install tmux"},
		{"refuses an option", says("tmux 3.2a"), "tmux/program", Fail, "remain-on-exit-format", "3.4"},
		{"ancient", says("tmux 2.9"), "tmux/program", Fail, "2.9 at /t", "3.4"},
		{"dead panes", says("tmux 3.3a"), "tmux/program", Warn, "paste into a dead pane", "3.4"},
		{"good", says("tmux 3.4"), "tmux/program", OK, "3.4 at /t", ""},
		{"development", says("tmux next-3.7"), "tmux/program", OK, "3.7", ""},
		{"no version", says("tmux master"), "tmux/program", Warn, "no version", "3.3"},
		{"server hangs", Server(ServerFacts{Launcher: "x", Socket: "/s", Trouble: "no answer within 2s"}), "tmux/server x", Fail, "/s: no answer", "kill it"},
		{"no server", Server(ServerFacts{Launcher: "x", Socket: "/s", Absent: true}), "tmux/server x", OK, "no server runs at /s", ""},
		{"sessions", Server(ServerFacts{Launcher: "x", Socket: "/s", Ours: 1, Others: 2, Strange: 3}), "tmux/server x", OK, "1 session of this project, 2 of other projects, 3 not started by pawl", ""},
	})
}

func TestOrigin(t *testing.T) {
	at := func(f OriginFacts, check string) Finding { return named(t, Origin(f), check) }
	now := time.Unix(1_000_000, 0)
	expect(t, []want{
		{"none", at(OriginFacts{Missing: "no remote"}, "origin/reachable"), "origin/reachable", Fail, "no remote", "set origin.url"},
		{"network", at(OriginFacts{URL: "https://h/x", Trouble: "no answer"}, "origin/reachable"), "origin/reachable", Fail, "cannot be read: no answer", "GIT_TERMINAL_PROMPT=0"},
		{"folder", at(OriginFacts{URL: "/x", Local: true, Trouble: "gone"}, "origin/reachable"), "origin/reachable", Fail, "/x cannot be read", "git ls-remote /x"},
		{"here", at(OriginFacts{URL: "/x", Local: true}, "origin/reachable"), "origin/reachable", OK, "on this machine", ""},
		{"there", at(OriginFacts{URL: "h:x"}, "origin/reachable"), "origin/reachable", OK, "over the network", ""},
		{"branch", at(OriginFacts{URL: "/x", Branch: "main", Tip: "0123456789"}, "origin/branch"), "origin/branch", OK, "main at 0123456", ""},
		{"no such branch", at(OriginFacts{URL: "/x", Branch: "nope", Wanted: true}, "origin/branch"), "origin/branch", Fail, `no branch "nope"`, "origin.branch"},
		{"unborn", at(OriginFacts{URL: "/x", Branch: "main"}, "origin/branch"), "origin/branch", Warn, "no commit yet", "push"},
		{"empty", at(OriginFacts{URL: "/x"}, "origin/branch"), "origin/branch", Warn, "is empty", "push"},
		{"docs", Docs(DocsFacts{Folder: "d", Known: true, There: true}), "origin/docs", OK, "d", ""},
		{"docs at the root", Docs(DocsFacts{}), "origin/docs", OK, "the root", ""},
		{"docs not known", Docs(DocsFacts{Folder: "d"}), "origin/docs", OK, "not known", ""},
		{"no docs", Docs(DocsFacts{Folder: "d", Known: true}), "origin/docs", Warn, `no folder "d"`, "handoff.docs"},
		{"clock behind", Clock(now, now.Add(6*time.Minute)), "clock/time", Warn, "6m0s in the future", "timedatectl"},
		{"clock about right", Clock(now, now.Add(5*time.Minute)), "clock/time", OK, "1970-01-12T13:51:40Z", ""},
		{"clock not compared", Clock(now, time.Time{}), "clock/time", OK, "not compared", ""},
		{"zones", Zones([]string{"UTC", "Asia/Tokyo"}, ""), "clock/zones", OK, "UTC, Asia/Tokyo", ""},
		{"no zones", Zones(nil, ""), "clock/zones", OK, "no agent has wakes", ""},
		{"bad zone", Zones([]string{"X"}, "X is none"), "clock/zones", Warn, "X is none", "Europe/Berlin"},
	})
}

func TestFindingsAreCounted(t *testing.T) {
	list := []Finding{okay("a/b", "x"), warn("a/c", "x", "y"), okay("d/e", "x")}
	if got, want := Summary(list), "3 checks: 2 ok, 1 warning, 0 failed"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if Failed(list) {
		t.Error("a warning is no failure")
	}
	list = append(list, fail("d/f g", "x", "y"))
	if got, want := Summary(list), "4 checks: 2 ok, 1 warning, 1 failed"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !Failed(list) || list[3].Group() != "d" || list[3].Name() != "f g" {
		t.Errorf("%+v", list[3])
	}
}

func TestHostileTextIsMadeFit(t *testing.T) {
	for in, want := range map[string]string{
		"https://me:secret@host/x":               "https://***@host/x",
		"https://token@host/x.git":               "https://***@host/x.git",
		"https://host/x?private_token=abc ended": "https://host/x?*** ended",
		"ssh://git@host/x":                       "ssh://git@host/x",
		"ssh://git:pw@host/x":                    "ssh://***@host/x",
		"git@host:x":                             "git@host:x",
		"\x1b[31mred\x1b[0m\nnext\u202e":         "[31mred[0m next",
		"at 'https://a:b@h/x' and ftp://u:p@h/y": "at 'https://***@h/x' and ftp://***@h/y",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("https://user:hunter2@host/path?token=1")
	f.Add("\x1b]0;x\x07 ssh://a:b@c")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if len(got) > maxText || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q", got)
		}
		if masked := Text("https://u:hunter2@" + s); strings.Contains(masked, "hunter2") && !strings.Contains(Text(s), "hunter2") {
			t.Errorf("%q keeps its password", masked)
		}
	})
}
