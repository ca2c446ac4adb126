//go:build linux || darwin

package exec

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/loop/launcher"
)

// alive says that something of a process group runs, zombies aside.
func alive(group int) bool {
	out, err := exec.Command("ps", "-A", "-o", "pgid=,stat=").Output()
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == strconv.Itoa(group) && f[1][0] != 'Z' {
			return true
		}
	}
	return false
}

// A program that reads nothing holds nobody up for longer than they wait.
func TestItReadsNothing(t *testing.T) {
	t.Parallel()
	l, _ := scripted(t, friendly+"exec sleep 1000", func(o *Options) { o.Times.Silent = time.Hour; o.Times.Polite = 50 * time.Millisecond })
	if _, err := l.Hello(testContext(t)); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 1<<20)
	for i := range 100 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		err := l.Send(ctx, launcher.Ref{Session: "s", Generation: "g"}, launcher.Message{ID: fmt.Sprint(i), Text: text})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) { // and the program never reads
			t.Fatalf("Send %d: %v", i, err)
		}
	}
	if n := len(l.now.queue); n > queued {
		t.Errorf("%d requests wait, want at most %d", n, queued)
	}
}

// A program is ended with all that it left in its group, however stubborn.
func TestCloseEndsIt(t *testing.T) {
	t.Parallel()
	l, _ := scripted(t, friendly+"trap '' TERM; (trap '' TERM; exec sleep 1000) & while :; do sleep 0.02; done",
		func(o *Options) { o.Times.Polite = 50 * time.Millisecond })
	if _, err := l.Hello(testContext(t)); err != nil {
		t.Fatal(err)
	}
	group := l.now.cmd.Process.Pid
	if err := l.Close(); err == nil || !strings.Contains(err.Error(), "did not end") {
		t.Errorf("Close: %v; want to hear that it was killed", err)
	}
	waitFor(t, "its group to be gone", func() bool { return !alive(group) })
}

// No goroutine outlives a launcher, whatever its program did. It runs alone.
func TestNothingIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, script := range []string{
		friendly + "while :; do next; say \"$none\"; done", friendly + "next; exit 1", "exit 1", friendly + "next; echo x; exec cat",
		friendly + "next; sleep 1000 & exit 1", "exec sleep 1000",
	} {
		l, _ := scripted(t, script, func(o *Options) { o.Times.Polite = 50 * time.Millisecond })
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		if _, err := l.Observe(ctx); err != nil {
			t.Log(err)
		}
		cancel()
		if err := l.Close(); err != nil {
			t.Log(err)
		}
	}
	waitFor(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// What never said hello is not waited for: a command that gave it up goes on.
func TestCloseDoesNotWaitForAStart(t *testing.T) {
	t.Parallel()
	l, _ := scripted(t, "exec sleep 1000", func(o *Options) { o.Times.Polite = time.Hour })
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := l.Observe(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Observe: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}
