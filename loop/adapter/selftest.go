package adapter

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"pawl/loop/screen"
)

//go:embed screens
var screenFiles embed.FS

// Check is one recorded screen and what it was read as.
type Check struct {
	Name    string // adapter and screen, as "claude/idle-fresh"
	Want    State
	Got     Reading
	Problem string // what is wrong with the reading; "" is nothing
}

// Selftest reads every recorded screen with the built-in profile of its
// adapter, in the order of their names. It panics if an embedded file is no
// recording, which is a fault of the program and not of its input.
func Selftest() []Check {
	readers := make(map[string]*Reader)
	for name, profile := range Builtin() {
		reader, err := NewReader(profile)
		if err != nil {
			panic(err.Error())
		}
		readers[name] = reader
	}
	recordings := Screens()
	names := make([]string, 0, len(recordings))
	for name := range recordings {
		names = append(names, name)
	}
	slices.Sort(names)
	checks := make([]Check, 0, len(names))
	for _, name := range names {
		r := recordings[name]
		checks = append(checks, readers[r.Adapter].Check(name, r))
	}
	return checks
}

// Screens are the recorded screens by name. It panics like Selftest.
func Screens() map[string]screen.Recording {
	recordings := make(map[string]screen.Recording)
	err := fs.WalkDir(screenFiles, "screens", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := screenFiles.ReadFile(file)
		if err != nil {
			return err
		}
		r, err := screen.ParseRecording(string(data))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if folder := path.Base(path.Dir(file)); folder != r.Adapter {
			return fmt.Errorf("%s is of adapter %q; keep it in that one's folder", file, r.Adapter)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(file, "screens/"), ".screen")
		recordings[name] = r
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("recorded screens: %v", err))
	}
	return recordings
}

// Check reads one recording and compares the reading with its header.
func (r *Reader) Check(name string, want screen.Recording) Check {
	c := Check{Name: name, Want: State(want.State), Got: r.Read(want.Screen())}
	switch {
	case c.Got.State != c.Want:
		c.Problem = fmt.Sprintf("it reads %s, want %s", c.Got.State, c.Want)
	case (c.Got.State == Limited || c.Got.State == Full) && c.Got.Banner == "":
		c.Problem = "it has no banner"
	case want.Composer != nil && !c.Got.Composer.Found:
		c.Problem = "no input line was found"
	case want.Composer != nil && solid(c.Got.Composer.Text) != solid(*want.Composer):
		c.Problem = fmt.Sprintf("the input line holds %q, want %q", c.Got.Composer.Text, *want.Composer)
	case c.Got.Composer.Folded != want.Folded:
		c.Problem = fmt.Sprintf("a folded paste: %v, want %v (%q)", c.Got.Composer.Folded, want.Folded, c.Got.Composer.Text)
	}
	return c
}

// solid is s without white space, which programs add where they break rows.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
