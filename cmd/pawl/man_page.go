package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manual is the page pawl(1), in the man macros that groff and mandoc read. It
// says nothing of when it was made, so that two builds are alike.
func manual(root *cobra.Command) string {
	r := &roff{}
	r.macro("TH", "PAWL", "1", "", "pawl "+root.Version, "User Commands")
	r.macro("SH", "NAME")
	r.text("pawl - " + root.Short)
	r.macro("SH", "SYNOPSIS")
	r.macro("B", "pawl")
	r.text("COMMAND [ARGUMENTS] [FLAGS]")
	r.macro("SH", "DESCRIPTION")
	r.paragraphs(root.Long)
	r.macro("SH", "COMMANDS")
	for _, c := range allCommands(root) {
		if c.Runnable() && c.Name() != "help" {
			r.command(c)
		}
	}
	r.macro("SH", "FLAGS OF EVERY COMMAND")
	r.flags(root.PersistentFlags())
	for _, s := range manualSections {
		r.macro("SH", s.title)
		for _, e := range s.entries {
			r.entry(e[0], e[1])
		}
	}
	r.macro("SH", "SEE ALSO")
	r.text("git(1), tmux(1), cron(8)")
	return r.b.String()
}

// manualSections are what the commands themselves do not tell.
var manualSections = []struct {
	title   string
	entries [][2]string
}{
	{"FILES", [][2]string{
		{"pawl.yaml", "The configuration. It is looked for in the working directory, then in each folder above."},
		{".pawl/", "What pawl remembers: the ledger state.db, the mirror origin.git, and logs/. It may be deleted at any time: origin tells again what is to be done."},
	}},
	{"ENVIRONMENT", [][2]string{
		{"PAWL_CONFIG", "The configuration file, where --config does not name it."},
		{"NO_COLOR", "If it is not empty, nothing is coloured."},
		{"TERM", "If it is dumb, nothing is coloured or drawn over."},
	}},
	{"EXIT STATUS", [][2]string{
		{"0", "It is done."},
		{"1", "It failed."},
		{"2", "The command line makes no sense."},
		{"3", "The configuration or an input is not valid."},
		{"4", "An agent, a phase or an id is not there."},
	}},
}

// roff writes a manual page.
type roff struct{ b strings.Builder }

// macro writes a request line.
func (r *roff) macro(name string, args ...string) {
	r.b.WriteString("." + name)
	for _, arg := range args {
		r.b.WriteString(` "` + strings.ReplaceAll(roffText(arg), `"`, `\(dq`) + `"`)
	}
	r.b.WriteString("\n")
}

// text writes lines that are filled.
func (r *roff) text(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		line = roffText(strings.TrimSpace(line))
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line // else it would be a request
		}
		if line != "" {
			r.b.WriteString(line + "\n")
		}
	}
}

// paragraphs writes text whose paragraphs are parted by empty lines. Lines that
// are indented are shown as they are.
func (r *roff) paragraphs(text string) {
	for i, p := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		if i > 0 && !strings.HasPrefix(p, "  ") {
			r.macro("PP")
		}
		for _, run := range runs(p) {
			if strings.HasPrefix(run, "  ") {
				r.example(run)
			} else {
				r.text(run)
			}
		}
	}
}

// runs parts text where indented lines begin and where they end.
func runs(text string) []string {
	var out []string
	for i, line := range strings.Split(text, "\n") {
		if i > 0 && strings.HasPrefix(line, "  ") == strings.HasPrefix(out[len(out)-1], "  ") {
			out[len(out)-1] += "\n" + line
			continue
		}
		out = append(out, line)
	}
	return out
}

// example writes lines that are not filled.
func (r *roff) example(text string) {
	r.macro("PP")
	r.macro("RS", "4")
	r.macro("nf")
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		r.b.WriteString(`\&` + roffText(strings.TrimPrefix(line, "  ")) + "\n")
	}
	r.macro("fi")
	r.macro("RE")
}

// entry writes a term and what it means.
func (r *roff) entry(term, text string) {
	r.macro("TP")
	r.macro("B", term)
	r.text(text)
}

func (r *roff) command(c *cobra.Command) {
	r.macro("SS", strings.TrimSuffix(c.UseLine(), " [flags]"))
	text := c.Long
	if text == "" {
		text = sentence(c.Short)
	}
	r.paragraphs(text)
	r.flags(c.LocalNonPersistentFlags())
	if c != c.Root() {
		r.flags(c.PersistentFlags())
	}
	if c.Example != "" {
		r.macro("PP")
		r.text("Examples:")
		r.example(c.Example)
	}
}

func (r *roff) flags(set *pflag.FlagSet) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		term := "--" + f.Name
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		if value != "" {
			term += " " + value
		}
		if !slices.Contains([]string{"", "0", "[]", "false"}, f.DefValue) { // nothing, as the flag's sentence says
			usage += fmt.Sprintf(" (default: %s)", f.DefValue)
		}
		r.entry(term, sentence(usage))
	})
}

// sentence makes a phrase one.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", `\(ga`, "…", "...", "→", `\(->`, "·", `\(bu`)

func roffText(text string) string { return roffEscapes.Replace(text) }
