package actor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Rules are what the lines of an actor's turn mean, as keys of an adapter's turns.
const Rules = "resume: [\"{{.Conversation}}\"], events: [{is: session, on: {type: session}, id: id}, {is: text, on: {type: text}, text: text}, {is: limit, on: {type: limit}, text: text}, {is: end, on: {type: end}}]"

// LimitFile is the name of a file in the record: while it is there, turns end with its
// text as a usage limit.
const LimitFile = "limit"

// once is a turn without a terminal: in is what it is told, all of it. The first turn
// of a session notes the process that runs them, as a session's own.
func (a actor) once(ctx context.Context, conversation string, in io.Reader, out io.Writer) error {
	if conversation == "" {
		conversation = "talk-" + a.generation
	}
	say := json.NewEncoder(out)
	if err := say.Encode(map[string]string{"type": "session", "id": conversation}); err != nil {
		return err
	}
	told, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if limit, err := os.ReadFile(filepath.Join(a.record, LimitFile)); err == nil {
		return say.Encode(map[string]string{"type": "limit", "text": string(limit)})
	}
	if _, err := os.Stat(filepath.Join(a.record, a.name+"."+a.generation)); errors.Is(err, fs.ErrNotExist) {
		if err := a.note(fmt.Sprintf("started %d %d", os.Getppid(), parentOf(os.Getppid()))); err != nil {
			return err
		}
	}
	prompt, wake := Parts(strings.Join(strings.FieldsFunc(string(told), func(r rune) bool { return r == '\n' }), "; "))
	if m := task.FindStringSubmatch(prompt); m != nil && a.role == "" {
		if err := a.work(ctx, m[1], say); err != nil {
			return err
		}
	}
	if wake != "" {
		if err := a.note("told " + wake); err != nil {
			return err
		}
		if err := say.Encode(map[string]string{"type": "text", "text": "at it"}); err != nil {
			return err
		}
		if err := a.act(ctx, wake); err != nil {
			return err
		}
	}
	return say.Encode(map[string]string{"type": "end"})
}

// task is all that a worker is asked for: to take its time.
var task = regexp.MustCompile(`\btake ([0-9.]+m?s)$`)

// work is the turn of a worker.
func (a actor) work(ctx context.Context, takes string, say *json.Encoder) error {
	d, err := time.ParseDuration(takes)
	if err != nil {
		return err
	}
	if err := say.Encode(map[string]string{"type": "text", "text": "it takes " + takes}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// parentOf is a process's parent where /proc tells it, else 0.
func parentOf(pid int) int {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return parent
}
