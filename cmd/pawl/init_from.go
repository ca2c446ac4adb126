package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pawl/loop/config"
	"pawl/loop/config/agentstoml"
)

// initialiseFrom writes a pawl.yaml that means what an agents.toml does, and
// tells what it could not carry over.
func (a *app) initialiseFrom(dir, file string) error {
	path, err := newConfig(dir)
	if err != nil {
		return err
	}
	data, err := readBounded(file, agentstoml.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return &hinted{&invalidError{fmt.Errorf("there is no file %s", file)}, "name the agents.toml that is to be converted"}
	}
	if err != nil {
		return &invalidError{err}
	}
	w, err := worldOf(filepath.Dir(path), file)
	if err != nil {
		return err
	}
	result, err := agentstoml.Convert(file, data, w)
	if err != nil {
		return &hinted{err, "nothing was written; mend it in " + file + " and run this again"}
	}
	files := []starterFile{{filepath.Join(w.Target, ".pawl/.gitignore"), "*\n"}}
	for _, f := range result.Files {
		files = append(files, starterFile{f.Path, f.Text})
	}
	if err := a.writeStarters(w.Target, append(files, starterFile{path, string(result.YAML)})); err != nil {
		return err
	}
	a.sayNotes(file, result.Notes)
	a.say("\nnext: end the old loop (agents.py down), read pawl.yaml, run pawl config validate and pawl doctor, then pawl up")
	return nil
}

// sayNotes prints what is in the file's head as well.
func (a *app) sayNotes(file string, notes []agentstoml.Note) {
	for i, n := range notes {
		if i == 0 || n.Lost != notes[i-1].Lost {
			title := "to know"
			if n.Lost {
				title = "not carried over"
			}
			a.say("\n%s:", title)
		}
		a.say("  %s", n.At(filepath.Base(file)))
	}
}

// worldOf is what surrounds an agents.toml.
func worldOf(target, file string) (agentstoml.World, error) {
	source, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return agentstoml.World{}, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then ~ stays, and is a fault with its place
	}
	return agentstoml.World{
		Target: target, Source: source, Home: home, Env: os.Environ(),
		ReadFile: func(path string) ([]byte, error) { return readBounded(path, agentstoml.MaxSize) },
		Repository: func(dir string) agentstoml.Repository {
			const remote = "refs/remotes/origin/"
			head := gitAnswer(dir, "symbolic-ref", "--quiet", "--short", remote+"HEAD")
			return agentstoml.Repository{
				URL: remoteURL(dir, "origin"), Head: strings.TrimPrefix(head, "origin/"),
				Main: gitAnswer(dir, "rev-parse", "--verify", "--quiet", remote+"main") != "",
			}
		},
	}, nil
}

// readBounded reads a file of at most one byte more than limit.
func readBounded(path string, limit int64) (data []byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// newConfig is where dir's pawl.yaml will be; an error if there is one.
func newConfig(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, config.Name)
	if _, err := os.Lstat(path); err == nil {
		return "", &hinted{fmt.Errorf("%s exists already, and nothing was written", path), "edit it, or move it away"}
	}
	return path, nil
}
