package realcli

// fionread asks how many bytes wait to be read.
const fionread = 0x4004667f
