package proc

import (
	"os"

	"golang.org/x/sys/unix"
)

// find returns the members of the agent's process group that can be verified,
// without zombies and without the caller. Processes that left the group cannot
// be found here: macOS shows their environment to nobody reliably.
func (k Kin) find() ([]int, error) {
	if k.Leader.PID == 0 {
		return nil, nil
	}
	members, err := unix.SysctlKinfoProcSlice("kern.proc.pgrp", k.Leader.PID)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, m := range members {
		pid := int(m.Proc.P_pid)
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

// has verifies one member: by sharing the keeper's terminal session, or by the
// leader of its group being alive and the one that was started.
func (k Kin) has(pid int) (bool, error) {
	if pid == os.Getpid() {
		return false, nil
	}
	info, there, err := lookUp(pid)
	if err != nil || !there || info.Proc.P_stat == zombie {
		return false, err
	}
	if k.Session != 0 {
		session, err := unix.Getsid(pid)
		return err == nil && session == k.Session, nil
	}
	return k.Leader.Alive()
}
