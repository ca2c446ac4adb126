package tmux

// fionread asks how many bytes wait to be read: FIONREAD of sys/filio.h.
const fionread = 0x4004667f
