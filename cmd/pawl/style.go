package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminal is the file that w is, if that is a terminal; else nil.
func terminal(w any) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// columns is the width of the terminal that w is; 0 when it is none.
func columns(w io.Writer) int {
	columns, _ := extent(w)
	return columns
}

// extent is the size of the terminal that w is; zeros when it is none.
func extent(w io.Writer) (columns, rows int) {
	f := terminal(w)
	if f == nil {
		return 0, 0
	}
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24 // a terminal that does not know its size, as some in CI
	}
	return columns, rows
}

// dumb says that a terminal understands no control sequences.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// Styles, as SGR parameters.
const (
	faint  = "2"
	bold   = "1"
	green  = "32"
	yellow = "33"
	red    = "31"
	cyan   = "36"
)

// paint colours text where w is a terminal that knows colours and NO_COLOR is
// not set.
func paint(w io.Writer, style, text string) string {
	if style == "" || text == "" || dumb() || os.Getenv("NO_COLOR") != "" || terminal(w) == nil {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
