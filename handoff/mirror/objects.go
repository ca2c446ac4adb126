package mirror

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"pawl/handoff"
)

// Objects reads a History's objects, through git processes that are started when
// they are first needed. It is used by one goroutine, which closes it.
type Objects struct {
	ctx  context.Context
	h    *History
	one  *batch
	next *batch // beside it, to read two objects at once
}

// Objects begins reading.
func (h *History) Objects(ctx context.Context) *Objects { return &Objects{ctx: ctx, h: h} }

// Close ends the processes.
func (o *Objects) Close() error {
	var errs []error
	for _, b := range []*batch{o.one, o.next} {
		if b != nil {
			errs = append(errs, b.close())
		}
	}
	o.one, o.next = nil, nil
	return errors.Join(errs...)
}

func (o *Objects) started(b **batch) (*batch, error) {
	if *b == nil {
		started, err := o.h.git.startBatch(o.ctx, o.h.dir)
		if err != nil {
			return nil, err
		}
		*b = started
	}
	return *b, nil
}

// File reads what lies at a path in a commit: at most limit bytes of it, and its
// hash. There is none where nothing lies there, or a folder.
func (o *Objects) File(commit, path string, limit int64) (content []byte, hash string, there bool, err error) {
	got, there, err := o.read(commit+":"+path, limit)
	if err != nil || !there || got.kind != "blob" {
		return nil, "", false, err
	}
	return got.data, got.hash, true, nil
}

// Content reads a blob: at most limit bytes of it. whole says that there are no more.
func (o *Objects) Content(hash string, limit int64) (content []byte, whole bool, err error) {
	got, there, err := o.read(hash, limit)
	if err == nil && (!there || got.kind != "blob") {
		err = fmt.Errorf("content %s cannot be read", handoff.Head(hash, maxLine))
	}
	return got.data, got.size <= limit, err
}

func (o *Objects) read(name string, limit int64) (object, bool, error) {
	if strings.ContainsAny(name, "\n\x00") {
		return object{}, false, nil // git takes a name for each line
	}
	b, err := o.started(&o.one)
	if err != nil {
		return object{}, false, err
	}
	if err := b.ask(name); err != nil {
		return object{}, false, err
	}
	got, err := b.answer(limit)
	if errors.Is(err, errMissing) {
		return object{}, false, nil
	}
	return got, err == nil, err
}

// Begins says that the content of one blob begins that of another. It holds
// neither in memory. A blob that is not there is an error.
func (o *Objects) Begins(prefix, whole string) (bool, error) {
	if prefix == whole {
		return true, nil
	}
	a, err := o.started(&o.one)
	if err != nil {
		return false, err
	}
	b, err := o.started(&o.next)
	if err != nil {
		return false, err
	}
	first, err := a.open(prefix)
	if err != nil {
		return false, err
	}
	second, err := b.open(whole)
	if err != nil {
		return false, errors.Join(err, first.end())
	}
	same := first.size <= second.size
	if same {
		same, err = sameBytes(first.body, second.body)
	}
	return same, errors.Join(err, first.end(), second.end())
}

// stream is one object of a batch that is read bit by bit.
type stream struct {
	object
	from *batch
	body *io.LimitedReader
}

// open asks for a blob and begins to read it. Its reader must end it.
func (b *batch) open(hash string) (*stream, error) {
	if err := b.ask(hash); err != nil {
		return nil, err
	}
	o, err := b.header()
	if err != nil {
		return nil, fmt.Errorf("content %s cannot be read: %w", handoff.Head(hash, maxLine), err)
	}
	s := &stream{object: o, from: b, body: &io.LimitedReader{R: b.out, N: o.size}}
	if o.kind != "blob" {
		return nil, errors.Join(fmt.Errorf("content %s cannot be read: it is a %s", o.hash, o.kind), s.end())
	}
	return s, nil
}

// end passes over what was not read, so that the next object can be.
func (s *stream) end() error {
	if _, err := io.CopyN(io.Discard, s.from.out, s.body.N+1); err != nil {
		return s.from.brokeOff(s.object, err)
	}
	return nil
}

// sameBytes compares two readers up to the end of the first.
func sameBytes(first, second io.Reader) (bool, error) {
	const step = 64 << 10
	a, b := bufio.NewReaderSize(first, step), make([]byte, step)
	for {
		part, err := a.Peek(step)
		if len(part) == 0 {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return true, err
		}
		if _, err := io.ReadFull(second, b[:len(part)]); err != nil {
			return false, err
		}
		if !bytes.Equal(part, b[:len(part)]) {
			return false, nil
		}
		if _, err := a.Discard(len(part)); err != nil {
			return false, err
		}
	}
}
