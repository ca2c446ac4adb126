package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/control"
	"pawl/loop/ledger"
)

// handoffView is one entry of `pawl handoffs --json`.
type handoffView struct {
	ID         string `json:"id"`
	Agent      string `json:"agent"`
	Kind       string `json:"kind"`
	Rule       string `json:"rule"`
	Gate       string `json:"gate"`
	Commit     string `json:"commit"`
	Subject    string `json:"subject"`
	Path       string `json:"path"`
	Blob       string `json:"blob"`
	State      string `json:"state"`
	Attempts   int    `json:"attempts"`
	SeenAt     string `json:"seen_at"`
	SentAt     string `json:"sent_at"`
	TakenAt    string `json:"taken_at"`
	AnsweredBy string `json:"answered_by"`
}

// closedShown bounds how many closed handoffs --all shows.
const closedShown = 1000

func (a *app) handoffsCommand() *cobra.Command {
	var all, asJSON bool
	c := &cobra.Command{
		Use: "handoffs", Short: "list what agents are told and owe", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.use(c.Context(), func(p *project) error {
				rows, err := p.ledger.Handoffs(c.Context(), all, closedShown)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(handoffViews(rows))
				}
				if len(rows) == 0 {
					return p.sayNothingOpen(c.Context())
				}
				a.printHandoffs(rows)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "the closed ones as well")
	c.PersistentFlags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.AddCommand(a.retryCommand(&asJSON), a.dismissCommand(&asJSON))
	return c
}

func handoffViews(rows []handoff.Handoff) []handoffView {
	out := []handoffView{}
	for _, h := range rows {
		out = append(out, viewOf(h))
	}
	return out
}

func viewOf(h handoff.Handoff) handoffView {
	return handoffView{
		ID: h.ID, Agent: h.Agent, Kind: string(h.Kind), Rule: h.Rule, Gate: h.Gate, Commit: h.Commit,
		Subject: handoff.Clean(h.Subject, 1000), Path: handoff.Clean(h.Path, 1000), Blob: h.Blob,
		State: string(h.State), Attempts: h.Attempts, SeenAt: stamp(h.SeenAt), SentAt: stamp(h.SentAt), TakenAt: stamp(h.TakenAt),
		AnsweredBy: h.AnsweredBy,
	}
}

// sayNothingOpen does not claim so where nobody has looked yet.
func (p *project) sayNothingOpen(ctx context.Context) error {
	state, err := p.ledger.Load(ctx)
	if err != nil {
		return err
	}
	if state.Loop.FetchedAt.IsZero() {
		p.app.say("what is open is not known before origin is seen")
	} else {
		p.app.say("nothing is open")
	}
	return nil
}

func (a *app) printHandoffs(rows []handoff.Handoff) {
	t := newTable("ID", "AGENT", "STATE", "AGE", "TOLD", "WHAT", "SUBJECT")
	for _, h := range rows {
		t.row(h.ID, h.Agent, string(h.State), ago(time.Since(h.SeenAt)), fmt.Sprint(h.Attempts), h.Label(), handoff.Clean(h.Subject, 200))
		if h.State.Closed() {
			t.note("", handoff.Clean(h.Why, 400))
		}
	}
	t.print(a.out)
}

func (a *app) retryCommand(asJSON *bool) *cobra.Command {
	return &cobra.Command{
		Use:   "retry ID",
		Short: "have a handoff told again that nobody answered",
		Long: "retry opens a handoff again that expired or was dismissed, or that the agent took: it is told once more, and its reminders\n" +
			"are counted anew. What came to origin meanwhile counts: an answer that is there closes it. The id may be shortened.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				return p.retry(c.Context(), args[0], *asJSON)
			})
		},
	}
}

func (p *project) retry(ctx context.Context, id string, asJSON bool) error {
	same := false
	h, err := p.changed(ctx, "retry", id, func(s *ledger.State, h handoff.Handoff) (handoff.Handoff, error) {
		if err := p.known(h.Agent); err != nil {
			return h, err
		}
		next, err := h.Retry(time.Now())
		if err != nil {
			return h, &invalidError{err}
		}
		if same = next == h; same {
			return h, nil
		}
		// The same history is derived again: what closed others of its kind
		// while this one was closed may close it as well.
		s.Loop.Fingerprint = ""
		s.Events = append(s.Events, ledger.Event{
			Time: time.Now(), Kind: "handoff.retried", Agent: h.Agent,
			Data: map[string]any{"handoff": h.ID, "label": h.Label(), "was": string(h.State), "by": "the operator"},
		})
		return next, nil
	})
	if err != nil || asJSON {
		return p.showHandoff(h, err)
	}
	switch {
	case h.State.Closed():
		p.app.say("%s (%s) is not told again: what came to origin meanwhile closed it, %s", h.ID, h.Label(), endOf(h))
	case same:
		p.app.say("%s (%s) needs no retry: %s", h.ID, h.Label(), p.standing(ctx, h))
	case h.State == handoff.Open:
		p.app.say("%s (%s) is open again; not told yet: %s", h.ID, h.Label(), p.standing(ctx, h))
	default:
		p.app.say("%s (%s) is told again to %s: %s", h.ID, h.Label(), h.Agent, p.standing(ctx, h))
	}
	return nil
}

func (a *app) dismissCommand(asJSON *bool) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use:   "dismiss ID -m WHY",
		Short: "close a handoff for good",
		Long: "dismiss closes a handoff that is open or expired. Nobody is told or reminded of it any more, and it is not opened again\n" +
			"however often the history is read; pawl handoffs retry does that. The id may be shortened.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			why = handoff.Clean(why, maxWhy)
			if why == "" {
				return &usageError{errors.New("dismiss needs a reason; add -m WHY")}
			}
			return a.use(c.Context(), func(p *project) error {
				return p.dismiss(c.Context(), args[0], why, *asJSON)
			})
		},
	}
	c.Flags().StringVarP(&why, "message", "m", "", "`WHY` it needs no answer, for the record")
	return c
}

// maxWhy bounds the reason of a dismissal, in bytes.
const maxWhy = 300

func (p *project) dismiss(ctx context.Context, id, why string, asJSON bool) error {
	var was handoff.State
	h, err := p.changed(ctx, "dismiss", id, func(s *ledger.State, h handoff.Handoff) (handoff.Handoff, error) {
		was = h.State
		next, err := h.Dismiss(why)
		if err != nil {
			return h, &invalidError{err}
		}
		s.Events = append(s.Events, ledger.Event{
			Time: time.Now(), Kind: "handoff.dismissed", Agent: h.Agent,
			Data: map[string]any{"handoff": h.ID, "label": h.Label(), "was": string(h.State), "why": why, "by": "the operator"},
		})
		return next, nil
	})
	if err != nil || asJSON {
		return p.showHandoff(h, err)
	}
	rest := h.Agent + " is not told of it"
	switch was {
	case handoff.Queued, handoff.Sent:
		rest = "its text may be in " + h.Agent + "'s session already, and nothing more follows"
	case handoff.Taken, handoff.Expired:
		rest = h.Agent + " is not reminded of it any more"
	}
	p.app.say("%s (%s) is dismissed; %s", h.ID, h.Label(), rest)
	return nil
}

// changed changes one handoff, has a pass run, and returns the handoff as it is
// then.
func (p *project) changed(ctx context.Context, what, id string, change func(*ledger.State, handoff.Handoff) (handoff.Handoff, error)) (h handoff.Handoff, err error) {
	p.warnFault()
	err = p.ledger.EditHandoff(ctx, id, func(s *ledger.State, row handoff.Handoff) (handoff.Handoff, error) {
		h, err = change(s, row)
		return h, err
	})
	if err != nil {
		return h, idError(err)
	}
	if _, err := p.order(ctx, what, control.Order{Settle: settleTime, Local: true}); err != nil {
		return h, err
	}
	return p.ledger.Handoff(ctx, h.ID)
}

// idError gives errors about an id their exit codes.
func idError(err error) error {
	var (
		missing   *ledger.NoHandoffError
		ambiguous *ledger.AmbiguousError
	)
	switch {
	case errors.As(err, &missing):
		return &hinted{&missingError{missing.Error()}, "pawl handoffs --all lists them"}
	case errors.As(err, &ambiguous):
		return &invalidError{ambiguous}
	}
	return err
}

func (p *project) showHandoff(h handoff.Handoff, err error) error {
	if err != nil {
		return err
	}
	return p.app.json(viewOf(h))
}

// standing says how it goes on with a handoff that is open.
func (p *project) standing(ctx context.Context, h handoff.Handoff) string {
	w, d, err := p.preview(ctx)
	if err != nil {
		return "what happens next could not be looked at: " + err.Error()
	}
	for _, s := range loop.Explain(w, d, h.Agent).Handoffs {
		if s.ID == h.ID {
			return s.Reason
		}
	}
	return "it was closed a moment ago"
}

// endOf is how a handoff was closed.
func endOf(h handoff.Handoff) string {
	text := string(h.State)
	if h.AnsweredBy != "" {
		text += " by " + handoff.Short(h.AnsweredBy)
	}
	if h.Why != "" {
		text += ": " + handoff.Clean(h.Why, 400)
	}
	return text
}
