package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Rotated is the name that Rotate gives to what the log at path held before.
func Rotated(path string) string { return path + ".1" }

// tailBytes bounds how much of each of the two files is read for the last lines.
const tailBytes = 1 << 20

// Follower reads a log that grows and is rotated, each byte once and in order.
// It is for one goroutine.
type Follower struct {
	// Most is how much More reads at once, in bytes; what lies before that is passed
	// over. 0: all there is. It is for files that others write.
	Most int64

	path  string
	file  *os.File    // the file that is read; nil while the log has none
	at    int64       // how far it was read
	older os.FileInfo // what had the rotated name when file was opened; nil: nothing
}

// Follow opens a log for reading. A log that is not there yet is empty.
func Follow(path string) (*Follower, error) {
	f := &Follower{path: path}
	return f, f.open()
}

// Close closes the file.
func (f *Follower) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

// opens bounds how often the two names are looked at again because a rotation
// came in between.
const opens = 20

// open opens the file that has the log's name, and notes what has the rotated
// one at the same moment.
func (f *Follower) open() error {
	for range opens {
		file, err := openRegular(f.path)
		if err != nil {
			return err
		}
		older := stat(Rotated(f.path))
		var same bool
		if now := stat(f.path); file == nil {
			same = now == nil
		} else if info, err := file.Stat(); err != nil {
			return errors.Join(err, file.Close())
		} else {
			same = now != nil && os.SameFile(info, now)
		}
		if same {
			f.file, f.at, f.older = file, 0, older
			return nil
		}
		if file != nil {
			if err := file.Close(); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("log %q is rotated faster than it can be read", f.path)
}

// stat returns nil where there is no file.
func stat(path string) os.FileInfo {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}

// openRegular opens a file for reading; it returns nil where there is none.
func openRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("log %q: not a regular file", path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Tail writes the last n lines of the log to w, exactly as they are, reading
// back into the rotated file where the current one is short, and goes to its end.
func (f *Follower) Tail(w io.Writer, n int) error {
	var text []byte
	var err error
	if f.file != nil {
		if text, f.at, err = tail(f.file); err != nil {
			return err
		}
	}
	if bytes.Count(text, []byte("\n")) <= n && f.older != nil && len(text) < tailBytes {
		before, err := f.before()
		if err != nil {
			return err
		}
		text = append(before, text...)
	}
	_, err = w.Write(lastLines(text, n))
	return err
}

// before is the end of the rotated file.
func (f *Follower) before() ([]byte, error) {
	file, err := f.openOlder()
	if file == nil || err != nil {
		return nil, err
	}
	text, _, err := tail(file)
	return text, errors.Join(err, file.Close())
}

// openOlder opens what had the rotated name when the log was opened; it returns
// nil where another file has it by now.
func (f *Follower) openOlder() (*os.File, error) {
	file, err := openRegular(Rotated(f.path))
	if file == nil || err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || f.older == nil || !os.SameFile(info, f.older) {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// tail reads the end of a file and says where that is.
func tail(file *os.File) (text []byte, end int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	from := max(info.Size()-tailBytes, 0)
	text, err = io.ReadAll(io.NewSectionReader(file, from, info.Size()-from))
	return text, from + int64(len(text)), err
}

func lastLines(text []byte, n int) []byte {
	if n <= 0 {
		return nil
	}
	at := len(bytes.TrimSuffix(text, []byte("\n")))
	for range n {
		if at = bytes.LastIndexByte(text[:at], '\n'); at < 0 {
			return text
		}
	}
	return text[at+1:]
}

// Skip passes over all but the last n bytes of the file. What is read next may begin
// within a line.
func (f *Follower) Skip(n int64) error {
	if f.file == nil {
		return nil
	}
	info, err := f.file.Stat()
	if err == nil {
		f.at = max(info.Size()-n, 0)
	}
	return err
}

// More writes what was added since the last call to w. A file that was cut short
// is read from its start.
func (f *Follower) More(w io.Writer) error {
	for looks := 0; f.Most == 0 || looks < mostLooks; looks++ {
		n, err := f.rest(w)
		if err != nil {
			return err
		}
		if n > 0 {
			continue // a file is left only after a look that found nothing more in it
		}
		if moved, err := f.next(w); err != nil || !moved {
			return err
		}
	}
	return nil
}

// mostLooks bounds how often More looks again at a file that grows as fast as it is read.
const mostLooks = 8

// rest writes what the open file has beyond what was read.
func (f *Follower) rest(w io.Writer) (int64, error) {
	if f.file == nil {
		return 0, nil
	}
	info, err := f.file.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() < f.at {
		f.at = 0
	}
	if f.Most > 0 {
		f.at = max(f.at, info.Size()-f.Most)
	}
	n, err := io.Copy(w, io.NewSectionReader(f.file, f.at, info.Size()-f.at))
	f.at += n
	return n, err
}

// next goes on to the file that has the log's name now. Where the log was rotated
// twice since the last look, what lies between has the rotated name.
func (f *Follower) next(w io.Writer) (moved bool, err error) {
	if f.current() {
		return false, nil
	}
	was := *f
	if err := f.open(); err != nil {
		*f = was
		return false, err
	}
	skipped := was.skipped(f.older)
	if f.file == nil && !skipped {
		*f = was
		return false, nil
	}
	if skipped {
		err = f.between(w)
	}
	return err == nil, errors.Join(err, was.Close())
}

// current says that the file that is read has the log's name.
func (f *Follower) current() bool {
	now := stat(f.path)
	if f.file == nil || now == nil {
		return false
	}
	info, err := f.file.Stat()
	return err == nil && os.SameFile(info, now)
}

// skipped says that the file that has the rotated name now came after the one
// that was read: it is neither that one nor the one before it. A number alone
// does not tell: that of a file that was replaced is given again.
func (f *Follower) skipped(older os.FileInfo) bool {
	if older == nil {
		return false
	}
	if was := f.older; was != nil && os.SameFile(older, was) && older.Size() == was.Size() && older.ModTime().Equal(was.ModTime()) {
		return false
	}
	if f.file == nil {
		return true
	}
	info, err := f.file.Stat()
	return err == nil && !os.SameFile(info, older)
}

// between writes all of the rotated file.
func (f *Follower) between(w io.Writer) error {
	file, err := f.openOlder()
	if file == nil || err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return errors.Join(err, file.Close())
}
