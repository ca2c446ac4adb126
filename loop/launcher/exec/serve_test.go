//go:build linux || darwin

package exec

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl/loop/launcher"
)

// blocking is a launcher that answers when it is told to.
type blocking struct {
	launcher.Launcher
	captures chan string // sessions whose capture was begun
	release  chan struct{}

	mu   sync.Mutex
	sent []launcher.Message
}

func (b *blocking) Capture(ctx context.Context, ref launcher.Ref, _ int) ([]string, error) {
	b.captures <- ref.Session
	select {
	case <-b.release:
		return []string{"line"}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *blocking) Observe(context.Context) (map[string]launcher.Observation, error) {
	return map[string]launcher.Observation{}, nil
}

func (b *blocking) Send(_ context.Context, ref launcher.Ref, m launcher.Message) error {
	b.mu.Lock()
	b.sent = append(b.sent, m)
	b.mu.Unlock()
	return map[string]error{
		"gone":  fmt.Errorf("session %q: %w", ref.Session, launcher.ErrGone),
		"other": launcher.ErrOther, "terminal": launcher.ErrTerminal, "odd": errors.New("odd"),
	}[ref.Session]
}

// talk is a conversation with Serve.
type talk struct {
	*testing.T
	l     *blocking
	in    io.WriteCloser
	out   *bufio.Reader
	ended chan error
}

func newTalk(t *testing.T) *talk {
	in, toServe := io.Pipe()
	fromServe, out := io.Pipe()
	k := &talk{T: t, l: &blocking{captures: make(chan string, 9), release: make(chan struct{})}, in: toServe, out: bufio.NewReader(fromServe), ended: make(chan error, 1)}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	go func() {
		err := Serve(ctx, k.l, in, out)
		k.ended <- errors.Join(err, out.Close())
	}()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(toServe.Close(), fromServe.Close(), in.Close()); err != nil {
			t.Error(err)
		}
	})
	return k
}

func (k *talk) say(line string) {
	k.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		k.Fatal(err)
	}
}

func (k *talk) want(line string) {
	k.Helper()
	got, err := k.out.ReadString('\n')
	if err != nil || got != line+"\n" {
		k.Fatalf("answered %q, %v; want %s", got, err, line)
	}
}

func (k *talk) wantEnd(want string) {
	k.Helper()
	if err := <-k.ended; want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		k.Errorf("Serve: %v, want %q", err, want)
	}
}

func (k *talk) hello() {
	k.Helper()
	k.say(`{"id":1,"method":"hello","params":{"protocol":1,"pawl":"x","more":[]}}`)
	got, err := k.out.ReadString('\n')
	if err != nil || !strings.HasPrefix(got, `{"id":1,"result":{"protocol":1,"name":"pawl","now":"`) {
		k.Fatalf("answered %q, %v", got, err)
	}
}

func TestServeAnswersOutOfOrderAndUntilTheEnd(t *testing.T) {
	k := newTalk(t)
	k.say(`{"id":7,"method":"observe"}`)
	k.want(`{"id":7,"error":{"code":"failed","message":"the first request is hello, not \"observe\""}}`)
	k.say(`{"id":8,"method":"hello","params":{"protocol":2}}`)
	k.want(`{"id":8,"error":{"code":"failed","message":"protocol 2 is asked for, and this end speaks 1; have the same pawl at both ends"}}`)
	k.hello()
	k.say(`{"id":2,"method":"capture","params":{"session":"a","generation":"g","lines":3}}`)
	<-k.l.captures
	k.say(`{"id":3,"method":"observe"}`)
	k.want(`{"id":3,"result":{"sessions":[]}}`)
	k.say(`{"id":4,"method":"capture","params":{"session":"b"}}`)
	<-k.l.captures
	k.say(`{"id":5,"method":"cancel","params":{"id":2}}`)
	first, err := k.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	second, err := k.out.ReadString('\n')
	if both := first + second; err != nil || !strings.Contains(both, `{"id":2,"error":{"code":"failed","message":"context canceled"}}`) || !strings.Contains(both, `{"id":5,"result":{}}`) {
		t.Errorf("after the cancel of 2: %q, %v", both, err)
	}
	k.l.release <- struct{}{}
	k.want(`{"id":4,"result":{"lines":["line"]}}`)
	k.say(`{"id":6,"method":"capture","params":{"session":"c"}}`)
	<-k.l.captures
	if err := k.in.Close(); err != nil {
		t.Fatal(err)
	}
	k.want(`{"id":6,"error":{"code":"failed","message":"context canceled"}}`)
	k.wantEnd("")
}

func TestServeAnswersErrors(t *testing.T) {
	k := newTalk(t)
	k.hello()
	for session, want := range map[string]string{
		"gone":  `{"code":"gone","message":"session \"gone\": session is gone"}`,
		"other": `{"code":"other","message":"session belongs to another"}`,
		"odd":   `{"code":"failed","message":"odd"}`, "terminal": `{"code":"terminal","message":"needs a terminal"}`,
	} {
		k.say(`{"id":2,"method":"send","params":{"session":"` + session + `","message":{"id":"w","text":"x"}}}`)
		k.want(`{"id":2,"error":` + want + `}`)
	}
	k.say(`{"id":3,"method":"dance"}`)
	k.want(`{"id":3,"error":{"code":"unsupported","message":"method \"dance\": the launcher's program does not know this request"}}`)
	k.say(`{"id":4,"method":"screens","params":{"refs":[]}}`)
	k.want(`{"id":4,"error":{"code":"unsupported","message":"method \"screens\": the launcher's program does not know this request"}}`)
	k.say(`{"id":5,"method":"send","params":{"session":3}}`)
	if got, err := k.out.ReadString('\n'); err != nil || !strings.Contains(got, "parameters of send") {
		t.Errorf("answered %q, %v", got, err)
	}
	k.say(`{"id":6,"method":"send","params":{"session":"ok","message":{"id":"w","text":"x","profile":{"Name":"mine","Detect":{"Composer":"("}}}}}`)
	if got, err := k.out.ReadString('\n'); err != nil || !strings.Contains(got, "adapter mine: detect.composer") {
		t.Errorf("answered %q, %v", got, err)
	}
	k.say(`{"id":7,"method":"send","params":{"session":"ok","message":{"id":"w","text":"x","profile":{"Name":"mine","Detect":{"Composer":"^> (.*)$"}}}}}`)
	k.want(`{"id":7,"result":{}}`)
	if m := k.l.sent[len(k.l.sent)-1]; m.Reader == nil || m.Reader.Profile.Detect.Composer != "^> (.*)$" {
		t.Errorf("sent %+v, want a reader of the profile", m)
	}
	k.say(`garbage`)
	k.wantEnd(`"garbage" is no request`)
}

func TestServeRefusesALineWithoutEnd(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"id":1,"method":"`), bytes.NewReader(bytes.Repeat([]byte("x"), MaxLine+2)))
	if err := Serve(t.Context(), &blocking{}, in, io.Discard); err == nil || !strings.Contains(err.Error(), "more than 16777216 bytes") {
		t.Errorf("Serve: %v", err)
	}
}

// FuzzServe holds it to one answer a line, whatever it is asked.
func FuzzServe(f *testing.F) {
	f.Add(`{"id":1,"method":"hello","params":{"protocol":1}}` + "\n" + `{"id":2,"method":"observe"}`)
	f.Add(`{"id":1,"method":"hello","params":{"protocol":1}}` + "\n" + `{"id":2,"method":"send","params":{"session":"gone"}}`)
	f.Add(`{"id":-1,"method":"cancel","params":{}}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, lines string) {
		if strings.Contains(lines, "capture") || strings.Contains(lines, `\u`) {
			return // it would wait, and what the stub does not have would be called
		}
		for _, method := range []string{MethodStart, MethodStop, MethodForget, MethodAttach} {
			if strings.Contains(lines, method) {
				return
			}
		}
		var out bytes.Buffer
		asked := strings.Count(lines, "\n") + 1
		if err := Serve(t.Context(), &blocking{}, strings.NewReader(lines), &out); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
		answers := 0
		for line := range strings.Lines(out.String()) {
			var a Answer
			if err := json.Unmarshal([]byte(line), &a); err != nil || (a.Error == nil) == (a.Result == nil) {
				t.Errorf("%q is no answer: %v", line, err)
			}
			answers++
		}
		if answers > asked {
			t.Errorf("%d answers to %d lines", answers, asked)
		}
	})
}
