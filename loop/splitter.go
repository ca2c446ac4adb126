package loop

import "bytes"

// maxLine bounds one line of a record, in bytes: a longer one is passed over.
const maxLine = 4 << 20

// splitter hands each whole line that is written to it to each, without its newline.
type splitter struct {
	each func(line []byte)
	part []byte // of a line that is not whole yet
	over bool   // that line is too long
}

func (l *splitter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, whole := bytes.Cut(p, []byte("\n"))
		if l.over = l.over || len(l.part)+len(line) > maxLine; !l.over {
			l.part = append(l.part, line...)
		}
		if !whole {
			return n, nil
		}
		if !l.over {
			l.each(l.part)
		}
		l.part, l.over, p = l.part[:0], false, rest
	}
}
