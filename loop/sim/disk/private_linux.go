package disk

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"pawl/handoff"
)

// marker tells the program that it was started again, and by whom: its pid stays
// the same, and the mount namespace that it was in must be another one.
const marker = "PAWL_PRIVATE_MOUNTS"

// Private puts this process into a mount namespace of its own, in which it may
// mount. It has to be called before anything else is done, because it runs the
// program again, with the same arguments and in the same process: pid, user, groups,
// terminal and who gets its signals and its exit code stay as they are. In that
// second run it returns nil. Mounts of others still come in; ours do not go out.
//
// Where root may not do that, and for other users, it is done in a user namespace
// in which the user stays who it is, and this program and its children have
// CAP_SYS_ADMIN: user_namespaces(7). A process with threads cannot enter one
// itself, so unshare(1) and setpriv(1) of util-linux do it. The error holds
// ErrNotHere if neither way is open.
func Private() error {
	namespace, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return fmt.Errorf("which mount namespace this is cannot be read (%w): %w", err, ErrNotHere)
	}
	mine := strconv.Itoa(os.Getpid()) + " "
	was, again := strings.CutPrefix(os.Getenv(marker), mine)
	if err := os.Unsetenv(marker); err != nil {
		return err
	}
	if again {
		if was == namespace {
			return fmt.Errorf("started again, and in the same mount namespace: %w", ErrNotHere)
		}
		return nil
	}
	program, err := self()
	if err != nil {
		return err
	}
	env := append(os.Environ(), marker+"="+mine+namespace)
	alone := asRoot(program, env)
	return fmt.Errorf("a mount namespace of our own: %w, and without help: %w", asUser(program, env), alone)
}

// self is the program's file: by the name that it was called by, if that is still
// it, since a program may go by its name.
func self() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("the program's own file: %w", err)
	}
	called, err := exec.LookPath(os.Args[0])
	if err != nil {
		return program, nil
	}
	one, err := os.Stat(called)
	if err != nil {
		return program, nil
	}
	two, err := os.Stat(program)
	if err != nil || !os.SameFile(one, two) {
		return program, nil
	}
	return filepath.Abs(called)
}

// asRoot only returns if it fails. A thread that leaves the namespace becomes the
// process when it runs the program; one that cannot run it ends with its goroutine.
func asRoot(program string, env []string) error {
	failed := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := unix.Unshare(unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, "")
		}
		if err == nil {
			err = syscall.Exec(program, os.Args, env)
		}
		failed <- err
	}()
	return <-failed
}

// asUser only returns if it fails. What it does is tried before: there is no way
// back from it.
func asUser(program string, env []string) error {
	argv := []string{"unshare", "--user", "--map-current-user", "--mount", "--propagation", "slave", "--keep-caps", "--",
		"setpriv", "--inh-caps=-all,+sys_admin", "--ambient-caps=-all,+sys_admin", "--"}
	unshare, err := exec.LookPath(argv[0])
	if err != nil {
		return fmt.Errorf("unshare of util-linux is not on PATH: %w", ErrNotHere)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	try := exec.CommandContext(ctx, unshare, append(argv[1:len(argv):len(argv)], "true")...)
	try.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	try.WaitDelay = time.Second
	if said, err := try.CombinedOutput(); err != nil {
		return fmt.Errorf("user %d may have no mount namespace (%w: %s): %w", os.Getuid(), err, handoff.Clean(string(said), 200), ErrNotHere)
	}
	argv = append(append(argv, program), os.Args[1:]...)
	return fmt.Errorf("start %s: %w", unshare, syscall.Exec(unshare, argv, env))
}
