package system

// fionread asks how many bytes can be read: FIONREAD of sys/filio.h.
const fionread = 0x4004667f
