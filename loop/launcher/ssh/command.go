package ssh

import (
	"maps"
	"slices"
	"strings"
)

// login is the POSIX script that runs the last of its arguments in the user's
// login shell, whose PATH is the one that a person knows. What profiles print
// goes to standard error; the program's own output is descriptor 3. A shell that
// may not take -l and -c together gives way to sh. Where csh is the login shell
// its profile is therefore not read.
const login = `exec 3>&1 >&2; s=${SHELL:-/bin/sh}; case ${s##*/} in sh|bash|zsh|fish|dash|ash|ksh|mksh) ;; *) s=/bin/sh ;; esac; exec "$s" -l -c "$1"`

// command is one argument for ssh: the shell there, whichever it is, runs argv
// with it as a login would, printing to the connection.
func command(argv []string) string {
	return "exec sh -c " + quote(login) + " sh " + quote("exec "+quoteAll(argv)+" >&3 3>&-")
}

// quote makes one word of any shell among sh, bash, zsh and fish: fish, alone,
// takes a backslash in single quotes before another one, or before a quote, for
// an escape, so that both stand outside of them.
func quote(word string) string {
	return "'" + strings.NewReplacer(`'`, `'\''`, `\`, `'\\'`).Replace(word) + "'"
}

func quoteAll(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = quote(w)
	}
	return strings.Join(words, " ")
}

// program is the argv that starts pawl on the other host.
func (o Options) program(args ...string) []string {
	name := o.Program
	if name == "" {
		name = "pawl"
	}
	return append([]string{name, "launcher"}, args...)
}

// connect is the command line of ssh that runs argv on the host, for a program
// that reads what comes back.
func (o Options) connect(argv []string) []string {
	words := []string{"ssh", "-T"}
	for _, kv := range fixed {
		words = append(words, "-o", kv)
	}
	for _, kv := range usual {
		if name, _, _ := strings.Cut(kv, "="); !o.sets(name) {
			words = append(words, "-o", kv)
		}
	}
	return append(words, o.to(argv)...)
}

// visit is the command line of ssh that runs argv on the host in the terminal of
// a person, who may be asked.
func (o Options) visit(argv []string) []string {
	return append([]string{"ssh", "-t", "-o", "RemoteCommand=none"}, o.to(argv)...)
}

func (o Options) to(argv []string) (words []string) {
	for _, name := range slices.Sorted(maps.Keys(o.Settings)) {
		words = append(words, "-o", name+"="+o.Settings[name])
	}
	return append(words, "--", o.Host, command(argv))
}

func (o Options) sets(name string) bool {
	for set := range o.Settings {
		if strings.EqualFold(set, name) {
			return true
		}
	}
	return false
}

// serve is the command line of the one connection that carries the requests.
func (o Options) serve() []string {
	return o.connect(o.program("serve", "--type", "tmux", "--socket", o.Socket, "--far", o.ID, "--prompts", o.Prompts))
}
