package adapter

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pawl/loop/screen"
)

// mine is an adapter as a person would write it, for a program that shows
// messages above a line that begins with "mine>".
var mine = Detect{
	Composer: `^mine> ?(.*)$`, ComposerMore: `^ {6}(.*)$`, Placeholder: `^ask away$`, Folded: `^<paste \d+>`,
	Active: `^working`, Limit: `^! out of credit`, Full: `^! memory full`, Fatal: `^! broken`,
	Auth: `^! who are you`, Waiting: `^\? `, Title: `^busy`, TitleWaiting: `^help`, Passing: `^took `,
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, title, capture string
		want                 State
		evidence             string
	}{
		{"an input line is idle", "", "mine> \n\nfooter\n", Idle, "mine>"},
		{"nothing yet is starting", "", "loading\n", Starting, ""},
		{"an empty screen is starting", "", "", Starting, ""},
		{"a message above the input line", "", "! out of credit\n\nmine> \n", Limited, "! out of credit"},
		{"a message that is passed over the hints", "", "! out of credit\n\ntook 3s\n\nmine> \n", Limited, "! out of credit"},
		{"an older message says nothing", "", "! out of credit\n\n* all good\n\nmine> \n", Idle, "mine>"},
		{"a later row of a block says nothing", "", "* it said\n! out of credit\n\nmine> \n", Idle, "mine>"},
		{"a message in the footer", "", "mine> \n\n! out of credit\n", Limited, "! out of credit"},
		{"a message outranks the title", "busy", "! out of credit\n\nmine> \n", Limited, "! out of credit"},
		{"the title alone", "busy now", "* words\n\nmine> \n", Active, "busy now"},
		{"a working row", "", "working\n\nmine> \n", Active, "working"},
		{"a dialog instead of the input line", "busy", "? may I\n", Waiting, "? may I"},
		{"a dialog by the title", "help", "mine> \n", Waiting, "help"},
		{"a dialog before a login, a limit, an end and a full context", "", "! memory full\n! broken\n! out of credit\n! who are you\n? may I\n", Waiting, "? may I"},
		{"a login before a limit", "", "! memory full\n! broken\n! out of credit\n! who are you\n", Auth, "! who are you"},
		{"a limit before an end", "", "! memory full\n! broken\n! out of credit\n", Limited, "! out of credit"},
		{"an end before a full context", "", "! memory full\n! broken\n", Fatal, "! broken"},
		{"a full context before work", "busy", "! memory full\n\nmine> \n", Full, "! memory full"},
		{"an ended program", "busy", "mine> \n\nPane is dead (status 0)\n", Unknown, ""},
		{"an ended program's last words", "", "! broken\nPane is dead (status 1)\n", Fatal, "! broken"},
	} {
		r := reader(t, mine)
		got := r.Read(screen.Screen{Title: test.title, Rows: screen.Parse(test.capture)})
		if got.State != test.want || got.Evidence != test.evidence {
			t.Errorf("%s: %s by %q, want %s by %q", test.name, got.State, got.Evidence, test.want, test.evidence)
		}
		if (got.Banner != "") != (got.State == Limited || got.State == Full) {
			t.Errorf("%s: banner %q", test.name, got.Banner)
		}
	}
}

func TestReadComposer(t *testing.T) {
	for _, test := range []struct {
		name, capture string
		want          Composer
	}{
		{"empty", "mine> \n", Composer{Found: true}},
		{"a hint that is known", "mine> ask away\n", Composer{Found: true}},
		{"a hint that is faint", "mine> \x1b[2mtry this\x1b[0m\n", Composer{Found: true}},
		{"text before a faint completion", "mine> git sta\x1b[2mtus\x1b[0m\n", Composer{Found: true, Text: "git sta"}},
		{"several rows", "mine> one\n      two\n\nfooter\n", Composer{Found: true, Text: "onetwo"}},
		{"an empty row within", "mine>\n\n      two\n\nfooter\n", Composer{Found: true, Text: "two"}},
		{"no footer", "mine> one\n      two\n", Composer{Found: true, Text: "onetwo"}},
		{"the last one counts", "mine> old\n\n* said\n\nmine> new\n", Composer{Found: true, Text: "new"}},
		{"a paste", "mine> <paste 1>\n", Composer{Found: true, Text: "<paste 1>", Folded: true}},
		{"none", "loading\n", Composer{}},
		{"none while a dialog waits", "mine> x\n\n? may I\n", Composer{}},
		{"no input line has a page below it", "mine> x\n\n" + strings.Repeat("* said\n", 20), Composer{}},
	} {
		if got := reader(t, mine).Read(screen.Screen{Rows: screen.Parse(test.capture)}).Composer; got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestReadWithoutRules(t *testing.T) {
	got := reader(t, Detect{}).Read(screen.Screen{Title: "busy", Rows: screen.Parse("mine> \n")})
	if got != (Reading{State: Unknown}) {
		t.Errorf("got %+v", got)
	}
	ready := reader(t, Detect{Ready: "^ok$"})
	if got := ready.Read(screen.Screen{Rows: screen.Parse("x\nok\n")}); got.State != Idle || got.Evidence != "ok" {
		t.Errorf("ready: %+v", got)
	}
}

// Where nothing could say that a program takes input, it always does, unless the
// screen says what stands against it.
func TestReadWithoutAnInputLine(t *testing.T) {
	for _, test := range []struct {
		name, capture string
		profile       Profile
		want          State
	}{
		{"it works", "hello\n\nworking\n", Profile{Detect: Detect{Active: "^working"}}, Active},
		{"nothing that is known", "hello\n> ", Profile{Detect: Detect{Active: "^working"}}, Idle},
		{"an empty screen", "", Profile{Detect: Detect{Active: "^working"}}, Idle},
		{"a dialog", "hello\n? may I\n", Profile{Detect: Detect{Active: "^working", Waiting: `^\? `}}, Waiting},
		{"nothing but that it is typed to", "hello\n", Profile{Prompt: PromptType}, Idle},
		{"an expression for ready must be seen", "hello\n", Profile{Detect: Detect{Active: "^working", Ready: "^ok$"}}, Starting},
		{"a composer must be seen", "hello\n", Profile{Detect: Detect{Active: "^working", Composer: "^> (.*)$"}}, Starting},
		{"one that has ended takes none", "hello\nPane is dead (status 1)\n", Profile{Detect: Detect{Active: "^working"}}, Unknown},
	} {
		r, err := NewReader(test.profile)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Read(screen.Screen{Rows: screen.Parse(test.capture), Width: 80}); got.State != test.want {
			t.Errorf("%s: %s by %q, want %s", test.name, got.State, got.Evidence, test.want)
		}
	}
}

func TestNewReaderErrors(t *testing.T) {
	_, err := NewReader(Profile{Name: "mine", Detect: Detect{Limit: "(", Composer: "^> "}})
	if err == nil || !strings.Contains(err.Error(), "detect.limit") || !strings.Contains(err.Error(), "no group") {
		t.Errorf("got %v", err)
	}
}

func TestBannerIsOneBoundedLine(t *testing.T) {
	capture := "! out of credit, and\nmore of it\n" + strings.Repeat("é", 3000) + "\n\nmine> \n"
	got := reader(t, mine).Read(screen.Screen{Rows: screen.Parse(capture)})
	if !strings.HasPrefix(got.Banner, "! out of credit, and more of it é") || len(got.Banner) > maxBanner || !utf8.ValidString(got.Banner) {
		t.Errorf("%d bytes: %q", len(got.Banner), got.Banner)
	}
}

func reader(t testing.TB, d Detect) *Reader {
	t.Helper()
	r, err := NewReader(Profile{Name: "mine", Detect: d})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func FuzzRead(f *testing.F) {
	recordings := Screens()
	for _, name := range []string{"claude/limit-api", "codex/permission-20", "gemini/typed-256", "opencode/limit-api-80"} {
		f.Add(recordings[name].Capture, recordings[name].Title)
	}
	f.Add("! x\n\n❯ y\n\n ┃ z · a\n▄▄▄▄▄▄▄▄\n > b\n› c\n", "◐ t")
	readers := builtinReaders(f)
	f.Fuzz(func(t *testing.T, capture, title string) {
		s := screen.Screen{Rows: screen.Parse(capture), Title: title}
		for name, r := range readers {
			got := r.Read(s)
			if len(got.Evidence) > maxEvidence || len(got.Banner) > maxBanner || !got.Composer.Found && got.Composer != (Composer{}) {
				t.Errorf("%s: %+v", name, got)
			}
			if got.State == Idle && r.first != nil && !got.Composer.Found {
				t.Errorf("%s: idle without an input line", name)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	readers := builtinReaders(b)
	for _, name := range []string{"claude/active-tool", "claude/permission", "codex/idle-after-turn", "codex/permission", "gemini/idle-after-turn", "gemini/permission", "opencode/permission", "opencode/active-tool"} {
		recording := Screens()[name]
		s := recording.Screen()
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				readers[recording.Adapter].Read(s)
			}
		})
	}
}
