package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// ErrNotFound says that there is no configuration.
var ErrNotFound = errors.New("no " + Name)

// Find returns the path of the pawl.yaml in the folder start or in the nearest
// one above it. Without one the error is ErrNotFound; a file that cannot be
// looked at is an error as well, and not passed over.
func Find(start string) (string, error) {
	dir, err := filepath.Abs(start)
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, Name)
		info, err := os.Stat(path)
		switch {
		case err == nil && info.Mode().IsRegular():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%w in %s or a folder above it; write one with `pawl init`", ErrNotFound, start)
		}
		dir = parent
	}
}

// Load reads and parses a file. The error is ErrNotFound where there is none,
// Errors where the file has faults, and otherwise one of reading.
func Load(path string) (*Config, error) {
	data, err := Read(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Read reads a file for Parse or Lint. The error is ErrNotFound where there is
// none.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s; write one with `pawl init`", ErrNotFound, path)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file; name the %s itself", path, Name)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, nil
}

// Parse reads a configuration. The path is only used in messages and for what
// is relative to the file; one that is not absolute counts from the working
// directory. Nothing is read from disk but the rules of time zones. The error
// is Errors, with all that is wrong.
func Parse(path string, data []byte) (*Config, error) {
	c, err := parse(path, data)
	if err != nil {
		return nil, err
	}
	c.resolvePaths()
	return c.Config, nil
}

// parse is Parse with paths as they are written.
func parse(path string, data []byte) (*checker, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	r := &report{file: path}
	root := parseYAML(data, r)
	if root == nil {
		return nil, r.err()
	}
	doc := newDocument()
	doc.Path, doc.Dir = absolute, filepath.Dir(absolute)
	d := newDecoder(r)
	d.document(root, doc)
	if root.Kind != yaml.MappingNode {
		return nil, r.err()
	}
	c := &checker{places: d.places, report: r, doc: doc, Config: &doc.Config}
	c.inherit()
	c.check()
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}
