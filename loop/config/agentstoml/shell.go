package agentstoml

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/kballard/go-shellquote"
)

// command is a shell string of the old tool as pawl has commands: the words
// that a shell would have made of it or, where it needs one, a script.
type command struct {
	argv   []string
	script string // for sh -c
	why    string // it needs a shell
	runs   bool   // the script is one program with its arguments, so that exec may go before it
}

var (
	assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
	// builtins are words that only a shell knows.
	builtins = strings.Fields("cd source . export eval set unset trap ulimit umask alias command if while until for case { ! function time")
)

// splitCommand takes a shell string apart as /bin/sh would. Assignments before
// the program are left to env. An error says what makes it no command.
func splitCommand(text, home string) (command, error) {
	plain, why, control := scan(text, home)
	argv, err := shellquote.Split(plain)
	if err != nil {
		return command{}, errors.New(strings.ToLower(err.Error()))
	}
	first := slices.IndexFunc(argv, func(word string) bool { return !assignment.MatchString(word) })
	switch {
	case why == "" && first < 0:
		return command{}, errors.New("it names no program")
	case why == "" && slices.Contains(builtins, argv[first]):
		why, control = argv[first]+" is the shell's own", true
	}
	if why != "" {
		return command{script: text, why: why, runs: !control && first == 0}, nil
	}
	if argv[first] == "exec" && first+1 < len(argv) {
		argv = slices.Delete(argv, first, first+1)
	}
	if first > 0 {
		argv = slices.Insert(argv, 0, "env")
	}
	return command{argv: argv}, nil
}

// scan looks for what words alone do not say, and puts the home folder in the
// place of a tilde. control says that more than one program may run.
func scan(text, home string) (plain, why string, control bool) {
	var out strings.Builder
	var quoted rune
	wordStart, escaped := true, false
	for i, c := range text {
		switch {
		case escaped:
			escaped = false
		case c == '\\' && quoted != '\'':
			escaped = true
		case quoted != 0:
			if c == quoted {
				quoted = 0
			} else if quoted == '"' && strings.ContainsRune("$`", c) && why == "" {
				why = feature(c)
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '~' && wordStart:
			if rest := text[i+1:]; home != "" && (rest == "" || strings.ContainsAny(rest[:1], "/ \t")) {
				out.WriteString(shellquote.Join(home))
				wordStart = false
				continue
			}
			why = feature(c)
		case strings.ContainsRune("|&;<>()\n", c):
			control = control || c != '<' && c != '>'
			why = feature(c)
		case strings.ContainsRune("$`*?[", c), c == '#' && wordStart:
			if why == "" {
				why = feature(c)
			}
		}
		out.WriteRune(c)
		wordStart = quoted == 0 && !escaped && (c == ' ' || c == '\t')
	}
	return out.String(), why, control
}

// feature says what of a shell a character stands for.
func feature(c rune) string {
	switch c {
	case '|':
		return "it has a pipe"
	case '&', ';', '\n':
		return "it has several commands"
	case '<', '>':
		return "it has a redirection"
	case '$', '`':
		return "it has a variable or a substitution"
	case '*', '?', '[':
		return "it has a pattern of file names"
	case '~':
		return "it names a home folder"
	case '#':
		return "it has a remark"
	}
	return "it has a subshell"
}

// shellArgv runs a script that gets pawl's own arguments as "$@".
func shellArgv(c command, preamble, name string) []string {
	script := strings.TrimRight(c.script, " \t\n") + ` "$@"`
	if c.runs {
		script = "exec " + script
	}
	if p := strings.TrimSpace(preamble); p != "" {
		join := "\n"
		if strings.HasSuffix(p, "&&") || strings.HasSuffix(p, "||") || strings.HasSuffix(p, ";") || strings.HasSuffix(p, "|") {
			join = " "
		}
		script = p + join + script
	}
	return []string{"sh", "-c", script, name}
}
