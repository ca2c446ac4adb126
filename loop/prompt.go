package loop

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"pawl/loop/config"
	"pawl/phases"
	"pawl/prompts"
)

// Prompt is what an agent is started with. A loop agent's is the kickoff
// template followed by its role's prompt; others have their own prompt, or
// their role's. Files that are missing are served by the built-in ones.
func Prompt(cfg *config.Config, a config.Agent, phase, branch string) (string, error) {
	data := promptData(cfg, a, phase, branch)
	if a.Kind == config.KindRun {
		return workerPrompt(cfg, a, data)
	}
	own, err := ownPrompt(cfg, a)
	if err != nil {
		return "", err
	}
	if a.Kind != "loop" {
		return prompts.Kickoff(prompts.Source{}, own, data)
	}
	user, err := userPrompt(cfg.Phases.Kickoff)
	if err != nil {
		return "", err
	}
	kickoff, ok := prompts.Select(user, "kickoff")
	if !ok {
		return "", errors.New("there is no built-in kickoff prompt")
	}
	return prompts.Kickoff(kickoff, own, data)
}

func ownPrompt(cfg *config.Config, a config.Agent) (prompts.Source, error) {
	if a.Prompt != "" {
		return prompts.Source{Name: "prompt of agent " + a.Name, Text: a.Prompt}, nil
	}
	user, err := userPrompt(promptFile(cfg, a))
	if err != nil {
		return prompts.Source{}, err
	}
	if s, ok := prompts.Select(user, a.Role); ok {
		return s, nil
	}
	if s, ok := prompts.Select(nil, "persistent"); ok && a.Kind == "persistent" {
		return s, nil
	}
	return prompts.Source{}, nil
}

// promptFile is the file with the agent's own prompt or its role's; "" where the
// prompt is in pawl.yaml.
func promptFile(cfg *config.Config, a config.Agent) string {
	switch {
	case a.PromptFile != "":
		return a.PromptFile
	case a.Prompt == "" && a.Role != "":
		return filepath.Join(cfg.Prompts.Roles, a.Role+".md")
	}
	return ""
}

// Missing are files that a session would read and that are not there; "" where
// they are, or none is named.
type Missing struct {
	Prompt string // the agent's own, or its role's
	Plan   string // of the session's phase, in the agent's folder
}

func missingFiles(cfg *config.Config, a config.Agent, phase string) Missing {
	m := Missing{Prompt: promptFile(cfg, a)}
	for _, ph := range cfg.Phases.Sequence {
		elsewhere := cfg.Launchers[a.Launcher].Type == "ssh" // its folder is on another host
		if ph.ID == phase && ph.Plan != "" && a.Kind == config.KindLoop && !elsewhere {
			m.Plan = filepath.Join(a.Dir, ph.Plan)
		}
	}
	for _, file := range []*string{&m.Prompt, &m.Plan} {
		if _, err := os.Stat(*file); !errors.Is(err, fs.ErrNotExist) {
			*file = ""
		}
	}
	return m
}

// userPrompt reads a prompt file; nil when there is none.
func userPrompt(file string) (*prompts.Source, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readText(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	return &prompts.Source{Name: file, Text: text}, nil
}

// maxText bounds a file that a person, or an agent, wrote to be read to an agent.
const maxText = 1 << 20

// readText reads a small file. An agent may have put something else in its
// place: a pipe would never be read to its end.
func readText(path string) (text string, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err == nil && len(data) > maxText {
		err = fmt.Errorf("%s has more than %d bytes", path, maxText)
	}
	return string(data), err
}

func promptData(cfg *config.Config, a config.Agent, phase, branch string) prompts.Data {
	d := prompts.Data{
		Project: cfg.Project, Agent: a.Name, Role: a.Role, Branch: branch, Docs: cfg.Handoff.Docs,
		Inbox: inboxOf(cfg, a.Name), Phase: phase, DoneMarker: cfg.Phases.DoneMarker,
	}
	for _, ph := range cfg.Phases.Sequence {
		if ph.ID == phase {
			d.Plan, d.Status = ph.Plan, statusPath(cfg, ph)
		}
	}
	for _, other := range cfg.Agents {
		if other.Name != a.Name && other.Kind != config.KindRun {
			d.Peers = append(d.Peers, prompts.Peer{Name: other.Name, Role: other.Role, Inbox: inboxOf(cfg, other.Name)})
		}
	}
	return d
}

func statusPath(cfg *config.Config, ph phases.Phase) string {
	return path.Join(cfg.Handoff.Docs, ph.Status)
}

func inboxOf(cfg *config.Config, agent string) string {
	for _, in := range cfg.Handoff.Inboxes {
		for _, reader := range cfg.Readers(in.Reader) {
			if reader == agent {
				return path.Join(cfg.Handoff.Docs, in.File)
			}
		}
	}
	return ""
}
