package main

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/loop/config"
	"pawl/loop/doctor"
	"pawl/prompts"
)

// configuration judges the files that pawl.yaml names.
func (e *examiner) configuration(ctx context.Context) []doctor.Finding {
	list := []doctor.Finding{doctor.Configuration(e.cfg.Path, len(e.cfg.Agents), len(e.cfg.Phases.Sequence))}
	return append(append(list, e.phaseFiles(ctx)...), e.prompts(), e.signers())
}

// signers judges the file of allowed signers.
func (e *examiner) signers() doctor.Finding {
	f := doctor.FileFacts{Sort: "signers", Instead: "no commit that touches a protected path can be checked", Hint: "write it (ssh-keygen(1), allowed signers), mend signers in pawl.yaml, or take that out"}
	if path := e.cfg.Signers; path != "" {
		f.Named = 1
		if !isThere(path) {
			f.Missing = []string{path}
		}
	}
	return doctor.Files(f)
}

// phaseFiles judges the plans and STATUS files: those in origin as it was last
// fetched, for that is what the agents see, else those in the repository around
// pawl.yaml.
func (e *examiner) phaseFiles(ctx context.Context) []doctor.Finding {
	plans := doctor.FileFacts{Sort: "plans", Named: len(e.cfg.Phases.Sequence), Hint: "write them, commit and push: the agents read them in their clones"}
	status := doctor.FileFacts{Sort: "status", Named: len(e.cfg.Phases.Sequence), Hint: "an agent makes it with its first commit; or write it, commit and push"}
	var names []string
	for _, ph := range e.cfg.Phases.Sequence {
		names = append(names, ph.Plan, ph.Status, path.Join(e.cfg.Handoff.Docs, ph.Status))
	}
	there, looked, pushed := e.there(ctx, names)
	plans.Unknown, status.Unknown = !looked, !looked
	if pushed {
		plans.Where, status.Where = "on origin's branch", "on origin's branch"
	}
	for _, ph := range e.cfg.Phases.Sequence {
		if ph.Plan != "" && !there[ph.Plan] {
			plans.Missing = append(plans.Missing, ph.Plan)
		}
		if !there[ph.Status] && !there[path.Join(e.cfg.Handoff.Docs, ph.Status)] {
			status.Missing = append(status.Missing, ph.Status)
		}
	}
	return []doctor.Finding{doctor.Files(plans), doctor.Files(status)}
}

// there says which files exist, whether there was anywhere to look, and whether
// that was origin.
func (e *examiner) there(ctx context.Context, names []string) (there map[string]bool, looked, origin bool) {
	if dir, rev := e.fetched(ctx); dir != "" {
		if there, err := e.inTree(ctx, dir, rev, names); err == nil {
			return there, true, true
		}
	}
	there = map[string]bool{}
	roots := []string{e.cfg.Dir}
	if e.git != "" {
		if top, err := e.top(ctx, e.cfg.Dir); err == nil && top != "" {
			roots = append(roots, top)
			looked = true
		}
	}
	for _, name := range names {
		there[name] = slices.ContainsFunc(roots, func(root string) bool { return isThere(filepath.Join(root, name)) })
	}
	return there, looked, false
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// prompts judges the files of prompts, of agents that are enabled.
func (e *examiner) prompts() doctor.Finding {
	f := doctor.FileFacts{Sort: "prompts", Hint: "pawl init writes them; a prompt of your own goes there, or into the agent's prompt"}
	builtin, seen := true, map[string]bool{}
	file := func(path, role string) {
		if path == "" || seen[path] {
			return
		}
		seen[path] = true
		f.Named++
		if isThere(path) {
			return
		}
		if short, err := filepath.Rel(e.cfg.Dir, path); err == nil && !strings.HasPrefix(short, "..") {
			path = short
		}
		f.Missing = append(f.Missing, path)
		_, serves := prompts.Builtin(role)
		builtin = builtin && serves
	}
	for _, a := range e.cfg.Agents {
		if !a.Enabled {
			continue
		}
		switch {
		case a.PromptFile != "":
			file(a.PromptFile, a.Role)
		case a.Prompt == "" && a.Role != "":
			file(filepath.Join(e.cfg.Prompts.Roles, a.Role+".md"), a.Role)
		}
		for _, w := range a.Wakes {
			file(w.PromptFile, "")
		}
	}
	f.Instead = "the built-in prompts serve"
	if !builtin {
		f.Instead = "not all of them have a built-in prompt that serves"
	}
	return doctor.Files(f)
}

// zones are the time zones of the wakes, and what is wrong with one of them.
func (e *examiner) zones() (names []string, trouble string) {
	for _, a := range e.cfg.Agents {
		for _, w := range a.Wakes {
			name, why := e.zone(w)
			if trouble == "" {
				trouble = why
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, trouble
}

func (e *examiner) zone(w config.Wake) (name, trouble string) {
	if w.TZ != "" {
		if _, err := time.LoadLocation(w.TZ); err != nil {
			return w.TZ, err.Error()
		}
		return w.TZ, ""
	}
	for _, kv := range e.env {
		zone, set := strings.CutPrefix(kv, "TZ=")
		zone = strings.TrimPrefix(zone, ":")
		if !set || zone == "" || filepath.IsAbs(zone) && isThere(zone) {
			continue
		}
		if _, err := time.LoadLocation(zone); err != nil {
			return zone, "TZ is " + quote(zone) + ", which is not a time zone: UTC is taken instead"
		}
		return zone, ""
	}
	return "the machine's own, now " + e.now.Local().Format("MST -07:00"), ""
}
