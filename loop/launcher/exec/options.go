package exec

import (
	"log/slog"
	"time"
)

// Options say which program a Launcher speaks to.
type Options struct {
	Name    string                        // the launcher's name, for errors and logs
	Argv    []string                      // the program and its arguments; a name without a slash is looked for in PATH of Env
	Dir     string                        // absolute: where it runs
	Env     func() []string               // KEY=value, its whole environment; asked at each start
	Options map[string]string             // handed over in hello
	Owner   string                        // likewise: whose sessions these are
	Pawl    string                        // likewise: pawl's version
	Attach  func(session string) []string // what leads to a session where the program knows no better
	Missing string                        // what to do where there is no such program; part of the error
	Log     *slog.Logger                  // nil: the default one
	Times   Times

	// Advice is what to do about a program that ended with a code, and with those
	// last words on its standard error; part of the error. Nil: nothing is known.
	Advice func(code int, words string) string
}

// Times are how long a program is waited for. A zero stands for its default.
type Times struct {
	Hello  time.Duration // from its start to its answer to hello; 10s
	Silent time.Duration // how long it may answer nothing at all while it is asked; 15s
	Ask    time.Duration // for calls that have no context of their own; 3s
	Polite time.Duration // to end after its input was closed, before TERM; 2s
	Term   time.Duration // to end after TERM, before KILL; 1s

	// Retry is the wait before a program that failed twice in a row is started
	// again; it doubles up to RetryMax. After a first failure there is none.
	Retry    time.Duration // 500ms
	RetryMax time.Duration // 1m
}

func (t Times) withDefaults() Times {
	for _, d := range []struct {
		of  *time.Duration
		def time.Duration
	}{
		{&t.Hello, 10 * time.Second}, {&t.Silent, 15 * time.Second}, {&t.Ask, 3 * time.Second}, {&t.Polite, 2 * time.Second},
		{&t.Term, time.Second}, {&t.Retry, 500 * time.Millisecond}, {&t.RetryMax, time.Minute},
	} {
		if *d.of == 0 {
			*d.of = d.def
		}
	}
	return t
}
