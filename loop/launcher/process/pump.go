package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"

	"pawl/handoff/system"
)

// The pump is run in two steps, so that the keeper is nobody's child and no
// caller has to wait for it: the first starts the second and ends.
const (
	stepStart = "start"
	stepKeep  = "keep"
)

// What both steps inherit besides the standard files.
const (
	reportFD = 3 // a pipe to the launcher: how the start went
	lockFD   = 4 // the lock of the session's name, held until the keeper ends
)

// report is what the launcher is told, once.
type report struct {
	Error string `json:"error,omitempty"`
}

// PumpMain is the body of the hidden command `pawl pump STEP FOLDER`, which only
// a Launcher runs. It returns the exit code.
func PumpMain(args []string, stdout, stderr io.Writer) int {
	if len(args) != 2 || (args[0] != stepStart && args[0] != stepKeep) {
		return complain(stderr, errors.New("pump: started by pawl itself, not by hand"), 2)
	}
	system.CloseOnExec(reportFD)
	system.CloseOnExec(lockFD)
	tell, lock := os.NewFile(reportFD, "report"), os.NewFile(lockFD, "lock")
	var err error
	if args[0] == stepStart {
		err = startKeeper(args[1], tell, lock)
		if err != nil {
			err = errors.Join(err, json.NewEncoder(tell).Encode(report{Error: err.Error()}))
		}
	} else {
		err = keep(args[1], tell, slog.New(slog.NewTextHandler(stderr, nil)))
	}
	// Giving up the lock is the last thing that a keeper does.
	if err = errors.Join(err, lock.Close()); err != nil {
		return complain(stderr, err, 1)
	}
	return 0
}

func complain(stderr io.Writer, err error, code int) int {
	if _, printErr := fmt.Fprintln(stderr, "pawl:", err); printErr != nil {
		return 1
	}
	return code
}

func startKeeper(folder string, tell, lock *os.File) error {
	o, err := loadOrder(folder)
	if err != nil {
		return err
	}
	p, err := os.StartProcess(o.Program, append(o.Self, stepKeep, folder), &os.ProcAttr{
		Dir:   "/",
		Env:   []string{},
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, tell, lock},
	})
	if err != nil {
		return fmt.Errorf("start the keeper: %w", err)
	}
	return p.Release()
}

// keep starts the agent, reports, and stays until the agent has ended.
func keep(folder string, tell *os.File, told *slog.Logger) error {
	// The kernel ends the agent together with the thread that started it.
	runtime.LockOSThread()
	k, err := startSession(folder, told)
	var rep report
	if err != nil {
		rep.Error = err.Error()
	}
	tellErr := errors.Join(json.NewEncoder(tell).Encode(rep), tell.Close())
	if err != nil {
		return err
	}
	if tellErr != nil {
		told.Warn("the launcher did not wait for the start", "error", tellErr)
	}
	return k.serve()
}
