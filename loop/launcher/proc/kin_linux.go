package proc

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// find returns the processes that belong to the session, without zombies and
// without the caller.
func (k Kin) find() ([]int, error) {
	names, err := procNames()
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		belongs, err := k.has(pid)
		if err != nil {
			return nil, err
		}
		if belongs {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

func procNames() ([]string, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(-1)
	return names, errors.Join(err, dir.Close())
}

// has verifies one process: the leader by its start time, others by sharing the
// keeper's terminal session, by the living leader's group, or by the generation
// in the environment that they were started with.
func (k Kin) has(pid int) (bool, error) {
	if pid == os.Getpid() {
		return false, nil
	}
	st, there, err := readStat(pid)
	if err != nil || !there || st.ended() {
		return false, err
	}
	if k.Session != 0 && st.session == k.Session {
		return true, nil
	}
	if k.Leader.PID != 0 && st.group == k.Leader.PID {
		alive, err := k.Leader.Alive()
		if err != nil || alive {
			return alive, err
		}
	}
	return hasGeneration(pid, k.Generation)
}

// hasGeneration looks at the environment that a process was started with.
// Those of other users cannot be read, and kernel threads have none: neither is
// ours.
func hasGeneration(pid int, generation string) (bool, error) {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/environ")
	if notOurs(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	env, err := io.ReadAll(f)
	if closeErr := f.Close(); closeErr != nil {
		return false, closeErr
	}
	if notOurs(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	want := []byte("PAWL_GENERATION=" + generation)
	for entry := range bytes.SplitSeq(env, []byte{0}) {
		if bytes.Equal(entry, want) {
			return true, nil
		}
	}
	return false, nil
}

func notOurs(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ESRCH)
}
