package loop

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/ledger"
	"pawl/prompts"
)

// Staffed is the configuration with the workers that run, whose session is still to end,
// or who are told when one of those ends: whatever is done about an agent is done about
// them.
func Staffed(cfg *config.Config, st ledger.State) *config.Config {
	var workers []config.Worker
	oldest := func(a, b ledger.Run) int { return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID)) }
	for _, r := range slices.SortedFunc(maps.Values(st.Runs), oldest) { // who was asked for first comes first
		if r.Removed.IsZero() {
			workers = append(workers, workerOf(r))
		}
	}
	return cfg.WithWorkers(workers)
}

// workerOf is the worker that a run is.
func workerOf(r ledger.Run) config.Worker {
	return config.Worker{
		ID: r.ID, Task: r.Task, Part: r.Role, Allow: r.Allow, Adapter: r.Adapter, Model: r.Model, Dir: r.Dir, Parent: r.Parent,
		Type: r.Type, Judges: r.Judges,
	}
}

// maxContract bounds what a worker is given to read of one file, in bytes.
const maxContract = 64 << 10

// workerPrompt is what a worker is started with: what all of them have agreed on, what
// its type is for, and its task.
func workerPrompt(cfg *config.Config, a config.Agent, data prompts.Data) (string, error) {
	data.Task, data.Part, data.Asker = a.Worker.Task, a.Worker.Part, a.Worker.Parent
	for _, path := range cfg.Contract {
		text, err := readText(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it is not written yet
		}
		if err != nil {
			return "", err
		}
		name := path
		if rel, err := filepath.Rel(cfg.Dir, path); err == nil {
			name = rel
		}
		data.Contract = append(data.Contract, prompts.File{Path: name, Text: handoff.CleanLines(text, maxContract)})
	}
	own, ok := prompts.Select(nil, "worker")
	if !ok {
		return "", errors.New("there is no built-in prompt for workers")
	}
	return prompts.Kickoff(prompts.Source{}, own, data)
}
