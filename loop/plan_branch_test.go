package loop

import (
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/model/branch"
	"pawl/phases"
)

// windowOf is what the mirror would say, asked about all commits of asked.
func windowOf(b *branch.Branch, cfg *config.Config, cursor string, asked []string) *handoff.Window {
	q := branch.Query{Cursor: cursor, Tip: b.Tip(), Open: asked, Docs: cfg.Handoff.Docs}
	for _, in := range cfg.Handoff.Inboxes {
		q.Inboxes = append(q.Inboxes, in.File)
	}
	return b.Window(q)
}

// factsOf are what the tip says about the phases.
func factsOf(b *branch.Branch, cfg *config.Config) map[string]phases.Fact {
	out := map[string]phases.Fact{}
	for _, ph := range cfg.Phases.Sequence {
		path := cfg.Handoff.Docs + "/" + ph.Status
		content := b.Trees[b.Tip()][path]
		if content == "" {
			continue
		}
		f := phases.Fact{Path: path, Blob: branch.HashOf(content), Verdict: phases.Done([]byte(content), cfg.Phases.DoneMarker)}
		if f.Verdict.Done {
			for _, h := range slices.Backward(b.Line) {
				if !strings.Contains(b.Trees[h][path], cfg.Phases.DoneMarker) {
					break
				}
				f.Commit = h
			}
			if _, why, lacks := strings.Cut(content, "lacks "); lacks {
				f.Missing = []string{why}
			}
		}
		out[ph.ID] = f
	}
	return out
}
