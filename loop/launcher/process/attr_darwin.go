package process

import "syscall"

// agentAttr gives the agent a process group of its own.
func agentAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
