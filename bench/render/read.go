package main

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// result is one benchmark's line: its values by their units.
type result struct {
	name   string // the package's last element, a dot, and the benchmark's name
	values map[string]float64
}

var processors = regexp.MustCompile(`-\d+$`)

// read collects the lines of benchmarks; everything else that go test prints is
// passed over. A benchmark that ran twice counts as it ran last.
func read(in io.Reader) ([]result, error) {
	var list []result
	at := map[string]int{}
	folder := ""
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 2 && fields[0] == "pkg:" {
			folder = fields[1][strings.LastIndex(fields[1], "/")+1:]
		}
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") || fields[1] == "0" {
			continue
		}
		r := result{name: folder + "." + processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), ""), values: map[string]float64{}}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				r.values[fields[i+1]] = v
			}
		}
		if i, known := at[r.name]; known {
			list[i] = r
			continue
		}
		at[r.name] = len(list)
		list = append(list, r)
	}
	return list, lines.Err()
}
