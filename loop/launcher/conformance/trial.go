package conformance

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Outcomes of a case.
const (
	Passed  = "passed"
	Failed  = "failed"
	Skipped = "skipped" // the launcher has nothing of the kind
)

// Verdict is what came of one case.
type Verdict struct {
	Case
	Outcome string
	Reasons []string // why it failed, or was skipped
	Took    time.Duration
}

// Judge runs cases outside of package testing, so many at once, and tells of each
// when it is done, one at a time. A case has limit to come to its end; when that is
// over, or ctx is, it fails, and what it started is ended. open is called once for
// each case, as Run calls it.
func Judge(ctx context.Context, cases []Case, atOnce int, limit time.Duration, open func(T) (Harness, error), tell func(Verdict)) {
	verdicts := make(chan Verdict)
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	go func() {
		defer close(verdicts)
		defer running.Wait()
		for _, c := range cases {
			slots <- struct{}{}
			if ctx.Err() != nil {
				return
			}
			running.Go(func() {
				defer func() { <-slots }()
				verdicts <- judge(ctx, c, limit, open)
			})
		}
	}()
	for v := range verdicts {
		tell(v)
	}
}

func judge(ctx context.Context, c Case, limit time.Duration, open func(T) (Harness, error)) Verdict {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t := &trial{ctx: ctx}
	begin := time.Now()
	t.protected(func() {
		h, err := open(t)
		if err != nil {
			t.Fatal(err)
		}
		c.Run(t, h)
	})
	if err := ctx.Err(); err != nil {
		t.Errorf("it was cut off: %v", err)
	}
	t.cleanUp()
	v := Verdict{Case: c, Outcome: Passed, Reasons: t.reasons, Took: time.Since(begin)}
	switch {
	case t.failed:
		v.Outcome = Failed
	case t.skipped:
		v.Outcome = Skipped
	}
	return v
}

// trial is a T without package testing.
type trial struct {
	ctx context.Context

	mu       sync.Mutex
	failed   bool
	skipped  bool
	reasons  []string
	cleanups []func()
}

// maxReasons bounds what is said about one case.
const maxReasons = 20

// protected runs f in a goroutine of its own, which Fatal and Skip end, and waits
// for it.
func (t *trial) protected(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if fault := recover(); fault != nil {
				t.Errorf("the case itself failed: %v", fault)
			}
		}()
		f()
	}()
	<-done
}

// cleanUp undoes what was begun, the last first.
func (t *trial) cleanUp() {
	for {
		t.mu.Lock()
		n := len(t.cleanups)
		if n == 0 {
			t.mu.Unlock()
			return
		}
		f := t.cleanups[n-1]
		t.cleanups = t.cleanups[:n-1]
		t.mu.Unlock()
		t.protected(f)
	}
}

func (t *trial) note(failed bool, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = t.failed || failed
	text = strings.TrimSpace(text)
	if len(t.reasons) < maxReasons && !slices.Contains(t.reasons, text) {
		t.reasons = append(t.reasons, text)
	}
}

// Context implements T.
func (t *trial) Context() context.Context { return t.ctx }

// Helper implements T.
func (t *trial) Helper() {}

// Error implements T.
func (t *trial) Error(args ...any) { t.note(true, fmt.Sprintln(args...)) }

// Errorf implements T.
func (t *trial) Errorf(format string, args ...any) { t.note(true, fmt.Sprintf(format, args...)) }

// Fatal implements T.
func (t *trial) Fatal(args ...any) {
	t.Error(args...)
	runtime.Goexit()
}

// Fatalf implements T.
func (t *trial) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

// Skip implements T.
func (t *trial) Skip(args ...any) {
	t.note(false, fmt.Sprintln(args...))
	t.mu.Lock()
	t.skipped = true
	t.mu.Unlock()
	runtime.Goexit()
}

// Failed implements T.
func (t *trial) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// Cleanup implements T.
func (t *trial) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

// TempDir implements T.
func (t *trial) TempDir() string {
	dir, err := os.MkdirTemp("", "pawl-launcher-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
