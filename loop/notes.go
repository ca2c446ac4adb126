package loop

import (
	"pawl/handoff"
	"pawl/loop/config"
)

// Notes says which files of the repository are about the work and not part of it:
// a review may change them.
func Notes(cfg *config.Config) func(file string) bool {
	return handoff.Notes(cfg.Handoff.Docs, noteNames(cfg))
}

// noteNames are the STATUS and inbox files, which may lie in the root.
func noteNames(cfg *config.Config) []string {
	var names []string
	for _, ph := range cfg.Phases.Sequence {
		names = append(names, ph.Status)
	}
	for _, in := range cfg.Handoff.Inboxes {
		names = append(names, in.File)
	}
	return names
}
