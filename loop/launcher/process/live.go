package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"
)

// A live file holds two numbers of fixed width, each on its own line and
// overwritten in place: the bytes of unread input, and when the agent last
// printed, in nanoseconds since 1970. They change often and need not survive a
// crash, so they are not part of the state file.
const (
	unreadWidth = 10
	printedAt   = unreadWidth + 1
	liveSize    = printedAt + 19 + 1
)

type live struct {
	file   *os.File
	mu     sync.Mutex // the log's goroutine and the keeper's both note
	failed error      // the first failure, told once by the keeper
}

func openLive(path string) (*live, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	l := &live{file: f}
	l.note(fmt.Sprintf("%010d\n%019d\n", 0, 0), 0)
	return l, l.failure()
}

func (l *live) unread(n int)         { l.note(fmt.Sprintf("%010d\n", n), 0) }
func (l *live) printed(at time.Time) { l.note(fmt.Sprintf("%019d\n", at.UnixNano()), printedAt) }

func (l *live) note(text string, at int64) {
	if _, err := l.file.WriteAt([]byte(text), at); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.failed == nil {
			l.failed = err
		}
	}
}

func (l *live) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

func parseLive(data []byte) (unread int, printed time.Time, err error) {
	if len(data) < liveSize {
		return 0, time.Time{}, fmt.Errorf("live file: %d bytes long, not %d", len(data), liveSize)
	}
	unread, err = strconv.Atoi(string(data[:unreadWidth]))
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("live file: %w", err)
	}
	nanos, err := strconv.ParseInt(string(data[printedAt:liveSize-1]), 10, 64)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("live file: %w", err)
	}
	if nanos != 0 {
		printed = time.Unix(0, nanos)
	}
	return unread, printed, nil
}

// loadLive tells nothing, without an error, where there is no live file yet.
func loadLive(folder string) (unread int, printed time.Time, err error) {
	data, err := os.ReadFile(liveFile(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, time.Time{}, nil
	}
	if err != nil {
		return 0, time.Time{}, err
	}
	return parseLive(data)
}
