package loop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"pawl/loop/config"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

const (
	// silence is how long hooks may say nothing until the transcript is looked for
	// without them, and how often.
	silence = 15 * time.Second
	// scriptTail is how much of a transcript is read at first, in bytes: that of a long
	// conversation is long.
	scriptTail = 1 << 20
	// scriptHead is how much of one is searched for the agent's folder, in bytes.
	scriptHead = 64 << 10
	// mostScripts bounds how many are looked into.
	mostScripts = 50
)

// transcript is a program's own record of a session's conversation.
type transcript struct {
	path   string // "" where none is known yet
	file   *logfile.Follower
	lines  splitter
	sought time.Time // when it was last looked for
}

func (t *transcript) close() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	t.file = nil
	return err
}

// readTranscript reads what was added to the transcript that the hooks named, or to the
// one that is found where they say nothing.
func (e *Engine) readTranscript(cfg *config.Config, row ledger.Session, h *hearing) error {
	if len(h.profile.Transcript.Lines) == 0 {
		return nil
	}
	path := h.state.Transcript
	if now := e.Now(); path == "" && h.state.Doing == "" && h.script.path == "" &&
		now.Sub(row.CreatedAt) > silence && now.Sub(h.script.sought).Abs() > silence {
		h.script.sought = now
		path = e.findTranscript(cfg, row, h)
	}
	if path != "" && path != h.script.path && filepath.IsAbs(path) {
		file, err := logfile.Follow(path)
		if err != nil {
			return err
		}
		err = errors.Join(file.Skip(scriptTail), h.script.close())
		file.Most = mostHeard
		h.script = transcript{path: path, file: file, sought: h.script.sought}
		h.script.lines.each = func(line []byte) { h.state = h.decoder.Line(h.state, line, e.Now()) }
		if err != nil {
			return err
		}
	}
	if h.script.file == nil {
		return nil
	}
	return h.script.file.More(&h.script.lines)
}

// findTranscript is the one transcript that was begun since a session was, and that
// names its agent's folder; "" where there is none, or several.
func (e *Engine) findTranscript(cfg *config.Config, row ledger.Session, h *hearing) string {
	a, known := cfg.Agent(row.Agent)
	home := EnvValue(AgentEnv(e.Env(), a), "HOME")
	shared := slices.ContainsFunc(cfg.Agents, func(b config.Agent) bool { return b.Name != a.Name && b.Dir == a.Dir && b.Adapter == a.Adapter })
	if !known || shared || h.profile.Transcript.Find == "" || !filepath.IsAbs(home) {
		return "" // whose it is could not be told
	}
	found, err := filepath.Glob(filepath.Join(home, filepath.FromSlash(h.profile.Transcript.Find)))
	if err != nil {
		return "" // the pattern was checked
	}
	fits, looked := "", 0
	for _, path := range found {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.ModTime().Before(row.CreatedAt) {
			continue
		}
		if looked++; looked > mostScripts {
			return ""
		}
		if !isScript(path, h.profile.Transcript.At, a.Dir, row.CreatedAt) {
			continue
		}
		if fits != "" {
			return "" // one of them is somebody else's
		}
		fits = path
	}
	return fits
}

// isScript says that a transcript names a folder, and was begun since a moment.
func isScript(path, place, dir string, since time.Time) bool {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may be a pipe by now
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // it was only read
	head, err := io.ReadAll(io.LimitReader(file, scriptHead))
	word, unfit := json.Marshal(dir)
	if err != nil || unfit != nil || !bytes.Contains(head, word) {
		return false
	}
	for line := range bytes.Lines(head) {
		doc, err := turn.ParseDocument(line)
		if err != nil {
			continue
		}
		if at, err := time.Parse(time.RFC3339, doc.Text(place, 100)); err == nil {
			return !at.Before(since)
		}
	}
	return false
}
