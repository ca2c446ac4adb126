//go:build linux

package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The test binary is also a program with a disk.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "a program with a disk" {
		os.Exit(program(os.Args[2]))
	}
	os.Exit(m.Run())
}

// account is what the program says of itself, as one line of JSON.
type account struct {
	Error         string
	NotHere       bool
	Args          []string
	PID, UID, GID int
	Marker        bool   // it is still in the environment
	Git           string // what git says of a repository on the disk
	Full, Freed   string // what a write came to
	Left          int64  // bytes that a full disk has left
	After         string // what is in the folder without the disk
}

// program is one that runs in a namespace of its own; its exit code is 7, and 9
// after TERM.
func program(dir string) int {
	a := account{Args: os.Args[1:]}
	err := Private()
	if err == nil {
		a.PID, a.UID, a.GID = os.Getpid(), os.Getuid(), os.Getgid()
		_, a.Marker = os.LookupEnv(marker)
		err = a.use(dir)
	}
	if err != nil {
		a.Error, a.NotHere = err.Error(), errors.Is(err, ErrNotHere)
	}
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		return 1
	}
	if len(os.Args) == 4 {
		<-terminated
		return 9
	}
	return 7
}

// use fills a disk, frees it and takes it away.
func (a *account) use(dir string) error {
	d, err := Mount(dir, 1<<20)
	if err != nil {
		return err
	}
	git := exec.Command("git", "init", "-q", filepath.Join(dir, "repository"))
	if said, err := git.CombinedOutput(); err != nil {
		a.Git = err.Error() + string(said)
	}
	for range 2 {
		free, err := d.Fill()
		if err != nil {
			return err
		}
		if _, err := d.Fill(); err == nil {
			return errors.New("a full disk can be filled")
		}
		a.Full = outcome(os.WriteFile(filepath.Join(dir, "note"), []byte("x"), 0o600))
		if a.Left, err = room(dir); err != nil {
			return err
		}
		if err := errors.Join(free(), free()); err != nil {
			return err
		}
		a.Freed = outcome(os.WriteFile(filepath.Join(dir, "note"), make([]byte, 1<<18), 0o600))
		if err := os.Remove(filepath.Join(dir, "note")); err != nil {
			return err
		}
	}
	if _, err := d.Fill(); err != nil {
		return err
	}
	if err := d.Unmount(); err != nil {
		return err
	}
	left, err := os.ReadDir(dir)
	a.After = fmt.Sprint(left)
	return err
}

func room(dir string) (int64, error) {
	var fs syscall.Statfs_t
	err := syscall.Statfs(dir, &fs)
	return int64(fs.Bavail) * fs.Bsize, err
}

func outcome(err error) string {
	if errors.Is(err, syscall.ENOSPC) {
		return "no space"
	}
	return fmt.Sprint(err)
}

// run starts the program as some user, terminates it if that is wanted, and
// returns what it said and its exit code.
func run(t *testing.T, uid int, args ...string) (a account, code int) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pawl disk ")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	file := filepath.Join(dir, "program") // its own folder may be closed to others
	bytes, err := os.ReadFile("/proc/self/exe")
	if err := errors.Join(err, os.WriteFile(file, bytes, 0o755), os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "disk"), 0o700)); err != nil {
		t.Fatal(err)
	}
	// It goes by its name, as testscript's programs do.
	name := filepath.Join(dir, "another")
	if err := errors.Join(os.Symlink(file, name), os.Chown(filepath.Join(dir, "disk"), uid, uid)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, append([]string{"a program with a disk", filepath.Join(dir, "disk")}, args...)...)
	cmd.Dir = "/"
	cmd.Stderr = t.Output()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if uid != os.Getuid() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
	}
	out, err := cmd.StdoutPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	said := json.NewDecoder(out).Decode(&a)
	if len(args) > 0 {
		said = errors.Join(said, cmd.Process.Signal(syscall.SIGTERM))
	}
	var ended *exec.ExitError
	if err := cmd.Wait(); said != nil || !errors.As(err, &ended) {
		t.Fatal(said, err)
	}
	if a.NotHere {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			t.Fatalf("PAWL_TEST_ALL=1 wants every test to run: %s", a.Error)
		}
		t.Skip(a.Error)
	}
	if a.Error != "" {
		t.Fatal(a.Error)
	}
	if a.PID != cmd.Process.Pid || a.UID != uid || a.GID != uid && uid != os.Getuid() || a.Marker || a.Args[1] != filepath.Join(dir, "disk") {
		t.Errorf("process %d of user %d became %+v", cmd.Process.Pid, uid, a)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), "pawl\\040disk") {
		t.Errorf("the disk is seen outside, %v", err)
	}
	return a, ended.ExitCode()
}

func TestADiskOfOurOwn(t *testing.T) {
	users := map[string]int{"as this user": os.Getuid()}
	if os.Getuid() == 0 {
		users["as a user who is not root"] = 65534
	}
	for name, uid := range users {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, code := run(t, uid)
			if code != 7 {
				t.Errorf("its exit code is %d, not 7", code)
			}
			if a.Full != "no space" || a.Left != 0 || a.Freed != "<nil>" || a.After != "[]" || a.Git != "" {
				t.Errorf("%+v", a)
			}
			if _, code := run(t, uid, "wait"); code != 9 {
				t.Errorf("its exit code after TERM is %d, not 9", code)
			}
		})
	}
}

func TestMountIsRefused(t *testing.T) {
	if _, err := Mount(t.TempDir(), 0); err == nil || errors.Is(err, ErrNotHere) {
		t.Errorf("a disk of no bytes: %v", err)
	}
}
