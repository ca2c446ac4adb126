//go:build linux || darwin

package exec

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/launcher"
)

// friendly is the beginning of a program that says hello and then, to each line
// that it reads, does what comes after; $id is the request's.
const friendly = `echo $$ >>starts
next() { IFS= read -r line || exit 0; printf '%s\n' "$line" >>asked; id=${line#*'"id":'}; id=${id%%,*}; }
say() { printf '{"id":%s,%s}\n' "$id" "$1"; }
none='"result":{"sessions":[]}'
next; say '"result":{"protocol":1,"name":"test","later":"unknown fields are ignored"}'
`

// scripted is a launcher on a shell script.
func scripted(t testing.TB, script string, change ...func(*Options)) (l *Launcher, dir string) {
	t.Helper()
	dir = folder(t)
	program := filepath.Join(dir, "pawl-launcher-test")
	// A process that is forked while the file is open for writing keeps it so until it
	// runs its own program, and what is open for writing cannot be run.
	syscall.ForkLock.RLock()
	err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{
		Name: "test", Argv: []string{program}, Dir: dir, Env: environ, Log: quiet(), Attach: func(session string) []string { return []string{"pawl", "attach", session} },
		Times: Times{Silent: 300 * time.Millisecond, Ask: 5 * time.Second, Polite: 5 * time.Second, Term: 100 * time.Millisecond, Retry: time.Millisecond},
	}
	for _, f := range change {
		f(&opts)
	}
	l = New(opts)
	t.Cleanup(func() { // a second Close is none
		if err := l.Close(); err != nil {
			t.Log(err)
		}
	})
	return l, dir
}

func lines(t testing.TB, dir, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// A program that misbehaves leaves everything open: neither is a session gone nor
// is it there.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, script, want string }{
		{"dies in the midst of a request", friendly + "next; echo 'the disk is full' >&2; exit 3", "exit status 3: the disk is full"},
		{"dies at once", "echo no licence >&2; exit 1", "exit status 1: no licence"},
		{"is killed", friendly + "next; kill -9 $$", "signal: killed"},
		{"ends well in the midst of a request", friendly + "next; exit 0", "ended: exit status 0"},
		{"leaves a child that holds its output", friendly + "next; sleep 1000 & exit 4", "exit status 4"},
		{"closes its output", friendly + "next; exec >&-; exec cat >/dev/null", "closed its standard output"},
		{"prints what is no JSON", friendly + "next; echo hello there; exec cat >/dev/null", "no answer: \"hello there\""},
		{"prints control characters", friendly + "next; printf '\\033]0;title\\007\\n'; exec cat >/dev/null", "no answer: \"]0;title\""},
		{"prints JSON that is no answer", friendly + "next; echo '{\"id\":\"two\"}'; exec cat >/dev/null", "no answer: "},
		{"prints a megabyte without a newline", friendly + "next; head -c 1048576 /dev/zero | tr '\\0' x; exec cat >/dev/null", "no answer: \"xxx"},
		{"answers in more than there is room for", friendly + "next; printf '{'; head -c 17000000 /dev/zero | tr '\\0' x; exec cat >/dev/null", "a line of more than 16777216 bytes"},
		{"answers what nobody asked", friendly + "next; id=99; say \"$none\"; exec cat >/dev/null", "answered request 99, which was never made"},
		{"speaks another version", "read line; echo '{\"id\":1,\"result\":{\"protocol\":2,\"name\":\"x\"}}'; exec cat >/dev/null", "version 2 of the launcher protocol, and this pawl version 1"},
		{"refuses hello", "read line; echo '{\"id\":1,\"error\":{\"code\":\"failed\",\"message\":\"option \\u001b[1mx is not known\"}}'; exec cat >/dev/null", "hello: option [1mx is not known"},
		{"answers hello with nothing", "read line; echo '{\"id\":1}'; exec cat >/dev/null", "an answer without a result"},
		{"answers with nothing", friendly + "next; say '\"result\":null'; next", "an answer without a result"},
		{"answers without sessions", friendly + "next; say '\"result\":{}'; next", `no "sessions"`},
		{"answers with sessions of another shape", friendly + "next; say '\"result\":{\"sessions\":7}'; next", "the answer to observe: json"},
		{"tells of a session without a name", friendly + "next; say '\"result\":{\"sessions\":[{\"alive\":true}]}'; next", "name or its generation is empty"},
		{"tells of one that has ended without an exit", friendly + "next; say '\"result\":{\"sessions\":[{\"session\":\"s\",\"generation\":\"g\",\"alive\":false}]}'; next", "one of them must say"},
		{"fails", friendly + "next; say '\"error\":{\"code\":\"oops\",\"message\":\"\"}'; next", "did not say why"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, _ := scripted(t, c.script)
			begin := time.Now()
			seen, err := l.Observe(testContext(t))
			if err == nil || seen != nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Observe: %v, %v; want an error with %q", seen, err, c.want)
			}
			if errors.Is(err, launcher.ErrGone) || errors.Is(err, launcher.ErrOther) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, after %v; a program that misbehaves says nothing about sessions, and at once", err, time.Since(begin))
			}
			if strings.ContainsAny(err.Error(), "\x1b\a\n") || len(err.Error()) > 1000 {
				t.Errorf("the error is not fit to be shown: %.2000q", err)
			}
			if err := l.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func TestProgramThatCannotBeRun(t *testing.T) {
	t.Parallel()
	l, dir := scripted(t, "", func(o *Options) { o.Missing = "install it" })
	program := l.opts.Argv[0]
	for _, c := range []struct {
		argv string
		mode os.FileMode
		want string
	}{{program, 0o600, "chmod +x"}, {dir, 0o700, "folder"}, {program + "-none", 0o600, "not"}, {"pawl-launcher-nowhere", 0o600, "not found on PATH; install it"}} {
		if err := os.Chmod(program, c.mode); err != nil {
			t.Fatal(err)
		}
		l := New(Options{Name: "test", Argv: []string{c.argv}, Dir: dir, Env: environ, Log: quiet(), Missing: "install it"})
		_, err := l.Observe(testContext(t))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "install it") {
			t.Errorf("%s: %v; want an error with %q and what to do", c.argv, err, c.want)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What a program answers to an order means what it says.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	l, _ := scripted(t, friendly+`for code in gone other terminal unsupported failed; do next; say '"error":{"code":"'$code'","message":"because"}'; done; next`)
	for _, want := range []error{launcher.ErrGone, launcher.ErrOther, launcher.ErrTerminal, errUnsupported, nil} {
		err := l.Stop(testContext(t), launcher.Ref{Session: "s", Generation: "g"}, time.Second)
		if err == nil || !strings.Contains(err.Error(), "because") || want != nil && !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func TestItIsStartedAgain(t *testing.T) {
	t.Parallel()
	l, dir := scripted(t, friendly+"next; say \"$none\"; next; exit 1", func(o *Options) { o.Times.Retry, o.Times.RetryMax = time.Hour, time.Hour })
	for range 3 { // it answers once, and dies when it is asked again
		if _, err := l.Observe(testContext(t)); err != nil {
			t.Fatalf("Observe: %v", err)
		}
		if _, err := l.Observe(testContext(t)); err == nil {
			t.Fatal("a program that died has answered")
		}
	}
	if n := len(lines(t, dir, "starts")); n != 3 {
		t.Errorf("started %d times, want 3: what answered in between is started at once", n)
	}
	bad, dir := scripted(t, friendly+"next; exit 1", func(o *Options) { o.Times.Retry, o.Times.RetryMax = time.Hour, time.Hour })
	for range 10 {
		if _, err := bad.Observe(testContext(t)); err == nil || !strings.Contains(err.Error(), "exit status 1") {
			t.Fatalf("Observe: %v", err)
		}
	}
	if n := len(lines(t, dir, "starts")); n != 2 {
		t.Errorf("started %d times, want 2: one that never answers is left alone for a while", n)
	}
}

func TestAHangingProgram(t *testing.T) {
	t.Parallel()
	l, dir := scripted(t, friendly+"if [ -e hang ]; then exec sleep 1000; fi; touch hang; next; say \"$none\"; exec sleep 1001")
	if _, err := l.Observe(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "hang")); err != nil {
		t.Fatal(err)
	}
	hung := 0 // how often it may be asked depends on how busy the machine is
	ctx, err := testContext(t), context.DeadlineExceeded
	for err != nil {
		short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		_, err = l.Observe(short)
		cancel()
		if err != nil {
			hung++
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			t.Fatalf("Observe of what hangs: %v", err)
		}
	}
	if hung == 0 {
		t.Error("what hangs has answered")
	}
	if n := len(lines(t, dir, "starts")); n != 2 {
		t.Errorf("started %d times, want 2", n)
	}
}

// A start that takes longer than a caller waits goes on for the next one.
func TestASlowStart(t *testing.T) {
	t.Parallel()
	l, dir := scripted(t, "while [ ! -e go ]; do sleep 0.02; done\n"+friendly+"while :; do next; say \"$none\"; done")
	for range 3 {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		if _, err := l.Observe(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Observe of what is starting: %v", err)
		}
		cancel()
	}
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Observe(testContext(t)); err != nil {
		t.Errorf("Observe: %v", err)
	}
	if n := len(lines(t, dir, "starts")); n != 1 {
		t.Errorf("started %d times, want once", n)
	}
}

// An answer that comes after its deadline is none, also not to the next question.
func TestALateAnswer(t *testing.T) {
	t.Parallel()
	l, dir := scripted(t, friendly+`next; while [ ! -e go ]; do sleep 0.02; done
say '"result":{"sessions":[{"session":"s","generation":"late","alive":true}]}'
while :; do next; say "$none"; done`, func(o *Options) { o.Times.Silent = time.Minute })
	if _, err := l.Hello(testContext(t)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := l.Observe(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Observe: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if seen, err := l.Observe(testContext(t)); err != nil || len(seen) != 0 {
		t.Errorf("Observe: %v, %v; want the second answer", seen, err)
	}
	waitFor(t, "the cancel", func() bool {
		return strings.Contains(strings.Join(lines(t, dir, "asked"), "\n"), `"method":"cancel","params":{"id":2}`)
	})
}

// Nothing costs a program more than one line in and one out.
func TestOneLineForEachLook(t *testing.T) {
	t.Parallel()
	l, dir := scripted(t, friendly+"while :; do next; say \"$none\"; done")
	for range 50 {
		if _, err := l.Observe(testContext(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if asked, starts := len(lines(t, dir, "asked")), len(lines(t, dir, "starts")); asked != 51 || starts != 1 {
		t.Errorf("asked %d times by %d programs, want hello and 50 by one", asked, starts)
	}
	if _, err := l.Observe(testContext(t)); !errors.Is(err, errClosed) {
		t.Errorf("Observe after Close: %v", err)
	}
}
