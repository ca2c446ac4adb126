package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"pawl/loop/daemon"
)

// canary is in every secret of a script: where it turns up, one got out.
const canary = "c4n4ry"

// guard NAME listens as an origin that lets nobody in, until the script ends. NAME
// is then its address, and $WORK/NAME has a line for each request: whether it was
// logged in, its header X-Token, and whether any process shows a secret meanwhile.
func guard(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: guard NAME")
	}
	file, err := os.OpenFile(filepath.Join(ts.Getenv("WORK"), args[0]), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	ts.Check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		w.Header().Set("WWW-Authenticate", `Basic realm="nobody"`)
		w.WriteHeader(http.StatusUnauthorized)
		if _, err := fmt.Fprintf(file, "password=%q token=%q shown=%q\n", password, r.Header.Get("X-Token"), shownTo(canary)); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	ts.Setenv(args[0], strings.TrimPrefix(server.URL, "http://"))
	ts.Defer(func() {
		server.Close()
		ts.Check(file.Close())
	})
}

// shownTo are the command lines of all processes of this machine that text is in:
// every user of it can read them. Without /proc there are none.
func shownTo(text string) (found []string) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil
	}
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(text)) { // one that ended has none
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// secretless COMMAND… runs a command, however it ends, and checks that it prints no
// secret.
func secretless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: secretless COMMAND…")
	}
	if err := ts.Exec(args[0], args[1:]...); err != nil {
		ts.Logf("%v", err)
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if text := ts.ReadFile(stream); strings.Contains(text, canary) {
			ts.Fatalf("%s of %s has a secret:\n%s", stream, strings.Join(args, " "), text)
		}
	}
}

// sealed PATTERN REGEXP checks that of the files below .pawl and in its runtime
// folder only those whose names match REGEXP have PATTERN in them, that these are
// the owner's alone, that nobody else gets into either folder, and that no process
// shows PATTERN.
func sealed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sealed PATTERN REGEXP")
	}
	may, err := regexp.Compile("^(" + args[1] + ")$")
	ts.Check(err)
	state := ts.MkAbs(".pawl")
	place, err := daemon.NewPlace(state)
	ts.Check(err)
	found := false
	for _, top := range []string{state, place.Dir} {
		info, err := os.Stat(top)
		ts.Check(err)
		if info.Mode().Perm() != 0o700 {
			ts.Fatalf("%s has mode %v; it is the owner's alone", top, info.Mode())
		}
		ts.Check(filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && !e.Type().IsRegular() {
				return nil // it went meanwhile, or has no text
			}
			text, err := os.ReadFile(path)
			if err != nil && !errors.Is(err, fs.ErrNotExist) || !bytes.Contains(text, []byte(args[0])) {
				return err
			}
			found = true
			info, err := e.Info()
			switch {
			case err != nil && !errors.Is(err, fs.ErrNotExist):
				return err
			case !may.MatchString(e.Name()):
				return fmt.Errorf("%s has %q in it", path, args[0])
			case err == nil && info.Mode().Perm() != 0o600:
				return fmt.Errorf("%s has %q in it, and mode %v", path, args[0], info.Mode())
			}
			return nil
		}))
	}
	if !found {
		ts.Fatalf("%q is nowhere: this checks nothing", args[0])
	}
	if lines := slices.DeleteFunc(shownTo(args[0]), func(line string) bool { return strings.Contains(line, ".test") }); len(lines) > 0 {
		ts.Fatalf("processes show %q: %q", args[0], lines)
	}
}
