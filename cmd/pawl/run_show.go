package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/doctor"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// showView is `pawl show --json`.
type showView struct {
	runView
	Task   string `json:"task"`
	Answer string `json:"answer"` // the last thing that it said, whole
	costPart
	Commits []commitView `json:"commits"` // since it began, on its branch or in its folder
	Exit    *int         `json:"exit"`    // of its last turn's program; null before the first has ended
}

type commitView struct {
	SHA     string `json:"sha"`
	Subject string `json:"subject"`
}

func (a *app) showCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show ID", Short: "print a worker's result: answer, cost, commits", Args: cobra.ExactArgs(1),
		Long: "show prints all of what a worker said last, what it cost, how long it took, which commits were made since it began, and how\n" +
			"it ended.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				r, err := p.run(c.Context(), args[0])
				if err != nil {
					return err
				}
				v, err := p.shown(c.Context(), r)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(v)
				}
				a.printShow(v)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (p *project) shown(ctx context.Context, r ledger.Run) (showView, error) {
	seen, err := p.view(ctx, r)
	if err != nil {
		return showView{}, err
	}
	list, err := p.ledger.TurnsOf(ctx, r.ID, ledger.Newest)
	if err != nil {
		return showView{}, err
	}
	v := showView{runView: seen, Task: r.Task, costPart: p.costOf(list), Commits: commitsOf(r)}
	if n := len(list); n > 0 {
		last := list[n-1]
		v.Exit = &last.Exit
		v.Answer, err = p.answer(last)
	}
	return v, err
}

// answer is the whole of what a turn said last: the ledger has the beginning of a long one.
func (p *project) answer(t ledger.Turn) (string, error) {
	if len(t.Answer) < turn.Last-1 {
		return t.Answer, nil
	}
	said := turn.Speech{}
	err := p.entries(t.Agent, t.Generation, func(e turn.Entry) error {
		if e.N == t.Number && e.Event != nil {
			said.Hear(*e.Event)
		}
		return nil
	})
	if len(said.Text) < len(t.Answer) {
		return t.Answer, err // its record is not there any more
	}
	return said.Text, err
}

// entries reads the record of a session's turns.
func (p *project) entries(agent, generation string, f func(turn.Entry) error) error {
	path := loop.TurnEvents(p.cfg, agent, generation)
	for _, part := range []string{logfile.Rotated(path), path} {
		file, err := os.Open(part)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := errors.Join(turn.Entries(file, f), file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// maxCommits bounds the list of a run's commits.
const maxCommits = 200

// commitsOf are the commits that were made since a run began, oldest first: on its
// branch, or in the folder where it works, by whoever works there.
func commitsOf(r ledger.Run) []commitView {
	out := []commitView{}
	dir, tip := r.Dir, "HEAD"
	if r.Repo != "" {
		dir, tip = r.Repo, "refs/heads/"+r.Branch
	}
	if r.Base == "" {
		return out
	}
	log := gitAnswer(dir, "log", "--reverse", "--format=%H %s", "-n", strconv.Itoa(maxCommits), r.Base+".."+tip, "--")
	for line := range strings.Lines(log) {
		if sha, subject, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			out = append(out, commitView{sha, handoff.Clean(subject, 200)})
		}
	}
	return out
}

func (a *app) printShow(v showView) {
	w := a.out
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(w, "%s %s\n", paint(w, faint, pad(label, 10)), text)
		}
	}
	line("run", v.ID+", "+v.Type+", "+v.Adapter+modelText(v.Model))
	line("task", handoff.Clean(v.Task, 400))
	line("status", statusOf(v.runView))
	line("needs", v.Attention)
	line("asked by", v.Parent)
	line("works in", handoff.Clean(v.Dir, 1000))
	line("branch", v.Branch)
	line("cost", fmt.Sprintf("%s, %s, %s, %s", doctor.Count(v.Turns, "turn"), doctor.Count(v.Tools, "tool"), doctor.Count(int(v.Usage.Tokens()), "token"), v.text(v.Turns)))
	if v.Exit != nil {
		line("exit", exitText(*v.Exit))
	}
	for _, c := range v.Commits {
		line("commit", c.SHA[:min(len(c.SHA), 10)]+" "+c.Subject)
	}
	if v.Answer != "" {
		fmt.Fprintf(w, "\n%s\n", v.Answer)
	}
}

// exitText is how the program of the last turn ended.
func exitText(code int) string {
	if code < 0 {
		return "by a signal, or not known"
	}
	return strconv.Itoa(code)
}

func modelText(model string) string {
	if model == "" {
		return ""
	}
	return ", model " + handoff.Clean(model, 100)
}

// statusOf is a run's status in words.
func statusOf(v runView) string {
	text := v.Status
	if v.State != "" {
		text += ", " + v.State
	}
	text += ", " + ago(time.Duration(v.Seconds)*time.Second)
	if v.Why != "" {
		text += ": " + v.Why
	}
	return text
}

// printRun prints one run as JSON.
func (p *project) printRun(ctx context.Context, id string) error {
	r, err := p.run(ctx, id)
	if err != nil {
		return err
	}
	v, err := p.view(ctx, r)
	if err != nil {
		return err
	}
	return p.app.json(v)
}
