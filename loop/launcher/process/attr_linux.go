package process

import "syscall"

// agentAttr gives the agent a process group of its own, and has the kernel end
// it when the thread that started it ends: that thread must live as long as the
// keeper.
func agentAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
