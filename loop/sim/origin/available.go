package origin

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Available says why an origin of this kind cannot be had on this machine; nil
// when it can. The error holds ErrNotHere.
func Available(kind Kind) error {
	if _, err := exec.LookPath("git"); err != nil {
		return fmt.Errorf("git is not on PATH: %w", ErrNotHere)
	}
	switch kind {
	case Path:
		return nil
	case HTTP:
		return httpAvailable()
	case SSH:
		return sshAvailable()
	}
	return fmt.Errorf("origins of kind %q: %w; there are %s, %s and %s", kind, ErrNotHere, Path, HTTP, SSH)
}

// httpAvailable looks for git's http-backend, which some packages of git leave out.
func httpAvailable() error {
	git, err := newProgram()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	dir, err := git.run(ctx, os.TempDir(), "", "--exec-path")
	if err != nil {
		return fmt.Errorf("git does not say where its programs are (%w): %w", err, ErrNotHere)
	}
	name := "git-http-backend"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("git's http-backend is not installed: %w", ErrNotHere)
	}
	return nil
}

func sshAvailable() error {
	if runtime.GOOS == "windows" {
		return fmt.Errorf("an sshd of our own on windows: %w", ErrNotHere)
	}
	if _, err := findSSHD(); err != nil {
		return err
	}
	for _, tool := range []string{"ssh", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not on PATH: %w", tool, ErrNotHere)
		}
	}
	me, err := user.Current()
	if err != nil {
		return fmt.Errorf("this user has no name (%w), and sshd lets nobody in without one: %w", err, ErrNotHere)
	}
	if shell := account("/etc/passwd", me.Username, 6); noShell[filepath.Base(shell)] {
		return fmt.Errorf("the login shell of %s is %s, which runs no commands for sshd: %w", me.Username, shell, ErrNotHere)
	}
	// Root alone can read this, and sshd as well only as root.
	if strings.HasPrefix(account("/etc/shadow", me.Username, 1), "!") {
		return fmt.Errorf("the account of %s is locked, and sshd lets nobody in there: %w", me.Username, ErrNotHere)
	}
	return nil
}

// sshdPlaces are tried after PATH, which rarely has it.
var sshdPlaces = []string{"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd", "/run/current-system/sw/bin/sshd"}

// findSSHD returns an absolute path, as sshd wants to be called.
func findSSHD() (string, error) {
	if path, err := exec.LookPath("sshd"); err == nil {
		return filepath.Abs(path)
	}
	for _, path := range sshdPlaces {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("sshd is not installed: %w", ErrNotHere)
}

// noShell are login shells that turn everybody away.
var noShell = map[string]bool{"nologin": true, "false": true, "true": true}

// account is a field of a user's line in a file like /etc/passwd; "" without that
// line, or where the file cannot be read.
func account(file, name string, field int) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if fields[0] == name && field < len(fields) {
			return fields[field]
		}
	}
	return ""
}
