package process

import "syscall"

// fionread asks how many bytes lie in a pipe: FIONREAD of sys/filio.h.
const fionread = 0x4004667f

// agentAttr gives the agent a process group of its own.
func agentAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
