package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl/handoff/system"
	"pawl/loop/adapter"
	"pawl/loop/turn"
)

// rig is a session whose program is a shell script.
type rig struct {
	t     *testing.T
	dir   string
	order turn.Order
	in    *os.File // where messages are written
	read  *os.File // the session's end of it
	page  *bytes.Buffer
	end   context.CancelFunc
	done  chan error
	once  sync.Once
	err   error
}

// profile is a program that speaks a small language of its own.
func profile(script string) adapter.Profile {
	p := adapter.Profile{Name: "mine", Turns: adapter.Turns{
		Command: []string{"sh", "-c", script, "mine"}, Resume: []string{"{{.Conversation}}"},
		Events: []adapter.EventRule{
			{Is: "session", On: map[string]string{"is": "hello"}, ID: "id"},
			{Is: "text", On: map[string]string{"is": "say"}, Text: "text"},
			{Is: "limit", On: map[string]string{"is": "limit"}, Text: "text", Reset: "until"},
			{Is: "error", On: map[string]string{"is": "login"}, Text: "text", Cause: turn.CauseAuth},
			{Is: "end", On: map[string]string{"is": "bye"}, Failed: map[string]string{"ok": "false"}, Usage: adapter.UsageRule{Output: "tokens"}},
		},
	}}
	return p.Headless()
}

// begin starts a session whose first prompt is "begin"; none where that is not wanted.
func begin(t *testing.T, script string, change ...func(*turn.Order)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), page: &bytes.Buffer{}, done: make(chan error, 1)}
	r.order = turn.Order{
		Version: turn.Version, Session: "acme-builder", Generation: "g1", Profile: profile(script), Prompt: "begin",
		Data: adapter.Data{Dir: r.dir}, Timeout: time.Minute, State: filepath.Join(r.dir, "run", "state"), Record: filepath.Join(r.dir, "record"),
	}
	for _, c := range change {
		c(&r.order)
	}
	var err error
	if r.read, r.in, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	r.end = end
	go func() { r.done <- serve(ctx, r.read, r.page, slog.New(slog.NewTextHandler(r.page, nil))) }()
	r.line(r.order)
	t.Cleanup(func() {
		end()
		_ = r.over() // what it ended with is what the tests look at
		if err := errors.Join(r.in.Close(), r.read.Close()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the page:\n%s", r.page)
		}
	})
	return r
}

func (r *rig) line(v any) {
	r.t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		_, err = r.in.Write(append(data, '\n'))
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) tell(id, text string) { r.line(turn.Message{ID: id, Text: text}) }

// over waits for the session's end.
func (r *rig) over() error {
	r.once.Do(func() { r.err = <-r.done })
	return r.err
}

func (r *rig) state() turn.State {
	r.t.Helper()
	var s turn.State
	data, err := os.ReadFile(r.order.State)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil && !os.IsNotExist(err) {
		r.t.Fatal(err)
	}
	return s
}

// until waits for a state, which is looked at often.
func (r *rig) until(what string, ok func(turn.State) bool) turn.State {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s := r.state()
		if ok(s) {
			return s
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("in vain for %s: %+v", what, s)
		}
	}
}

// turns waits until so many turns have ended, and the session does that.
func (r *rig) turns(n int, doing adapter.State) turn.State {
	r.t.Helper()
	return r.until(fmt.Sprintf("%d turns, then %s", n, doing), func(s turn.State) bool {
		return len(s.Turns) == n && s.Doing == doing && !s.Last().Ended.IsZero()
	})
}

func (r *rig) file(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// talk reads what it is told, and says so.
const talk = `told=$(cat); echo "$* <$told>" >>calls; echo '{"is":"hello","id":"c1"}'; printf '{"is":"say","text":"heard"}\n{"is":"bye","ok":true,"tokens":7}\n'`

func TestEachMessageIsOneTurnOfOneConversation(t *testing.T) {
	r := begin(t, talk)
	r.turns(1, adapter.Idle)
	r.tell("w1", "first\nof two lines")
	r.turns(2, adapter.Idle)
	r.tell("w2", "-n 'second'")
	s := r.turns(3, adapter.Idle)
	if got, want := r.file("calls"), "<begin>\nc1 <first\nof two lines>\nc1 <-n 'second'>\n"; strings.ReplaceAll(got, " <begin", "<begin") != want {
		t.Errorf("the program was called as %q, want %q", got, want)
	}
	if last := s.Last(); last.Wake != "w2" || last.Answer != "heard" || last.Status != turn.Completed || last.Usage.Output != 7 {
		t.Errorf("the last turn is %+v", last)
	}
	for _, want := range []string{"=== turn 3", "> -n 'second'", "heard", "completed after", "7 tokens"} {
		if !strings.Contains(r.page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if raw := r.file("record/0002.out"); !strings.Contains(raw, `"is":"hello"`) {
		t.Errorf("what the second turn printed is kept as %q", raw)
	}
}

func TestAConversationOfBeforeGoesOn(t *testing.T) {
	r := begin(t, talk, func(o *turn.Order) { o.Conversation, o.Prompt = "c0", "" })
	r.until("it waits", func(s turn.State) bool { return s.Doing == adapter.Idle })
	r.tell("w1", "go on")
	r.turns(1, adapter.Idle)
	if got := r.file("calls"); got != "c0 <go on>\n" {
		t.Errorf("the program was called as %q", got)
	}
}

func TestWhatComesMeanwhileIsNotReadYet(t *testing.T) {
	r := begin(t, `while [ ! -e go ]; do sleep 0.01; done; `+talk)
	r.until("the first turn", func(s turn.State) bool { return s.Doing == adapter.Active })
	r.tell("w1", "next")
	if n, err := system.Unread(int(r.read.Fd())); err != nil || n == 0 {
		t.Errorf("%d bytes are unread while a turn runs: %v", n, err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.turns(2, adapter.Idle)
	if n, err := system.Unread(int(r.read.Fd())); err != nil || n != 0 {
		t.Errorf("%d bytes are left: %v", n, err)
	}
}

// How a turn ends is what the program says of it, and never its exit status alone.
func TestEnds(t *testing.T) {
	long := strconv.Itoa(maxEvent + 1<<20)
	for _, c := range []struct {
		name, script string
		want         turn.Status
		why          string
	}{
		{"it says that it is done", `echo '{"is":"bye","ok":true}'`, turn.Completed, ""},
		{"and exits 1 all the same", `echo '{"is":"bye","ok":true}'; exit 1`, turn.Completed, ""},
		{"it says that it failed, and exits 0", `echo '{"is":"bye","ok":false}'`, turn.Failed, "it says that it failed"},
		{"it exits 0 and says nothing", `exit 0`, turn.Failed, "it ended without saying that its turn is over: it printed no error"},
		{"it exits 3 and complains", `echo 'no such model' >&2; exit 3`, turn.Failed, "it ended without saying that its turn is over: no such model"},
		{"the last line has no newline", `printf '{"is":"bye","ok":true}'`, turn.Completed, ""},
		{"half an event", `echo '{"is":"bye",'`, turn.Failed, "it printed what is no event"},
		{"two events on a line", `echo '{"is":"hello"}{"is":"bye"}'`, turn.Failed, "it printed what is no event"},
		{"words besides", `echo 'Loading…'; echo; echo '[1,2]'; echo '{"is":"new"}'; echo '{"is":"bye"}'`, turn.Completed, ""},
		{"a megabyte without a newline", `head -c 1048576 /dev/zero | tr '\0' x; echo; echo '{"is":"bye"}'`, turn.Completed, ""},
		{"more than a line may have", `head -c ` + long + ` /dev/zero | tr '\0' x; sleep 60; echo '{"is":"bye"}'`, turn.Failed, "it printed a line of more than"},
		{"it does not read what it is told", `echo '{"is":"bye"}'`, turn.Completed, ""},
		{"no such program", "", turn.Failed, "nowhere-to-be-found"},
		{"bytes that are no text", `printf '\377\376{"is":"bye"}\n{"is":"say","text":"\\u001b[31m\\u0007red"}\n{"is":"bye"}\n'`, turn.Completed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := begin(t, c.script, func(o *turn.Order) {
				o.Prompt = strings.Repeat("a long prompt ", 40_000)
				if c.script == "" {
					o.Profile.Command = []string{"nowhere-to-be-found"}
				}
			})
			s := r.until("its end", func(s turn.State) bool { return s.Last() != nil && s.Last().Status != "" })
			got := s.Last()
			if got.Status != c.want || !strings.Contains(got.Why, c.why) || got.Why == "" && c.why != "" {
				t.Errorf("it ended %s, %q; want %s, %q", got.Status, got.Why, c.want, c.why)
			}
			if c.want == turn.Failed {
				if err := r.over(); !errors.Is(err, errTurn) {
					t.Errorf("the session ended with %v", err)
				}
			}
		})
	}
}

func TestWhatHoldsATurnUpDoesNotEndTheSession(t *testing.T) {
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	r := begin(t, `case $(cat) in
begin) echo '{"is":"limit","text":"no more today","until":`+strconv.FormatInt(reset.Unix(), 10)+`}'; echo '{"is":"bye","ok":false}'; exit 1;;
*login) echo '{"is":"login","text":"please log in"}'; exit 1;;
*) echo '{"is":"bye"}';; esac`)
	s := r.turns(1, adapter.Limited)
	if last := s.Last(); last.Status != turn.Limited || !last.Reset.Equal(reset) || !strings.Contains(s.Reading().Banner, "no more today") {
		t.Errorf("limited as %+v", last)
	}
	r.tell("w1", "login")
	if s = r.turns(2, adapter.Auth); s.Last().Status != turn.Refused {
		t.Errorf("refused as %+v", s.Last())
	}
	r.tell("w2", "go on")
	r.turns(3, adapter.Idle)
}

func TestATurnThatTakesTooLong(t *testing.T) {
	r := begin(t, `trap 'echo >termed; exit 0' TERM; while :; do sleep 0.05; done`, func(o *turn.Order) { o.Timeout = 300 * time.Millisecond })
	s := r.until("its end", func(s turn.State) bool { return s.Doing == adapter.Fatal })
	if got := s.Last().Why; got != "it took longer than turn_timeout, 300ms" {
		t.Errorf("why: %q", got)
	}
	r.file("termed")
}

// A session that is to end ends its program, and what that started; so does a turn.
func TestNothingIsLeftRunning(t *testing.T) {
	const leave = `sh -c 'echo $$ >pid; exec sleep 300' & while [ ! -s pid ]; do sleep 0.01; done; `
	for _, c := range []struct {
		name, script string
		stop         bool
	}{
		{"after a turn", leave + `echo '{"is":"bye"}'`, false},
		{"after a stop", leave + `wait`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := begin(t, c.script)
			if c.stop {
				r.until("the program's own", func(turn.State) bool { _, err := os.Stat(filepath.Join(r.dir, "pid")); return err == nil })
				r.end()
				if err := r.over(); err != nil && !errors.Is(err, errTurn) {
					t.Error(err)
				}
				if s := r.state(); s.Last().Status != turn.Stopped {
					t.Errorf("it ended as %+v", s.Last())
				}
			} else {
				r.turns(1, adapter.Idle)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(r.file("pid")))
			if err != nil {
				t.Fatal(err)
			}
			r.until("the end of what it started", func(turn.State) bool { return !runs(pid) })
		})
	}
}

// runs says that a process is there and no zombie.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return system.Signal(pid, 0) == nil
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

func TestARecordThatCannotBeWrittenHoldsUpNothing(t *testing.T) {
	r := begin(t, talk, func(o *turn.Order) { o.Record = "/dev/null/record" })
	r.turns(1, adapter.Idle)
	r.tell("w1", "still there")
	r.turns(2, adapter.Idle)
}
