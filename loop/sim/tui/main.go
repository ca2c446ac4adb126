// Package tui is a fake coding agent that draws a screen: an input line between
// two rules, a history above and a footer below, as the real ones have. Tests
// type to it and read it on a real terminal, and switch its faults on with
// orders; its record says what really reached it.
//
// A test binary can be the program: its TestMain calls Main when it was started
// as one, and its tests start the binary itself in a terminal.
package tui

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// The exit codes of Main, beside those that orders and signals give.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main runs the program on a terminal until it is told to end, and returns its
// exit code: 0 after C-c twice, N after the order "exit N", 128 and the signal's
// number after SIGTERM or SIGHUP, 1 when a file or the terminal fails, 2 for bad
// arguments. Args are those behind the program's name, env its environment: of
// that, PAWL_AGENT and PAWL_GENERATION go into the record, and EnvRecord and
// EnvControl name files. What goes wrong is written to stderr.
func Main(args, env []string, tty *os.File, stderr io.Writer) int {
	o, err := parseOptions(args, env, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	code, err := run(o, env, tty)
	if err == nil {
		return code
	}
	fmt.Fprintf(stderr, "fake agent: %v\n", err)
	return exitFailed
}

// run opens the terminal around the program.
func run(o options, env []string, tty *os.File) (code int, err error) {
	t, err := openTerminal(tty)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	p := &program{
		options: o, env: env, terminal: t,
		model:    newModel(o.behaviour),
		painter:  painter{alternate: o.alternate},
		recorder: recorder{o.record, value(env, "PAWL_AGENT"), value(env, "PAWL_GENERATION")},
		control:  control{path: o.control},
		printed:  make(chan printed),
	}
	return p.serve(time.Now())
}
