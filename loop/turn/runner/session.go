package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/atomicfile"
	"pawl/loop/turn"
)

// session is what is known of the turns so far.
type session struct {
	order   turn.Order
	decoder *turn.Decoder
	state   turn.State
	record  *record
	page    page
	log     *slog.Logger
	unkept  bool // the state could not be written
	unseen  bool // the files that turns leave could not be looked at, and that was said

	mu    sync.Mutex // of the state while a turn runs
	newer bool       // something happened since the state was written
	heard bool       // the agent has begun to answer in one of the turns
}

func newSession(o turn.Order, out io.Writer, log *slog.Logger) (*session, error) {
	d, err := turn.NewDecoder(o.Profile)
	if err != nil {
		return nil, err
	}
	s := &session{order: o, decoder: d, record: newRecord(o.Record), page: page{out}, log: log}
	s.state = turn.State{Version: turn.Version, Session: o.Session, Generation: o.Generation, Total: o.Total}
	return s, nil
}

// stateEvery is how often a turn that goes on is written into the state.
const stateEvery = 500 * time.Millisecond

// enter notes what the session does from now on.
func (s *session) enter(doing adapter.State) {
	s.state.Doing, s.state.Since = doing, time.Now()
	s.keep()
}

// keep writes the state. A disk that is full does not end the turn: the next change
// is written again.
func (s *session) keep() {
	s.newer = false
	data, err := json.Marshal(s.state)
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(s.order.State), 0o700), atomicfile.Write(s.order.State, append(data, '\n')))
	}
	if s.unkept = err != nil; s.unkept {
		s.log.Warn("the session's state is not written", "session", s.order.Session, "generation", s.order.Generation, "error", err)
	}
}

// refresh writes the state of a session that waits once more, if it could not be
// written or is gone: without it nobody would ever tell the session anything.
//
// It is false where the session may end, as nobody is there any more who would.
func (s *session) refresh() bool {
	if _, err := os.Stat(s.order.State); s.unkept || err != nil {
		s.keep()
	}
	if s.order.Home == "" {
		return true
	}
	_, err := os.Stat(s.order.Home)
	return !errors.Is(err, fs.ErrNotExist)
}

// done says that a session that is for one turn has had it.
func (s *session) done() bool {
	last := s.state.Last()
	return s.order.Once && last != nil && last.Status == turn.Completed
}

// text is what a turn begins with. Until the agent has answered anything, the first
// prompt comes before whatever it is told.
func (s *session) text(m turn.Message) string {
	switch {
	case s.heard || s.order.Prompt == "":
		return m.Text
	case m.Text == "":
		return s.order.Prompt
	}
	return s.order.Prompt + "\n\n" + m.Text
}

// take runs one turn. Its error is errTurn where the session is over with it.
func (s *session) take(ctx context.Context, m turn.Message) error {
	n := 1
	if last := s.state.Last(); last != nil {
		n = last.N + 1
	}
	s.state.Turns = append(s.state.Turns, turn.Turn{N: n, Wake: m.ID, Begun: time.Now(), Exit: -1})
	s.state.Turns = slices.Delete(s.state.Turns, 0, max(len(s.state.Turns)-turn.Kept, 0))
	s.enter(adapter.Active)
	t, text := s.state.Last(), s.text(m)
	s.page.begin(*t, text)
	s.told(s.record.begin(*t, text))
	exit := s.watched(ctx, text)
	s.state.Total = t.Close(exit, s.state.Total, time.Now())
	t.Tree = s.tree(ctx)
	s.heard = s.heard || !t.Unheard()
	s.page.end(*t)
	s.told(s.record.end(*t))
	s.enter(turn.After(t.Status))
	if s.state.Doing == adapter.Fatal {
		return fmt.Errorf("%w: %s", errTurn, t.Why)
	}
	return nil
}

// watched runs the program while its state is written.
func (s *session) watched(ctx context.Context, text string) turn.Exit {
	keeping, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { s.keepUp(keeping) })
	defer keeper.Wait()
	defer stop()
	return s.program(ctx, text)
}

// told notes that the record is not whole.
func (s *session) told(err error) {
	if err != nil {
		s.log.Warn("a turn's record is not written", "session", s.order.Session, "generation", s.order.Generation, "error", err)
	}
}

// event takes in one event of the turn that runs.
func (s *session) event(e turn.Event) {
	s.mu.Lock()
	t := s.state.Last()
	t.Apply(e)
	s.newer = true
	if e.Kind == turn.Session {
		s.keep() // whatever comes now, the conversation can be gone on with
	}
	s.mu.Unlock()
	s.page.event(e)
	s.told(s.record.event(t.N, e))
}

// keepUp writes the state of a turn that goes on every now and then, until ctx ends.
func (s *session) keepUp(ctx context.Context) {
	tick := time.NewTicker(stateEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		if s.newer {
			s.keep()
		}
		s.mu.Unlock()
	}
}

// argv is the command of a turn, and what is written to its input.
func (s *session) argv(text string) (argv []string, stdin string, err error) {
	data := s.order.Data
	data.Prompt = text
	conversation := s.order.Conversation
	if s.heard {
		conversation = cmp.Or(s.state.Conversation(), conversation)
	}
	argv, err = s.order.Profile.Argv(data, s.order.Model, conversation)
	if s.order.Profile.Prompt == adapter.PromptStdin {
		stdin = text
	}
	return slices.Concat(s.order.Wrap, argv), stdin, err
}
