package witness

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Each testdata/NAME.jsonl is what the hooks of a program told in one session, as it was
// received (long texts cut), with what it is doing from then on.
func TestWhatProgramsTell(t *testing.T) {
	for name, profile := range adapter.Builtin() {
		if !profile.Hooked() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			profile.Name = name
			d, err := NewDecoder(profile)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(filepath.Join("testdata", name+".jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			s, seen := State{Generation: "g"}, map[adapter.State]bool{}
			for n, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
				var c struct {
					Event        json.RawMessage `json:"event"`
					Doing        adapter.State   `json:"doing"`
					Conversation string          `json:"conversation"`
					Text         string          `json:"text"`
				}
				if err := json.Unmarshal([]byte(line), &c); err != nil {
					t.Fatalf("line %d: %v", n+1, err)
				}
				path := filepath.Join(t.TempDir(), "record")
				if err := Note(path, "g", bytes.NewReader(c.Event), noon); err != nil {
					t.Fatal(err)
				}
				noted, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				s = d.Apply(s, noted, noon)
				if s.Doing != c.Doing || c.Conversation != "" && s.Conversation != c.Conversation || c.Text != "" && s.Text != c.Text {
					t.Errorf("line %d: %.150s\nis read as %+v", n+1, c.Event, s)
				}
				seen[s.Doing] = true
			}
			for _, state := range []adapter.State{adapter.Active, adapter.Idle, adapter.Waiting} {
				if !seen[state] {
					t.Errorf("none of its events is %s", state)
				}
			}
		})
	}
}

func TestALineThatIsNoneOfTheSessions(t *testing.T) {
	d, err := NewDecoder(adapter.Builtin()["claude"])
	if err != nil {
		t.Fatal(err)
	}
	was := State{Generation: "g", Said: true, Conversation: "c1", Doing: adapter.Active, At: noon}
	for _, line := range []string{
		"", "{", "null", `{"generation":"g"}`, `{"generation":"g","event":[]}`, `{"generation":"g","event":{"hook_event_name":["Stop"]}}`,
		`{"generation":"old","event":{"hook_event_name":"Stop","session_id":"c1"}}`,
		`{"generation":"g","event":{"hook_event_name":"Stop","session_id":"another"}}`,
		`{"generation":"g","event":{"hook_event_name":"SessionStart","session_id":"--evil"}}`,
		`{"generation":"g","event":{"hook_event_name":"SessionStart","session_id":"c2"}}`, // of a program that its tools run
		`{"generation":"g","event":{"hook_event_name":"Stop","session_id":"c1","background_tasks":[{"id":1}]}}`,
	} {
		if got := d.Apply(was, []byte(line), noon); got != was {
			t.Errorf("%q changes it to %+v", line, got)
		}
	}
}

// What the hooks say and what the screen shows, and how long ago both spoke.
func TestAgree(t *testing.T) {
	const never = time.Duration(-1)
	for _, c := range []struct {
		what    string
		hook    adapter.State
		age     time.Duration // since the hook spoke
		screen  adapter.State
		printed time.Duration // since the program printed last
		want    adapter.State
	}{
		{"nothing was told", "", 0, adapter.Idle, 0, adapter.Idle},
		{"both agree", adapter.Active, time.Second, adapter.Active, 0, adapter.Active},
		{"it works and the screen is between two steps", adapter.Active, time.Minute, adapter.Idle, time.Second, adapter.Active},
		{"it has just begun", adapter.Active, time.Second, adapter.Idle, time.Minute, adapter.Active},
		{"a person broke the turn off", adapter.Active, time.Minute, adapter.Idle, time.Minute, adapter.Idle},
		{"its end is not drawn yet", adapter.Idle, time.Second, adapter.Active, 0, adapter.Idle},
		{"words on the screen that look like work", adapter.Idle, time.Minute, adapter.Active, time.Minute, adapter.Idle},
		{"it goes on in the background", adapter.Idle, time.Minute, adapter.Active, 0, adapter.Active},
		{"a question that is not drawn yet", adapter.Waiting, time.Second, adapter.Idle, time.Second, adapter.Waiting},
		{"a question that the screen shows otherwise", adapter.Waiting, time.Minute, adapter.Unknown, time.Minute, adapter.Waiting},
		{"a question that was answered", adapter.Waiting, 10 * time.Second, adapter.Active, 0, adapter.Active},
		{"a question that was turned down", adapter.Waiting, time.Minute, adapter.Idle, time.Minute, adapter.Idle},
		{"a limit that the screen does not show", adapter.Limited, time.Hour, adapter.Idle, time.Hour, adapter.Limited},
		{"a dialog that no hook tells of", adapter.Idle, time.Second, adapter.Waiting, 0, adapter.Waiting},
		{"a limit that no hook tells of", adapter.Active, time.Second, adapter.Limited, 0, adapter.Limited},
		{"a login that no hook tells of", adapter.Active, time.Second, adapter.Auth, 0, adapter.Auth},
		{"an input line that is not there", adapter.Idle, time.Second, adapter.Unknown, 0, adapter.Unknown},
		{"it works on a screen that says nothing", adapter.Active, time.Second, adapter.Unknown, 0, adapter.Active},
		{"work while it is not known when it printed", adapter.Idle, time.Minute, adapter.Active, never, adapter.Active},
		{"a moment ago while that is not known", adapter.Idle, time.Second, adapter.Active, never, adapter.Idle},
		{"a word of tomorrow", adapter.Idle, -time.Hour, adapter.Active, 0, adapter.Active},
		{"a program that draws its first screen", adapter.Active, time.Second, adapter.Starting, 0, adapter.Starting},
	} {
		s := State{Doing: c.hook, At: noon.Add(-c.age), Text: "why"}
		output := time.Time{}
		if c.printed != never {
			output = noon.Add(-c.printed)
		}
		got := s.Agree(adapter.Reading{State: c.screen, Composer: adapter.Composer{Found: true}}, output, noon)
		if got.State != c.want {
			t.Errorf("%s: %s, want %s", c.what, got.State, c.want)
		}
		if got.State == adapter.Limited && c.hook == adapter.Limited && got.Banner != "why" {
			t.Errorf("%s: its banner is %q", c.what, got.Banner)
		}
		if !got.Composer.Found {
			t.Errorf("%s: the input line is gone", c.what)
		}
	}
}

func TestNote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	long := strings.Repeat("x", 5000)
	if err := Note(path, "g", strings.NewReader(`{"a":"`+long+`","b":{"c":{"d":{"e":{"f":{"g":{"h":1}}}}}}}`), noon); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "[1]", "no json", `{"a":`} {
		if err := Note(path, "g", strings.NewReader(bad), noon); err == nil {
			t.Errorf("%q was noted", bad)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 2000 || strings.Count(string(data), "\n") != 1 || strings.Contains(string(data), `"h"`) {
		t.Errorf("the record is %q", data)
	}
	for range 1500 {
		if err := Note(path, "g", strings.NewReader(`{"a":"`+long+`"}`), noon); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 2*maxRecord {
		t.Errorf("it grew to %v, %v", info.Size(), err)
	}
}

// The programs' own records say what their hooks do not, as they were written.
func TestTranscripts(t *testing.T) {
	const limit = "You’ve hit your usage limit. Upgrade to Pro or try again at 10:56 AM."
	const refused = "API Error: Request rejected (429) · This request would exceed your account's rate limit. Please try again later."
	for name, lines := range map[string][]struct {
		line  string
		doing adapter.State
		text  string
	}{
		"codex": {
			{`{"timestamp":"2026-11-22T09:56:07.553Z","ordinal":0,"type":"session_meta","payload":{"session_id":"01a2","id":"01a2","timestamp":"2026-11-22T09:56:07.481Z","cwd":"/w/repo","originator":"codex-tui"}}`, "", ""},
			{`{"timestamp":"2026-11-22T09:56:07.555Z","ordinal":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"t1","started_at":1795341367}}`, adapter.Active, ""},
			{`{"timestamp":"2026-11-22T09:56:07.623Z","ordinal":13,"type":"event_msg","payload":{"type":"task_complete","turn_id":"t1","last_agent_message":"ready"}}`, adapter.Idle, ""},
			{`{"timestamp":"2026-11-22T09:56:13.658Z","ordinal":15,"type":"event_msg","payload":{"type":"task_started","turn_id":"t2"}}`, adapter.Active, ""},
			{`{"timestamp":"2026-11-22T09:56:13.697Z","ordinal":20,"type":"event_msg","payload":{"type":"task_complete","turn_id":"t2","last_agent_message":null,"error":{"message":"` + limit + `","codex_error_info":"usage_limit_exceeded"}}}`, adapter.Limited, limit},
			{`{"timestamp":"2026-11-22T10:56:13.658Z","type":"event_msg","payload":{"type":"task_sta`, adapter.Limited, limit}, // it is being written
			{`{"timestamp":"soon","type":"event_msg","payload":{"type":"task_started"}}`, adapter.Limited, limit},
		},
		"claude": {
			{`{"type":"mode","mode":"normal","sessionId":"a2d7"}`, "", ""},
			{`{"parentUuid":null,"isSidechain":false,"type":"user","message":{"role":"user","content":"hello"},"timestamp":"2026-11-22T09:56:24.198Z","cwd":"/w/repo","sessionId":"a2d7"}`, adapter.Active, ""},
			{`{"isSidechain":false,"type":"assistant","message":{"model":"claude-opus-5-5","role":"assistant","content":[{"type":"text","text":"ready"}]},"timestamp":"2026-11-22T09:56:24.400Z","sessionId":"a2d7"}`, adapter.Active, ""},
			{`{"isSidechain":false,"type":"system","subtype":"turn_duration","durationMs":358,"timestamp":"2026-11-22T09:56:24.497Z","sessionId":"a2d7"}`, adapter.Idle, ""},
			{`{"isSidechain":true,"type":"assistant","message":{"model":"claude-opus-5-5","role":"assistant"},"timestamp":"2026-11-22T09:56:29Z","sessionId":"a2d7"}`, adapter.Idle, ""},
			{`{"isSidechain":false,"type":"assistant","timestamp":"2026-11-22T09:56:30.314Z","message":{"model":"<synthetic>","role":"assistant","content":[{"type":"text","text":"` + refused + `"}]},"error":"rate_limit","isApiErrorMessage":true,"sessionId":"a2d7"}`, adapter.Limited, refused},
			{`{"isSidechain":false,"type":"assistant","timestamp":"2026-11-22T09:56:31.314Z","message":{"model":"<synthetic>","role":"assistant","content":[{"type":"text","text":"API Error: 500"}]},"error":"server_error","sessionId":"a2d7"}`, adapter.Idle, ""},
		},
	} {
		d, err := NewDecoder(adapter.Builtin()[name])
		if err != nil {
			t.Fatal(err)
		}
		s := State{Generation: "g"}
		for n, c := range lines {
			if s = d.Line(s, []byte(c.line), noon); s.Doing != c.doing || s.Text != c.text {
				t.Errorf("%s, line %d is read as %+v", name, n+1, s)
			}
		}
		if s.Conversation == "" {
			t.Errorf("%s: the conversation has no name", name)
		}
	}
}

// What two sources say goes by its time, what one says by its order; nothing is from
// before the session, or from tomorrow.
func TestWhoSpokeLast(t *testing.T) {
	d, err := NewDecoder(adapter.Builtin()["claude"])
	if err != nil {
		t.Fatal(err)
	}
	hook := func(s State, event string, at time.Time) State {
		return d.Apply(s, []byte(`{"at":"`+at.Format(time.RFC3339Nano)+`","generation":"g","event":{"hook_event_name":"`+event+`","session_id":"c1"}}`), noon)
	}
	script := func(s State, kind string, at time.Time) State {
		return d.Line(s, []byte(`{"isSidechain":false,"type":"`+kind+`","subtype":"turn_duration","timestamp":"`+at.Format(time.RFC3339Nano)+`","sessionId":"c1"}`), noon)
	}
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	begun := State{Generation: "g", Since: ago(time.Hour)}
	for _, c := range []struct {
		what string
		got  State
		want adapter.State
	}{
		{"the transcript of yesterday", script(begun, "user", ago(24*time.Hour)), ""},
		{"a hook after the transcript", hook(script(begun, "user", ago(time.Minute)), "Stop", ago(time.Second)), adapter.Idle},
		{"a transcript that is read after a newer hook", script(hook(begun, "Stop", ago(time.Second)), "user", ago(time.Minute)), adapter.Idle},
		{"hooks whose clock was set back in between", hook(hook(begun, "UserPromptSubmit", ago(time.Second)), "Stop", ago(time.Minute)), adapter.Idle},
		{"a hook of tomorrow, and one of now", hook(hook(begun, "UserPromptSubmit", noon.Add(24*time.Hour)), "Stop", noon), adapter.Idle},
		{"a hook of tomorrow, and then the transcript", script(hook(begun, "UserPromptSubmit", noon.Add(24*time.Hour)), "system", noon), adapter.Idle},
	} {
		if c.got.Doing != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got.Doing, c.want)
		}
		if c.got.At.After(noon) {
			t.Errorf("%s: it spoke at %s", c.what, c.got.At)
		}
	}
}
