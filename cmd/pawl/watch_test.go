package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"pawl/loop"
	"pawl/loop/config"
)

// Whoever ends a coordinator in its first moment is told of no error, and both its
// beginning and its end are on record.
func TestACoordinatorThatIsEndedAsItStarts(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pawl.yaml")
	text := []byte("version: 1\nproject: acme\norigin: {url: " + dir + "/origin.git}\nagents: {builder: {adapter: codex}}\n")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := (&app{out: io.Discard, err: io.Discard}).openWith(t.Context(), path, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.ledger.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := os.MkdirAll(p.place.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	e, err := p.engine(log)
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := p.serve(ended, loop.NewCoordinator(e, "test"), log); err != nil {
		t.Errorf("it ends with %v", err)
	}
	list, err := p.ledger.Events(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range list {
		kinds = append(kinds, e.Kind)
	}
	if len(kinds) < 2 || kinds[0] != "coordinator.started" || kinds[len(kinds)-1] != "coordinator.ended" {
		t.Errorf("on record is %q", kinds)
	}
}
