// Package actor is the scripted agent of simulations. It does what it is told at
// once and nothing else: an adversary reviews what is claimed, a builder mends
// what a review refuses and reads its letters, and an auditor only listens. What
// it is told goes into a record of its own before anything else happens, so that
// the record can be held against git's history.
package actor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pawl/loop/sim/tui"
)

// Word is the first argument of a pawl that is to be an actor.
const Word = "actor"

// EnvRecord names the folder of the actors' records.
const EnvRecord = "PAWL_ACTOR_RECORD"

// Main is an actor's process; args are those after Word. "listen" reads a wake a
// line from in until that ends; "screen" draws a screen, and takes the options of
// the fake agent; "turn" is one turn of such a screen; "once" is one turn without a
// terminal, of the conversation that is named behind it. It returns the exit code: 0,
// 1 for a fault, which is written to errw, 2 for other arguments.
func Main(ctx context.Context, args []string, in *os.File, errw io.Writer) int {
	var err error
	switch {
	case len(args) > 0 && args[0] == "screen":
		return tui.Main(args[1:], os.Environ(), in, errw)
	case len(args) == 1 && args[0] == "turn":
		err = self().act(ctx, os.Getenv("PAWL_WAKE_TEXT"))
	case len(args) == 1 && args[0] == "listen":
		err = self().listen(ctx, in)
	case len(args) > 0 && len(args) <= 2 && args[0] == "once":
		err = self().once(ctx, strings.Join(args[1:], ""), in, os.Stdout)
	default:
		fmt.Fprintf(errw, "pawl %s: %q is not listen, once, turn or screen\n", Word, args)
		return 2
	}
	if err != nil {
		fmt.Fprintf(errw, "pawl %s: %v\n", Word, err)
		return 1
	}
	return 0
}

// actor is one agent as its environment describes it.
type actor struct {
	name, role, generation string
	record                 string
	clone                  Clone
}

func self() actor {
	return actor{
		name: os.Getenv("PAWL_AGENT"), role: os.Getenv("PAWL_ROLE"), generation: os.Getenv("PAWL_GENERATION"),
		record: os.Getenv(EnvRecord), clone: Clone{Dir: ".", Log: slog.New(slog.NewTextHandler(os.Stderr, nil))},
	}
}

func (a actor) listen(ctx context.Context, in io.Reader) error {
	if err := a.note(fmt.Sprintf("started %d %d", os.Getpid(), os.Getppid())); err != nil {
		return err
	}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil // a part of a line is not yet a wake
		}
		if err != nil {
			return err
		}
		if err := a.note("told " + line[:len(line)-1]); err != nil {
			return err
		}
		if err := a.act(ctx, line); err != nil {
			return err
		}
	}
}

// note appends one line to the record with one write: whoever kills this process
// finds all of the line or nothing.
func (a actor) note(what string) (err error) {
	path := filepath.Join(a.record, a.name+"."+a.generation)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = fmt.Fprintf(f, "%d %s\n", time.Now().UnixNano(), what)
	return err
}

// act does what a wake asks for.
func (a actor) act(ctx context.Context, wake string) error {
	for _, m := range Mentions(wake) {
		var err error
		switch {
		case a.role == "adversary" && m.Kind == Claim:
			err = a.review(ctx, m.Gate)
		case a.role == "builder" && m.Kind == Review && m.Verdict == "fail":
			err = a.mend(ctx, m.Gate)
		case a.role == "builder" && m.Kind == Letter:
			_, err = a.clone.Publish(ctx, Change{Subject: "read " + m.Path, Delete: []string{m.Path}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// review answers a claim, if it is still in the history.
func (a actor) review(ctx context.Context, gate string) error {
	claimed, err := a.clone.Find(ctx, "claim("+gate+")")
	if err != nil || claimed == "" {
		return err
	}
	verdict := Verdict(gate)
	_, err = a.clone.Publish(ctx, Change{
		Subject: "review(" + gate + "): " + map[string]string{"pass": "it holds", "fail": "it breaks"}[verdict],
		Body:    "Verdict: " + verdict + "\nReviewed: " + claimed,
	})
	return err
}

// mended is what a gate's name ends with once its claim was refused and mended.
const mended = "-mended"

// Verdict is what the adversaries find about a gate: those of every third claim
// are refused once.
func Verdict(gate string) string {
	if strings.HasSuffix(gate, "3") || strings.HasSuffix(gate, "6") || strings.HasSuffix(gate, "9") {
		return "fail"
	}
	return "pass"
}

func (a actor) mend(ctx context.Context, gate string) error {
	_, err := a.clone.Publish(ctx, Change{Subject: "claim(" + gate + mended + "): it holds now"})
	return err
}
