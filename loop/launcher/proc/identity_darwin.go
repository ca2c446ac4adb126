package proc

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Identity is one process for all time: a pid is used again, a pid with its
// start time is not.
type Identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // seconds and microseconds since 1970
}

// zombie is SZOMB of sys/proc.h.
const zombie = 5

func lookUp(pid int) (*unix.KinfoProc, bool, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EIO) {
		return nil, false, nil // for a pid that is not there the answer is empty, which reads as EIO
	}
	if err != nil {
		return nil, false, fmt.Errorf("look at process %d: %w", pid, err)
	}
	return info, true, nil
}

func startedAt(info *unix.KinfoProc) string {
	at := info.Proc.P_starttime
	return fmt.Sprintf("%d.%06d", at.Sec, at.Usec)
}

func Identify(pid int) (Identity, error) {
	info, there, err := lookUp(pid)
	if err != nil {
		return Identity{}, err
	}
	if !there {
		return Identity{}, fmt.Errorf("process %d: %w", pid, fs.ErrNotExist)
	}
	return Identity{PID: pid, Started: startedAt(info)}, nil
}

// Alive says whether the process is there, is this one, and is no zombie. An
// error means that it is not known.
func (id Identity) Alive() (bool, error) {
	info, there, err := lookUp(id.PID)
	if err != nil || !there {
		return false, err
	}
	return info.Proc.P_stat != zombie && startedAt(info) == id.Started, nil
}

// Look tells what runs under a pid now, and the name of its program; false when
// nothing runs, or a zombie is left.
func Look(pid int) (id Identity, program string, alive bool, err error) {
	info, there, err := lookUp(pid)
	if err != nil || !there || info.Proc.P_stat == zombie {
		return Identity{}, "", false, err
	}
	return Identity{PID: pid, Started: startedAt(info)}, unix.ByteSliceToString(info.Proc.P_comm[:]), true, nil
}
