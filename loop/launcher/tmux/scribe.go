package tmux

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"pawl/loop/launcher/proc"
)

// scribing is the order to a scribe. Nothing in it is secret.
type scribing struct {
	Tmux       string   `json:"tmux"`
	Socket     []string `json:"socket"`
	Generation string   `json:"generation"`
	Log        string   `json:"log"`
	Sign       string   `json:"sign"` // a file that says that the scribe listens; "" when nobody waits for it

	// Filled in by tmux, which alone knows them at that moment.
	Pane   string `json:"pane"`
	Leader string `json:"leader"`
	Server string `json:"server"`
}

const readySuffix = ".ready"

// Words that tmux replaces in the scribe's order.
const (
	paneWord   = "PAWL-PANE"
	leaderWord = "PAWL-LEADER"
	serverWord = "PAWL-SERVER"
)

// scribe is the shell command that reads what a pane prints.
func (l *Launcher) scribe(self []string, generation, log, sign string) string {
	doc, err := json.Marshal(scribing{
		Tmux: l.opts.Tmux, Socket: l.client.socket, Generation: generation, Log: log, Sign: sign,
		Pane: paneWord, Leader: leaderWord, Server: serverWord,
	})
	if err != nil {
		panic(err) // strings always encode
	}
	// Pipe-pane, unlike run-shell, also replaces the formats of strftime(3).
	command := strings.ReplaceAll(helper(self, stepScribe, string(doc)), "%", "%%")
	return strings.NewReplacer(paneWord, "#{pane_id}", leaderWord, "#{pane_pid}", serverWord, "#{pid}").Replace(command)
}

// scribe reads all that a pane prints until its program has ended, and then
// ends what that left behind.
func scribe(ctx context.Context, doc string, stdin io.Reader) error {
	var s scribing
	if err := json.Unmarshal([]byte(doc), &s); err != nil {
		return err
	}
	leader, err := s.identify(s.Leader)
	if err != nil {
		return err
	}
	server, err := s.identify(s.Server)
	if err != nil {
		return err
	}
	if s.Sign != "" {
		if err := os.WriteFile(s.Sign, nil, 0o600); err != nil {
			return err
		}
	}
	ended, err := s.listen(ctx, stdin, leader, server)
	if err != nil || !ended {
		return err
	}
	return tidy(ctx, proc.Kin{Generation: s.Generation, Leader: leader})
}

func (s scribing) identify(pid string) (proc.Identity, error) {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return proc.Identity{}, fmt.Errorf("process %q of generation %s: %w", pid, s.Generation, err)
	}
	return proc.Identify(n)
}

const (
	watching = 100 * time.Millisecond // how often the scribe looks whether the agent lives
	draining = 200 * time.Millisecond // how long it reads on when it does not
)

// listen writes the logs until the session has ended, which it reports, or
// until tmux has taken the pipe away, which a person can do too.
func (s scribing) listen(ctx context.Context, stdin io.Reader, leader, server proc.Identity) (ended bool, err error) {
	chunks := make(chan []byte)
	closed := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // it ends with the pipe, and at the latest with this process
		defer close(closed)
		read(ctx, stdin, chunks)
	}()
	h := newHistory(s)
	defer func() { err = errors.Join(err, h.close(context.WithoutCancel(ctx))) }()
	tick := time.NewTicker(watching)
	defer tick.Stop()
	for {
		select {
		case chunk := <-chunks:
			h.write(chunk)
			continue
		case <-closed:
			// Without its server the session has no terminal any more.
			there, err := server.Alive()
			if err != nil || !there {
				return true, err
			}
			there, err = leader.Alive()
			return !there, err
		case <-tick.C:
		case <-ctx.Done():
			return false, ctx.Err()
		}
		h.look(ctx, time.Now())
		if there, err := leader.Alive(); err != nil || !there {
			drain(chunks, h)
			return err == nil, err
		}
	}
}

// read hands over what comes, until there is no more.
func read(ctx context.Context, from io.Reader, to chan<- []byte) {
	for {
		buf := make([]byte, 32<<10)
		n, err := from.Read(buf)
		if n > 0 {
			select {
			case to <- buf[:n]:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// drain writes the last words that are still on their way.
func drain(chunks <-chan []byte, h *history) {
	last := time.NewTimer(draining)
	defer last.Stop()
	for {
		select {
		case chunk := <-chunks:
			h.write(chunk)
		case <-last.C:
			return
		}
	}
}
