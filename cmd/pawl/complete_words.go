package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/ledger"
	"pawl/prompts"
)

// seen is the configuration as far as the Tab key may look: as it is, or the
// last good one; empty without any.
func (a *app) seen(ctx context.Context) *config.Config {
	path, err := a.configPath()
	if err != nil {
		return &config.Config{}
	}
	if cfg, err := config.Load(path); err == nil {
		return cfg
	}
	good := &config.Config{}
	a.readLedger(ctx, stateDirOf(path), func(l *ledger.Ledger) {
		if kept, err := loop.LastGood(ctx, l); err == nil && kept != nil && kept.Path == path {
			good = kept
		}
	})
	return good
}

// readLedger lets read look into the ledger in dir. Where that cannot be opened
// nothing is read.
func (a *app) readLedger(ctx context.Context, dir string, read func(*ledger.Ledger)) {
	l, err := ledger.OpenReadOnly(ctx, dir)
	if err != nil {
		return
	}
	read(l)
	if err := l.Close(); err != nil && a.verbose {
		a.warn("%v", err)
	}
}

// described is a word with what the shell shows beside it.
func described(word, text string) cobra.Completion {
	return cobra.CompletionWithDesc(word, handoff.Clean(text, 100))
}

func agentWords(ctx context.Context, a *app) (list []cobra.Completion) {
	for _, agent := range a.seen(ctx).Agents {
		text := agent.Kind + " agent"
		if agent.Role != "" && agent.Role != agent.Name {
			text += ", role " + agent.Role
		}
		list = append(list, described(agent.Name, text))
	}
	return list
}

// unitWords are agents and services.
func unitWords(ctx context.Context, a *app) (list []cobra.Completion) {
	list = agentWords(ctx, a)
	for _, s := range a.seen(ctx).Services {
		list = append(list, described(s.Name, "service"))
	}
	return list
}

// runWords are the runs that were not cleared away.
func runWords(ctx context.Context, a *app) (list []cobra.Completion) {
	path, err := a.configPath()
	if err != nil {
		return nil
	}
	a.readLedger(ctx, stateDirOf(path), func(l *ledger.Ledger) {
		runs, err := l.Runs(ctx)
		if err != nil {
			return // a ledger of an older pawl has none
		}
		for _, r := range runs {
			list = append(list, described(r.ID, string(r.Status)+": "+r.Title()))
		}
	})
	return list
}

// memberWords are agents, services and runs.
func memberWords(ctx context.Context, a *app) []cobra.Completion {
	return append(unitWords(ctx, a), runWords(ctx, a)...)
}

func typeWords(ctx context.Context, a *app) (list []cobra.Completion) {
	for _, t := range a.seen(ctx).Types {
		list = append(list, described(t.Name, t.Role))
	}
	return list
}

func promptWords(context.Context, *app) (list []cobra.Completion) {
	for _, name := range prompts.Names() {
		list = append(list, described(name, "built in"))
	}
	return list
}

func logWords(ctx context.Context, a *app) []cobra.Completion {
	return append(memberWords(ctx, a), described("coordinator", "the loop's own log"))
}

// phaseWords are the phases by id, and then by index.
func phaseWords(ctx context.Context, a *app) (list []cobra.Completion) {
	sequence := a.seen(ctx).Phases.Sequence
	for i, p := range sequence {
		list = append(list, described(p.ID, fmt.Sprintf("phase %d of %d, %s", i+1, len(sequence), p.Plan)))
	}
	for i, p := range sequence {
		list = append(list, described(fmt.Sprint(i), p.ID))
	}
	return list
}

// mostHandoffs bounds how many handoffs the Tab key offers.
const mostHandoffs = 100

// dismissWords are the handoffs that can be closed.
func dismissWords(ctx context.Context, a *app) []cobra.Completion {
	return a.handoffWords(ctx, func(h handoff.Handoff) bool { return !h.State.Closed() || h.State == handoff.Expired })
}

// retryWords are the handoffs that can be told again.
func retryWords(ctx context.Context, a *app) []cobra.Completion {
	return a.handoffWords(ctx, func(h handoff.Handoff) bool {
		return h.State == handoff.Taken || h.State == handoff.Expired || h.Dismissed()
	})
}

func (a *app) handoffWords(ctx context.Context, wanted func(handoff.Handoff) bool) (list []cobra.Completion) {
	path, err := a.configPath()
	if err != nil {
		return nil
	}
	dir := a.seen(ctx).StateDir
	if dir == "" {
		dir = stateDirOf(path)
	}
	a.readLedger(ctx, dir, func(l *ledger.Ledger) {
		rows, err := l.Handoffs(ctx, true, closedShown)
		if err != nil {
			return
		}
		for _, h := range rows {
			if wanted(h) && len(list) < mostHandoffs {
				list = append(list, described(h.ID, fmt.Sprintf("%s, %s for %s", h.Label(), h.State, h.Agent)))
			}
		}
	})
	return list
}

// adapterWords are the project's adapters, or the built-in ones.
func adapterWords(ctx context.Context, a *app) []cobra.Completion {
	if profiles := a.seen(ctx).Adapters; len(profiles) > 0 {
		return slices.Sorted(maps.Keys(profiles))
	}
	return builtinWords(ctx, a)
}

func builtinWords(context.Context, *app) []cobra.Completion {
	return slices.Sorted(maps.Keys(adapter.Builtin()))
}

// modelWords are the models that pawl.yaml names.
func modelWords(ctx context.Context, a *app) []cobra.Completion {
	cfg, found := a.seen(ctx), map[string]bool{}
	for _, agent := range cfg.Agents {
		found[agent.Model] = true
	}
	for _, p := range cfg.Phases.Sequence {
		for _, model := range p.Models {
			found[model] = true
		}
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}

// rangeWords is the range that is asked for most: what is not pushed yet.
func rangeWords(ctx context.Context, a *app) []cobra.Completion {
	o := a.seen(ctx).Origin
	if o.Branch == "" {
		return []cobra.Completion{"@{upstream}..HEAD"}
	}
	return []cobra.Completion{o.Remote + "/" + o.Branch + "..HEAD"}
}

func hookNames(context.Context, *app) []cobra.Completion {
	return []cobra.Completion{"reference-transaction", "post-receive", "commit-msg", "pre-push"}
}

func stateWords(context.Context, *app) (list []cobra.Completion) {
	for _, s := range adapter.States {
		list = append(list, string(s))
	}
	return list
}
