package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"pawl/handoff/system"
	"pawl/loop/launcher/plain"
	"strings"
	"time"
)

// refusal is why the pump did not start the program.
type refusal string

func (r refusal) Error() string { return string(r) }

// runPump starts the pump and waits for its report. Its environment is empty:
// nothing of the caller's may tie it to the caller, least of all a
// PAWL_GENERATION.
func runPump(ctx context.Context, o order, folder string, lock *os.File) error {
	notes, err := os.OpenFile(noteFile(folder), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	tell, hear, err := reportPipe()
	if err != nil {
		return errors.Join(err, notes.Close())
	}
	cmd := exec.CommandContext(ctx, o.Program)
	cmd.Args = append(append([]string(nil), o.Self...), stepStart, folder)
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.Stderr = notes
	cmd.ExtraFiles = []*os.File{tell, lock}
	system.OwnSession(cmd)
	cmd.WaitDelay = time.Second
	runErr := cmd.Run()
	closeErr := errors.Join(tell.Close(), notes.Close())
	err = awaitReport(ctx, hear, folder)
	var refused refusal
	if err == nil || errors.As(err, &refused) {
		return err
	}
	return errors.Join(err, runErr, closeErr)
}

func reportPipe() (tell, hear *os.File, err error) {
	hear, tell, err = os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("report pipe: %w", err)
	}
	return tell, hear, nil
}

// awaitReport reads what the pump says, until that has closed the pipe.
func awaitReport(ctx context.Context, hear *os.File, folder string) error {
	wake := context.AfterFunc(ctx, func() {
		if err := hear.SetReadDeadline(time.Unix(1, 0)); err != nil {
			return
		}
	})
	data, err := io.ReadAll(io.LimitReader(hear, maxRequest))
	wake()
	if closeErr := hear.Close(); err == nil {
		err = closeErr
	}
	if ctx.Err() != nil {
		return fmt.Errorf("the pump has not reported yet: %w", ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("the pump's report: %w", err)
	}
	var rep report
	if err := json.Unmarshal(data, &rep); err != nil {
		return fmt.Errorf("the pump ended without a report: %s", lastNote(folder))
	}
	if rep.Error != "" {
		return refusal(rep.Error)
	}
	return nil
}

// lastNote is the end of what the pump wrote to its standard error.
func lastNote(folder string) string {
	data, err := os.ReadFile(noteFile(folder))
	if err != nil {
		return err.Error()
	}
	text := strings.TrimSpace(string(data))
	if len(text) > 500 {
		text = text[len(text)-500:]
	}
	return plain.Line(text)
}
