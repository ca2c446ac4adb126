package exec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/screen"
)

// do has the launcher do what a request asks for.
func (s *server) do(ctx context.Context, r Request) (any, error) {
	switch r.Method {
	case MethodStart:
		var p Spec
		return with(r, &p, func() (any, error) { return nil, s.l.Start(ctx, p.spec()) })
	case MethodObserve:
		all, err := s.l.Observe(ctx)
		return sessions(all), err
	case MethodSend:
		var p Sending
		return with(r, &p, func() (any, error) {
			reader, err := s.reader(p.Message.Profile)
			if err != nil {
				return nil, err
			}
			m := launcher.Message{ID: p.Message.ID, Text: p.Message.Text, Items: p.Message.Items, Reader: reader}
			return nil, s.l.Send(ctx, launcher.Ref(p.Ref), m)
		})
	case MethodCapture:
		var p Capturing
		return with(r, &p, func() (any, error) {
			lines, err := s.l.Capture(ctx, launcher.Ref(p.Ref), p.Lines)
			return Lines{Lines: lines}, err
		})
	case MethodStop:
		var p Stopping
		return with(r, &p, func() (any, error) {
			return nil, s.l.Stop(ctx, launcher.Ref(p.Ref), time.Duration(p.Deadline)*time.Millisecond)
		})
	case MethodForget:
		var p Ref
		return with(r, &p, func() (any, error) { return nil, s.l.Forget(ctx, launcher.Ref(p)) })
	case MethodAttach:
		var p Ref
		return with(r, &p, func() (any, error) { return Argv{Argv: s.l.Attach(launcher.Ref(p))}, nil })
	}
	return s.more(ctx, r)
}

// more does what only some launchers can.
func (s *server) more(ctx context.Context, r Request) (any, error) {
	if terminal, draws := launcher.AsTerminal(s.l); draws && r.Method == MethodScreens {
		var p Refs
		return with(r, &p, func() (any, error) {
			refs := make([]launcher.Ref, len(p.Refs))
			for i, ref := range p.Refs {
				refs[i] = launcher.Ref(ref)
			}
			shown, err := terminal.Screens(ctx, refs)
			return screens(shown), err
		})
	}
	if known, identifies := s.l.(launcher.Identifier); identifies && r.Method == MethodRunning {
		var p Process
		return with(r, &p, func() (any, error) {
			running, err := known.Running(p.PID, p.Started)
			return Running{Running: running}, err
		})
	}
	return nil, fmt.Errorf("method %.40q: %w", r.Method, errUnsupported)
}

// with decodes a request's parameters and goes on with them.
func with(r Request, p any, then func() (any, error)) (any, error) {
	if err := params(r, p); err != nil {
		return nil, err
	}
	return then()
}

// answerTo is the answer to a request.
func answerTo(id int64, result any, err error) Answer {
	if err == nil && result != nil {
		var doc json.RawMessage
		if doc, err = json.Marshal(result); err == nil {
			return Answer{ID: id, Result: doc}
		}
	}
	if err != nil {
		return Answer{ID: id, Error: &Failure{Code: codeOf(err), Message: err.Error()}}
	}
	return Answer{ID: id, Result: json.RawMessage("{}")}
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, launcher.ErrGone):
		return CodeGone
	case errors.Is(err, launcher.ErrOther):
		return CodeOther
	case errors.Is(err, launcher.ErrTerminal):
		return CodeTerminal
	case errors.Is(err, errUnsupported):
		return CodeUnsupported
	}
	return CodeFailed
}

func (p Spec) spec() launcher.Spec {
	return launcher.Spec{
		Ref: launcher.Ref(p.Ref), Agent: p.Agent, Owner: p.Owner, Phase: p.Phase,
		Argv: p.Argv, Env: p.Env, Own: p.Own, Dir: p.Dir, Log: p.Log, Stdin: p.Stdin, Prompt: p.Prompt, StopKeys: p.StopKeys,
	}
}

func sessions(all map[string]launcher.Observation) Sessions {
	list := make([]Observation, 0, len(all))
	for _, o := range all {
		seen := Observation{
			Ref: Ref(o.Ref), Agent: o.Agent, Owner: o.Owner, Phase: o.Phase, PID: o.PID, Started: o.Started, Alive: o.Alive,
			Exit: (*Exit)(o.Exit), Output: o.Output, Pending: o.Pending, Program: o.Program, Lying: o.Lying,
		}
		for _, m := range o.Marks {
			seen.Marks = append(seen.Marks, Mark(m))
		}
		list = append(list, seen)
	}
	return Sessions{Sessions: list}
}

func screens(shown map[string]screen.Screen) Screens {
	out := make(map[string]Screen, len(shown))
	for name, s := range shown {
		rows := make([]Row, len(s.Rows))
		for i, r := range s.Rows {
			rows[i] = Row{Text: r.Text, Firm: unlike(r.Firm, r.Text), Tinted: unlike(r.Tinted, r.Text)}
		}
		out[name] = Screen{Rows: rows, Title: s.Title, Width: s.Width, Alternate: s.Alternate}
	}
	return Screens{Screens: out}
}

// unlike is a form of a row's text, nil where it is the text itself.
func unlike(form, text string) *string {
	if form == text {
		return nil
	}
	return &form
}
