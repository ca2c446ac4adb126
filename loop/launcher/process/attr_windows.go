package process

import "syscall"

// agentAttr has nothing to give.
func agentAttr() *syscall.SysProcAttr { return nil }
