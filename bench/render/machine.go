package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// preface names the machine, but neither the host nor where anything lies.
func preface(how string) string {
	return fmt.Sprintf(`# Benchmarks

Written by `+"`%s`"+` on %s; %s/%s; %d processors; kernel %s; %s; %s; %s; %s; load %s at the end.

What is compared ran side by side, in turn: the ratio is pawl's time divided by the other's in the same round, the median of all rounds, and its
quartiles. Times are medians. Under 1, pawl took less. The stand-in is bench/testdata/standin.py: it forks git and tmux as a simple watchdog does,
16 processes and 2 or 4 for each agent in a pass. An idle hour is extrapolated from a minute or less, with the default intervals: pawl looks at its
sessions every 5 s and asks origin every 15 s, the stand-in does both every 30 s. Polling is at 2 s for both. "Nothing cached" means that the kernel
was told to forget the repositories' and the ledger's files.

`, how, processor(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), first("uname", "-r"),
		first("git", "--version"), first("tmux", "-V"), first("python3", "--version"), runtime.Version(), load())
}

// first is the first line that a program prints.
func first(name string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "no " + name
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// processor is the model that Linux tells of.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "a processor without a name"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "a processor without a name"
}

// load is the load average of the last minute: on a busy machine ratios spread.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
