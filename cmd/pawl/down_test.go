package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl/internal/need"
	"pawl/loop/control"
	"pawl/loop/daemon"
)

// ending is a coordinator that was asked to end and does not pass any more, but
// still holds its lock, until somebody wants a pass.
type ending struct {
	release func() error
	t       *testing.T
}

func (e ending) Health() control.Health { return control.Health{Version: versionText()} }
func (e ending) Poke()                  {}
func (e ending) Stop()                  {}

func (e ending) Tick(context.Context, control.Order) (control.Report, error) {
	if err := e.release(); err != nil {
		e.t.Error(err)
	}
	return control.Report{}, control.ErrNotRunning
}

// One that takes long to end is not what agents go on for.
func TestDownBehindACoordinatorThatTakesLong(t *testing.T) {
	need.Program(t, "git")
	path := filepath.Join(t.TempDir(), "pawl.yaml")
	const yaml = "version: 1\norigin: {url: /nowhere, branch: main}\ndefaults: {launcher: process, adapter: script}\nadapters: {script: {command: [cat]}}\nagents: {builder: {kind: loop}}\n"
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := &app{out: &out, err: io.Discard, config: path}
	p, err := a.openLenient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := p.lock(t.Context(), "watch", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	release := sync.OnceValue(lock.Release)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- control.Serve(ctx, p.place.Socket(), ending{release, t}) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-served, release(), p.close(), p.place.Remove()); err != nil {
			t.Error(err)
		}
	})
	for limit := time.Now().Add(10 * time.Second); notRunning(p.client.Poke(ctx)); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("nobody answers")
		}
	}
	var held *daemon.HeldError
	if _, err := p.stopCoordinator(ctx, time.Millisecond); !errors.As(err, &held) {
		t.Fatalf("it is stopped with %v", err)
	}
	if err := p.down(ctx, nil, time.Millisecond); err != nil || !strings.Contains(out.String(), "coordinator stopped") {
		t.Errorf("down says %q, %v", out.String(), err)
	}
}
