package tui

import "golang.org/x/sys/unix"

// fionread asks how many bytes a terminal holds that were not read.
const fionread = unix.TIOCINQ
