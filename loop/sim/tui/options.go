package tui

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// The variables that name the files where --record and --control do not.
const (
	EnvRecord  = "PAWL_FAKE_RECORD"
	EnvControl = "PAWL_FAKE_CONTROL"
)

// options is the command line.
type options struct {
	behaviour
	alternate bool
	record    string
	control   string
	turn      string        // the script of a turn
	deadline  time.Duration // how long that may take
	orders    []string
	resume    string
	kickoff   string
}

// parseOptions reads the command line. What is wrong with it is written to
// stderr as well.
func parseOptions(args, env []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("fake agent", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.alternate, "alternate", true, "use the alternate screen")
	flags.BoolVar(&o.queue, "queue", true, "keep what is submitted to a busy program; false: it replaces the turn")
	flags.BoolVar(&o.pasteBurst, "paste-burst", false, "take an Enter within 120ms after a paste or fast typing as a newline")
	flags.DurationVar(&o.work, "work", time.Second, "the least a turn takes")
	flags.StringVar(&o.record, "record", value(env, EnvRecord), "append what happens to `FILE`")
	flags.StringVar(&o.control, "control", value(env, EnvControl), "obey the lines that are appended to `FILE`")
	flags.StringVar(&o.turn, "turn", "", "run `SCRIPT` in each turn, with the prompt in PAWL_WAKE_TEXT")
	flags.DurationVar(&o.deadline, "turn-deadline", 2*time.Minute, "end the script after that time")
	flags.StringVar(&o.model, "model", "", "show `MODEL` in the header")
	flags.StringVar(&o.resume, "resume", "", "say in the record that `CONVERSATION` goes on")
	flags.Func("order", "obey `LINE` at the start; may be given again", func(line string) error {
		_, err := parseOrder(line)
		o.orders = append(o.orders, line)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch flags.NArg() {
	case 0:
	case 1:
		o.kickoff = flags.Arg(0)
	default:
		err := fmt.Errorf("there are %d arguments %q; write one, the kickoff prompt", flags.NArg(), flags.Args())
		fmt.Fprintf(stderr, "fake agent: %v\n", err)
		return o, err
	}
	o.script = o.turn != ""
	return o, nil
}

// value is a variable of an environment; the last one counts.
func value(env []string, name string) string {
	found := ""
	for _, pair := range env {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			found = v
		}
	}
	return found
}
