package sim

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Told is one wake as an agent itself wrote it down.
type Told struct {
	Agent, Generation string
	At                time.Time
	Line              string
}

// Pushed is one push as an agent itself wrote it down.
type Pushed struct {
	Agent  string
	At     time.Time
	Commit string
}

// Record is the agents' own record: what they were told and what they pushed,
// independent of anything the coordinator believes.
type Record struct {
	Told   []Told
	Pushed []Pushed
}

// ReadRecord reads the folder that the agents write to.
func ReadRecord(dir string) (Record, error) {
	var r Record
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		return r, err
	}
	for _, path := range files {
		agent, generation, _ := strings.Cut(filepath.Base(path), ".")
		if agent == "gates" {
			continue
		}
		if err := r.read(path, agent, generation); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (r *Record) read(path, agent, generation string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewScanner(f)
	for in.Scan() {
		when, rest, _ := strings.Cut(in.Text(), " ")
		ns, err := strconv.ParseInt(when, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: line %q does not begin with a time", path, in.Text())
		}
		kind, what, _ := strings.Cut(rest, " ")
		switch kind {
		case "told":
			r.Told = append(r.Told, Told{Agent: agent, Generation: generation, At: time.Unix(0, ns), Line: what})
		case "pushed":
			r.Pushed = append(r.Pushed, Pushed{Agent: agent, At: time.Unix(0, ns), Commit: what})
		}
	}
	return in.Err()
}

var named = regexp.MustCompile(`\b[0-9a-f]{7,64}\b`)

// Names says that the wake tells of commit.
func (t Told) Names(commit string) bool {
	for _, short := range named.FindAllString(t.Line, -1) {
		if strings.HasPrefix(commit, short) {
			return true
		}
	}
	return false
}

// Times counts how often agent was told of commit, by generation. Words that
// are marked as a reminder do not count.
func (r Record) Times(agent, commit string) map[string]int {
	out := map[string]int{}
	for _, t := range r.Told {
		if t.Agent == agent && t.Names(commit) && !strings.Contains(t.Line, "reminder ") {
			out[t.Generation]++
		}
	}
	return out
}

// Delays are the times from each push to the first wake that tells of it.
func (r Record) Delays() []time.Duration {
	var out []time.Duration
	for _, p := range r.Pushed {
		for _, t := range r.Told {
			if t.Agent != p.Agent && t.Names(p.Commit) {
				out = append(out, t.At.Sub(p.At))
				break
			}
		}
	}
	return out
}
