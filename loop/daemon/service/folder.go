package service

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pawl/loop/atomicfile"
)

// Folder is where a service manager reads the units of a user.
type Folder struct {
	Path string
	Ext  string // with which its units' names end
}

// File is a unit in a folder.
type File struct {
	Name   string // without the folder's ending
	Path   string
	Text   string
	Edited bool // it is not as pawl wrote it
}

// mostUnit bounds how much of a unit is read, in bytes.
const mostUnit = 64 << 10

// Find is the unit that pawl wrote for a pawl.yaml, whatever the project was
// called then; nil where there is none.
func (f Folder) Find(config string) (*File, error) {
	paths, err := filepath.Glob(filepath.Join(f.quoted(), "pawl-*"+f.Ext))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		text, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a link to a unit that is gone
		}
		if err != nil {
			return nil, err
		}
		if of, edited := readSeal(text); of == short(config) {
			return &File{Name: strings.TrimSuffix(filepath.Base(path), f.Ext), Path: path, Text: text, Edited: edited}, nil
		}
	}
	return nil, nil
}

// quoted is the folder's path without a meaning for Glob.
func (f Folder) quoted() string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(f.Path)
}

// Name is what a job that has no unit yet is to be called: by its project, and
// with a sum of its pawl.yaml's path where another project of that name has a
// unit. It is a *ForeignError if that name's file is not pawl's.
func (f Folder) Name(j Job) (string, error) {
	path := f.file(j.Name())
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return j.Name(), nil
	}
	if err != nil {
		return "", err
	}
	switch of, _ := readSeal(text); of {
	case "":
		return j.Name(), &ForeignError{Path: path}
	case short(j.Config):
		return j.Name(), nil
	}
	return j.Name() + "-" + short(j.Config), nil
}

func (f Folder) file(name string) string { return filepath.Join(f.Path, name+f.Ext) }

// Write puts a unit into the folder, which is made if need be, and returns its path.
func (f Folder) Write(name, text string) (string, error) {
	if err := os.MkdirAll(f.Path, 0o755); err != nil {
		return "", err
	}
	return f.file(name), atomicfile.Write(f.file(name), []byte(text))
}

// ForeignError is a file that stands where a unit is to be, and is not pawl's.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string {
	return e.Path + " is there, and was not written by pawl service install"
}

// EditedError is a unit that a person changed.
type EditedError struct{ Path string }

func (e *EditedError) Error() string {
	return e.Path + " was changed since pawl service install wrote it"
}

func read(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > mostUnit {
		return "", fmt.Errorf("%s is no unit: it is not a file of at most %d bytes", path, mostUnit)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}
