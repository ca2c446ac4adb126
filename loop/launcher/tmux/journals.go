package tmux

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
)

// shown is how many entries of a pane's journal an observation tells of, three for
// each message: a session that lives for months is given tens of thousands, and each
// pass reads them. The pane knows of all of them: none is typed again.
const shown = 3000

// readJournals returns the journals of all panes by generation, and asks tmux
// only for those that have grown.
func (l *Launcher) readJournals(ctx context.Context, panes []pane) (map[string][]record, error) {
	out := map[string][]record{}
	var grown []pane
	l.mu.Lock()
	prune(l.journals, panes)
	prune(l.screens, panes)
	prune(l.stops, panes)
	for _, p := range panes {
		known, ok := l.journals[p.Generation]
		out[p.Generation] = known.entries
		if p.journal > 0 && (!ok || known.bytes != p.journal) {
			grown = append(grown, p)
		}
	}
	l.mu.Unlock()
	if len(grown) == 0 {
		return out, nil
	}
	texts, err := l.each(ctx, grown, func(p pane) string { return "display-message -p -t " + p.id + " '#{@pawl_told}'" })
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for gen, text := range texts {
		entries := parseJournal(text)
		entries = entries[max(len(entries)-shown, 0):]
		out[gen], l.journals[gen] = entries, cachedJournal{bytes: len(text), entries: entries}
	}
	return out, nil
}

// prune forgets generations that are not there any more.
func prune[T any](cache map[string]T, panes []pane) {
	for gen := range cache {
		if !has(panes, gen) {
			delete(cache, gen)
		}
	}
}

func has(panes []pane, generation string) bool {
	for _, p := range panes {
		if p.Generation == generation {
			return true
		}
	}
	return false
}

// each runs one command for each pane in a single call, and returns what each
// printed by generation. A pane that is not that of the generation any more is
// left out. The commands go in by a file, as a command line is limited to 16 KB.
func (l *Launcher) each(ctx context.Context, panes []pane, command func(pane) string) (map[string]string, error) {
	// What a pane shows is not ours: nobody can guess where one ends.
	mark := "pawl-" + rand.Text() + " "
	var file strings.Builder
	for _, p := range panes {
		file.WriteString(quotedAll(guarded(p, nil, "display-message -p "+quoted(mark+p.Generation)+" ; "+command(p), "")) + "\n")
	}
	out, err := l.client.run(ctx, []byte(file.String()), "source-file", "-")
	var no refused
	if errors.Is(err, errNoServer) || errors.As(err, &no) {
		err = nil // a pane that went away meanwhile; the others were asked
	}
	texts := map[string]string{}
	for part := range strings.SplitSeq("\n"+out, "\n"+mark) {
		gen, text, found := strings.Cut(part, "\n")
		if found && word.MatchString(gen) {
			texts[gen] = strings.TrimRight(text, "\n")
		}
	}
	return texts, err
}
