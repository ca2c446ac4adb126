// Package screen is what a terminal shows at one moment, as text that can be
// read. It is pure.
package screen

// Screen is one look at a terminal.
type Screen struct {
	Rows      []Row // the visible ones, top to bottom
	Title     string
	Width     int  // columns
	Alternate bool // the program uses the alternate screen
}

// Row is one row of a screen, cleaned: valid UTF-8 without control characters
// and without trailing blanks. Its forms have one character for each of Text's,
// until their own trailing blanks.
type Row struct {
	Text string
	// Firm is Text with blanks where characters are drawn faint: hints and
	// suggestions that a program paints into its input line are no input.
	Firm string
	// Tinted is Text with blanks where characters are drawn in the terminal's
	// own colour. Programs print what a model says in that colour, and what they
	// say themselves often in another. On a screen without any colour it is Text.
	Tinted string
}

// Bounds of what Parse keeps.
const (
	MaxRows     = 500
	MaxRowBytes = 4096
)
