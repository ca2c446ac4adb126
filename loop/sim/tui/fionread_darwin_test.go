package tui

// fionread asks how many bytes a terminal holds that were not read: FIONREAD of
// sys/filio.h.
const fionread = 0x4004667f
