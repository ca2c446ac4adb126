package origin

import (
	"bytes"
	"net"
	"sync"
	"time"
)

const (
	// chunkSize bounds what is carried at once, in bytes.
	chunkSize = 16 << 10
	// httpDelay and sshDelay are for each chunk of a slow line. A fetch of one commit
	// takes about ten of them by http, one after the other, and 25 by ssh.
	httpDelay = 200 * time.Millisecond
	sshDelay  = 80 * time.Millisecond
	// packMargin is how many bytes more than a look a fetch brings by ssh when it is
	// in the middle of its answer.
	packMargin = 100
)

// packStart is how a pack begins, version 2: gitformat-pack(5).
var packStart = []byte("PACK\x00\x00\x00\x02")

// link is one connection through a line.
type link struct {
	line           *line
	client, server net.Conn
	up, down       stream // each is the one goroutine's that copies

	mu   sync.Mutex
	hung *weather // in which it hung; guarded by mu
}

// stream is one direction of a link.
type stream struct {
	bytes int64
	tail  []byte // the last bytes that were carried: a pack's start may lie across two chunks
}

// copy carries bytes until either side ends, and then tells the other side.
func (k *link) copy(from, to net.Conn, s *stream) {
	buffer := make([]byte, chunkSize)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !k.pass(to, s, buffer[:n]) {
			k.reset()
			return
		}
		if err != nil {
			break
		}
	}
	if !k.thaw() {
		return
	}
	// The other direction may go on; a side that is gone already needs no word.
	if half, ok := to.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		k.reset()
	}
}

// pass carries one chunk as the weather lets it; false when the link is at its end.
func (k *link) pass(to net.Conn, s *stream, chunk []byte) bool {
	if !k.thaw() {
		return false
	}
	w := k.line.now()
	switch w.fault {
	case Slow:
		if !k.wait(w, k.line.delay) {
			return false
		}
	case Hang:
		n := k.untilHang(s, chunk)
		if !s.write(to, chunk[:n]) {
			return false
		}
		if chunk = chunk[n:]; len(chunk) > 0 {
			k.freeze(w)
			if !k.thaw() {
				return false
			}
		}
	}
	return s.write(to, chunk)
}

// untilHang is how much of a chunk still gets through.
func (k *link) untilHang(s *stream, chunk []byte) int {
	if allowed := k.line.allowed.Load(); allowed > 0 {
		if s != &k.down {
			return len(chunk)
		}
		return int(min(max(allowed-s.bytes, 0), int64(len(chunk))))
	}
	seen := append(bytes.Clone(s.tail), chunk...)
	at := bytes.Index(seen, packStart)
	if at < 0 {
		return len(chunk)
	}
	// Its head gets through, and half of what comes with it.
	passed := len(s.tail)
	at = max(at+len(packStart), passed)
	return at - passed + (len(seen)-at)/2
}

func (s *stream) write(to net.Conn, chunk []byte) bool {
	if len(chunk) == 0 {
		return true
	}
	n, err := to.Write(chunk)
	s.bytes += int64(n)
	keep := append(s.tail, chunk...)
	s.tail = bytes.Clone(keep[max(len(keep)-len(packStart)+1, 0):])
	return err == nil
}

// freeze stops both directions until the weather is over.
func (k *link) freeze(w *weather) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.hung = w
}

// thaw waits while the link hangs; false when it is at its end.
func (k *link) thaw() bool {
	k.mu.Lock()
	w := k.hung
	k.mu.Unlock()
	if w == nil {
		return true
	}
	select {
	case <-w.over:
		return true
	case <-k.line.ctx.Done():
		return false
	}
}

// wait lets time pass, but no more than the weather lasts.
func (k *link) wait(w *weather, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.over:
		return true
	case <-k.line.ctx.Done():
		return false
	}
}

// reset ends both sides at once, as a network does that is gone.
func (k *link) reset() {
	if tcp, ok := k.client.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			k.line.log.Debug("a connection is closed politely", "error", err)
		}
	}
	k.line.closeAll(k.client, k.server)
}
