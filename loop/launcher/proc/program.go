package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"pawl/handoff/system"
)

// CheckFolder says what is wrong with a working folder.
func CheckFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("working folder %q: not there", dir)
	case err != nil:
		return fmt.Errorf("working folder: %w", err)
	case !info.IsDir():
		return fmt.Errorf("working folder %q: not a folder", dir)
	}
	return nil
}

// FindProgram finds a program as a shell in dir would that has the environment
// env: a name with a slash is taken as it is, any other is looked for in PATH.
func FindProgram(name, dir string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		if err := executable(path); err != nil {
			return "", fmt.Errorf("program %q: %w", name, err)
		}
		return path, nil
	}
	path, denied := variable(env, "PATH"), error(nil)
	for _, part := range filepath.SplitList(path) {
		if !filepath.IsAbs(part) {
			part = filepath.Join(dir, part)
		}
		file := filepath.Join(part, name)
		err := executable(file)
		if err == nil {
			return file, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && denied == nil {
			denied = fmt.Errorf("%q: %w", file, err)
		}
	}
	if denied != nil {
		return "", fmt.Errorf("program %q: nothing in PATH can be run (%w)", name, denied)
	}
	return "", fmt.Errorf("program %q: not found in PATH=%s", name, path)
}

// FindTool finds a program of pawl's own needs, as git and tmux, like FindProgram. Parts
// of PATH that are not absolute are passed over: from them it would run what lies
// in a working folder, which is a repository that others write to.
func FindTool(name, dir string, env []string) (string, error) {
	parts := slices.DeleteFunc(filepath.SplitList(variable(env, "PATH")), func(part string) bool { return !filepath.IsAbs(part) })
	return FindProgram(name, dir, []string{"PATH=" + strings.Join(parts, string(filepath.ListSeparator))})
}

// executable returns fs.ErrNotExist where there is nothing, and other errors
// for what cannot be executed.
func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return fs.ErrNotExist
	case err != nil:
		return errors.Unwrap(err)
	case info.IsDir():
		return errors.New("is a folder")
	}
	if !system.Executable(path) {
		return errors.New("not executable; chmod +x it")
	}
	return nil
}

// variable returns the last value of key, as most programs read their environment.
func variable(env []string, key string) string {
	value := ""
	for _, entry := range env {
		if v, ok := strings.CutPrefix(entry, key+"="); ok {
			value = v
		}
	}
	return value
}
