package realcli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"pawl/handoff/system"
)

// installTimeout bounds one installation, with the wait for another process
// that installs the same program.
const installTimeout = 8 * time.Minute

// Install installs a program, unless that was done before, and returns the
// folder with its executable. It skips the test where real programs are not
// asked for, and ends it where they cannot be had.
func Install(t testing.TB, name string) string {
	t.Helper()
	setting := os.Getenv("PAWL_REALCLI")
	if setting == "" {
		t.Skip("real agent programs are installed only with PAWL_REALCLI=1, or with PAWL_REALCLI=FOLDER to keep them in")
	}
	cache, err := cacheFolder(setting)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), installTimeout)
	defer cancel()
	bin, err := install(ctx, cache, name)
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// cacheFolder is where programs are kept.
func cacheFolder(setting string) (string, error) {
	if setting != "1" {
		if !filepath.IsAbs(setting) {
			return "", fmt.Errorf("PAWL_REALCLI is %q: write an absolute path, or 1", setting)
		}
		return setting, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("PAWL_REALCLI is 1 and the user has no cache folder: write an absolute path: %w", err)
	}
	return filepath.Join(cache, "pawl-ci", "realcli"), nil
}

// install installs a program into a folder named for its pins. The folder gets
// its name when all is in it, so that what was broken off is never used.
func install(ctx context.Context, cache, name string) (bin string, err error) {
	pin, err := pinOf(name)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, name+"-"+pin.digest())
	bin = filepath.Join(folder, "node_modules", ".bin")
	if there(bin, name) {
		return bin, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("install %s: %w", name, err)
	}
	unlock, err := lock(ctx, filepath.Join(cache, name+".lock"))
	if err != nil {
		return "", fmt.Errorf("install %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if there(bin, name) {
		return bin, nil
	}
	part := folder + ".part"
	if err := fill(ctx, part, pin); err != nil {
		return "", fmt.Errorf("install %s: %w", name, err)
	}
	if err := os.Rename(part, folder); err != nil {
		return "", fmt.Errorf("install %s: %w", name, err)
	}
	if !there(bin, name) {
		return "", fmt.Errorf("install %s: npm left no program in %s", name, bin)
	}
	return bin, nil
}

func there(bin, name string) bool {
	_, err := os.Stat(filepath.Join(bin, name))
	return err == nil
}

// fill makes a folder with a program in it.
func fill(ctx context.Context, folder string, p pin) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for file, content := range p.files {
		if err := os.WriteFile(filepath.Join(folder, file), content, 0o644); err != nil {
			return err
		}
	}
	return npm(ctx, folder, p.npm...)
}

// npm runs npm in a folder.
func npm(ctx context.Context, folder string, args ...string) error {
	cmd := exec.CommandContext(ctx, "npm", append(args, "--no-audit", "--no-fund", "--loglevel=error")...)
	cmd.Dir = folder
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm %s in %s: %w: %s", args[0], folder, err, bytes.TrimSpace(out))
	}
	return nil
}

// pin is what one program is installed from.
type pin struct {
	files map[string][]byte
	npm   []string
}

// lifecycle are the programs whose own scripts must run: they link the native
// program that npm has fetched.
var lifecycle = map[string]bool{Claude: true, OpenCode: true}

func pinOf(name string) (pin, error) {
	p := pin{files: map[string][]byte{}}
	for _, file := range []string{"package.json", "package-lock.json"} {
		content, err := fs.ReadFile(pins, "testdata/"+name+"/"+file)
		if err != nil {
			return pin{}, fmt.Errorf("program %q has no pins: use codex, claude, opencode or gemini: %w", name, err)
		}
		p.files[file] = content
	}
	p.npm = []string{"ci"}
	if name == OpenCode {
		// Its lock cannot list the packages of platforms that the registry does not
		// offer, and "npm ci" refuses such a lock. The versions are exact all the same.
		p.npm = []string{"install", "--no-save"}
	}
	if !lifecycle[name] {
		p.npm = append(p.npm, "--ignore-scripts")
	}
	return p, nil
}

// digest names all that decides about what is installed.
func (p pin) digest() string {
	sum := sha256.New()
	for _, file := range []string{"package.json", "package-lock.json"} {
		fmt.Fprintf(sum, "%d %s", len(p.files[file]), p.files[file])
	}
	fmt.Fprintf(sum, "%q", p.npm)
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// lock waits for the lock of a file. The kernel lets go of it when the process ends.
func lock(ctx context.Context, path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := system.Lock(f)
		switch {
		case err == nil:
			return f.Close, nil
		case !errors.Is(err, system.ErrLocked):
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("%s is held by another process: %w", path, ctx.Err()), f.Close())
		case <-tick.C:
		}
	}
}
