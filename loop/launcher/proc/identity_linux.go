package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Identity is one process for all time: a pid is used again, a pid with its
// start time and the boot that it belongs to is not.
type Identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // boot id, colon, clock ticks since boot
}

// procStat is what is needed of /proc/PID/stat (proc(5)).
type procStat struct {
	name       string // of the program, cut to 15 bytes
	state      byte
	group      int
	session    int
	foreground int // process group that has the terminal; -1 without one
	start      uint64
}

func (p procStat) ended() bool { return p.state == 'Z' || p.state == 'X' || p.state == 'x' }

// parseStat reads /proc/PID/stat. The program's name stands in round brackets
// and may itself hold brackets and blanks, so fields count from the last one.
func parseStat(data []byte) (procStat, error) {
	begin, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if begin < 0 || end < begin {
		return procStat{}, errors.New("stat of a process: no name in brackets")
	}
	fields := bytes.Fields(data[end+1:])
	if len(fields) < 20 || len(fields[0]) != 1 {
		return procStat{}, fmt.Errorf("stat of a process: %d fields after the name, 20 are needed", len(fields))
	}
	group, err1 := strconv.Atoi(string(fields[2]))
	session, err2 := strconv.Atoi(string(fields[3]))
	foreground, err3 := strconv.Atoi(string(fields[5]))
	start, err4 := strconv.ParseUint(string(fields[19]), 10, 64)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return procStat{}, fmt.Errorf("stat of a process: %w", err)
	}
	return procStat{name: string(data[begin+1 : end]), state: fields[0][0], group: group, session: session, foreground: foreground, start: start}, nil
}

// readStat returns false when there is no such process.
func readStat(pid int) (procStat, bool, error) {
	var buf [1024]byte
	n, err := readProc("/proc/"+strconv.Itoa(pid)+"/stat", buf[:])
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
		return procStat{}, false, nil
	}
	if err != nil {
		return procStat{}, false, fmt.Errorf("look at process %d: %w", pid, err)
	}
	st, err := parseStat(buf[:n])
	if err != nil {
		return procStat{}, false, fmt.Errorf("look at process %d: %w", pid, err)
	}
	return st, true, nil
}

// readProc reads the beginning of a small file of /proc with three system calls:
// Observe does it twice for each session in each pass.
func readProc(path string, buf []byte) (int, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	n, err := unix.Read(fd, buf)
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Read(fd, buf)
	}
	if err := errors.Join(err, unix.Close(fd)); err != nil {
		return 0, err
	}
	return n, nil
}

var bootID = sync.OnceValues(func() (string, error) {
	data, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(data)), err
})

func Identify(pid int) (Identity, error) {
	boot, err := bootID()
	if err != nil {
		return Identity{}, err
	}
	st, there, err := readStat(pid)
	if err != nil {
		return Identity{}, err
	}
	if !there {
		return Identity{}, fmt.Errorf("process %d: %w", pid, fs.ErrNotExist)
	}
	return Identity{PID: pid, Started: startedAt(boot, st)}, nil
}

func startedAt(boot string, st procStat) string {
	return boot + ":" + strconv.FormatUint(st.start, 10)
}

// Alive says whether the process is there, is this one, and is no zombie. An
// error means that it is not known.
func (id Identity) Alive() (bool, error) {
	boot, err := bootID()
	if err != nil {
		return false, err
	}
	st, there, err := readStat(id.PID)
	if err != nil || !there {
		return false, err
	}
	return !st.ended() && startedAt(boot, st) == id.Started, nil
}

// Look tells what runs under a pid now, and the name of the program that has
// the terminal of its session; false when nothing runs, or a zombie is left.
func Look(pid int) (id Identity, program string, alive bool, err error) {
	boot, err := bootID()
	if err != nil {
		return Identity{}, "", false, err
	}
	st, there, err := readStat(pid)
	if err != nil || !there || st.ended() {
		return Identity{}, "", false, err
	}
	program = st.name
	if st.foreground > 0 && st.foreground != pid {
		if other, there, err := readStat(st.foreground); err == nil && there {
			program = other.name
		}
	}
	return Identity{PID: pid, Started: startedAt(boot, st)}, program, true, nil
}
