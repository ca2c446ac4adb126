package turn

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
)

// maxEntry bounds one line of a record, in bytes.
const maxEntry = 4 << 20

// Entries hands the entries of a record to f, in their order. A line that is none, as one
// that is being written, or that is too long, is passed over.
func Entries(r io.Reader, f func(Entry) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := nextLine(in)
		var e Entry
		if json.Unmarshal(line, &e) == nil {
			if err := f(e); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// nextLine is the next line; nothing of one that is too long.
func nextLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) <= maxEntry {
			line = append(line, part...)
		} else {
			line = nil
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = in.ReadSlice('\n')
			}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
