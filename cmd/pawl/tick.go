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
		Long:  "tick looks at origin and runs one pass, whatever `poll` says. Beside a running coordinator it asks that one for the pass.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.use(c.Context(), func(p *project) error {
				if p.fault != nil {
					a.warn("the last good configuration is used: %v", p.fault)
				}
				rep, err := p.lookingOrder(c.Context(), "tick")
				if err != nil {
					return err
				}
				if asJSON {
					return a.tickJSON(rep)
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
// seen goes to stderr.
func (a *app) tickJSON(rep control.Report) error {
	a.tellOrigin(rep)
	rep.Error = ""
	return a.json(rep)
}
