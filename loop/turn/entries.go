package turn

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
)

// maxEntry bounds one line of a record, in bytes.
const maxEntry = 1 << 20

// Entries hands the entries of a record to f, in their order. A line that is cut off, as
// one that is being written, is passed over.
func Entries(r io.Reader, f func(Entry) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEntry)
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		if err := f(e); err != nil {
			return err
		}
	}
	if err := lines.Err(); !errors.Is(err, bufio.ErrTooLong) {
		return err
	}
	return nil
}
