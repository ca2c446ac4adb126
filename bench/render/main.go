// Command render reads what `go test -bench` printed and writes one Markdown table of
// what pawl took beside something else, ratios first.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run writes the table to out, and with -o the whole page to a file. Whatever
// stands in that file from the heading in kept on is kept.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	flags.SetOutput(errw)
	page := flags.String("o", "", "write the page to this `file`")
	how := flags.String("how", "bench/run", "the command that measured")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	results, err := read(in)
	if err != nil {
		fmt.Fprintln(errw, "render:", err)
		return 1
	}
	text := table(rows(results))
	fmt.Fprint(out, text)
	if *page == "" {
		return 0
	}
	rest, err := keep(*page)
	if err == nil {
		err = os.WriteFile(*page, []byte(preface(*how)+text+rest), 0o644)
	}
	if err != nil {
		fmt.Fprintln(errw, "render:", err)
		return 1
	}
	return 0
}

// kept is the heading of what others write into the page.
const kept = "\n## Endurance"

func keep(page string) (string, error) {
	text, err := os.ReadFile(page)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if at := strings.Index(string(text), kept); at >= 0 {
		return string(text[at:]), nil
	}
	return "", nil
}
