package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// size is how much memory a process holds, in megabytes.
type size struct{ resident, peak float64 }

// memory reads what Linux says of a process (proc_pid_status(5)); nothing elsewhere.
func memory(tb testing.TB, pid int) size {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return size{}
	}
	var s size
	for line := range strings.SplitSeq(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, err := strconv.ParseFloat(fields[1], 64)
		switch {
		case err != nil:
		case fields[0] == "VmRSS:":
			s.resident = kilobytes / 1024
		case fields[0] == "VmHWM:":
			s.peak = kilobytes / 1024
		}
	}
	return s
}

// cpuTick is the unit of times in proc_pid_stat(5): USER_HZ, 100 on every Linux that
// Go runs on.
const cpuTick = 10 * time.Millisecond

// cpuOf is what a process has used so far, and its children that it has waited for.
// What its own threads use is told in nanoseconds, what children used in ticks.
func cpuOf(tb testing.TB, pid int) time.Duration {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		tb.Fatalf("/proc/%d/stat: %q", pid, text)
	}
	var ticks int64
	for _, at := range []int{13, 14} { // cutime, cstime
		n, err := strconv.ParseInt(fields[at], 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks)*cpuTick + threads(tb, pid)
}

// threads is what the threads of a process have used (proc_pid_schedstat(5)).
func threads(tb testing.TB, pid int) time.Duration {
	tb.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		tb.Fatal(err)
	}
	var sum time.Duration
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		used, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.ParseInt(used, 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		sum += time.Duration(n)
	}
	return sum
}
