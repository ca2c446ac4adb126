package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"pawl/loop/control"
)

func (a *app) tickCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "tick",
		Short: "run one pass now (what cron calls)",
		Long: "tick looks at origin and runs one pass, whatever `poll` says. Beside a running coordinator it asks that one for the pass.\n" +
			"Beside another tick it waits for its turn, at most 15 s; where one waits already, or the first takes longer, it\n" +
			"leaves with exit code 0: the one that waits, or the next, sees all that this one would.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			a.mends = "tick"
			return a.use(c.Context(), func(p *project) error {
				if p.fault != nil {
					a.warn("the last good configuration is used: %v", p.fault)
				}
				rep, left, err := p.tick(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return a.tickJSON(rep, left)
				}
				if left != "" {
					a.say("%s", left)
					return nil
				}
				a.tell(rep)
				if len(rep.Actions) == 0 {
					a.say("nothing to do")
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the pass as JSON")
	return c
}

// json prints v as one JSON document.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// tickJSON prints a pass with the documented keys; that origin could not be
// seen, and why there was none, goes to stderr.
func (a *app) tickJSON(rep control.Report, left string) error {
	a.tellOrigin(rep)
	if left != "" && !a.quiet {
		a.warn("%s", left)
	}
	rep.Error = ""
	return a.json(rep)
}
