package process

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"
)

// What a request asks for, and what a reply says. A client that reads a status
// that it does not know takes it for a failure.
const (
	opSend = "send"
	opStop = "stop"

	statusDone    = "done"    // written, now or earlier; or the stop is under way
	statusBusy    = "busy"    // the program does not read: try again
	statusGone    = "gone"    // the program has ended or is being stopped
	statusOther   = "other"   // another session or generation was meant
	statusRefused = "refused" // the request itself is wrong
	statusFailed  = "failed"
)

// request is one line of JSON on the keeper's socket; a reply is another.
type request struct {
	Version    int           `json:"v"`
	Op         string        `json:"op"`
	Session    string        `json:"session"`
	Generation string        `json:"generation"`
	ID         string        `json:"id,omitempty"`
	Text       string        `json:"text,omitempty"`
	Items      []string      `json:"items,omitempty"`
	Deadline   time.Duration `json:"deadline_ns,omitempty"`
}

type reply struct {
	Version int    `json:"v"`
	Status  string `json:"status"`
	Error   string `json:"error,omitempty"`
}

const (
	maxRequest  = 1 << 20
	readLimit   = time.Second     // a client sends its line at once
	answerLimit = 5 * time.Second // a keeper answers as soon as its disk allows
)

func readLine(r io.Reader, v any) error {
	return json.NewDecoder(io.LimitReader(r, maxRequest)).Decode(v)
}

func writeLine(w io.Writer, v any) error {
	return json.NewEncoder(w).Encode(v)
}

// ask makes one request. An error means that it is not known whether the keeper
// heard it.
func ask(ctx context.Context, socket string, req request) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return reply{}, fmt.Errorf("keeper: %w", err)
	}
	hangUp := context.AfterFunc(ctx, func() {
		// Wakes the read below; the connection is closed there.
		if err := conn.SetDeadline(time.Unix(1, 0)); err != nil {
			return
		}
	})
	defer hangUp()
	req.Version = formatVersion
	err = writeLine(conn, req)
	var rep reply
	if err == nil {
		err = readLine(conn, &rep)
	}
	if closeErr := conn.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return reply{}, fmt.Errorf("keeper: %w", err)
	}
	return rep, nil
}
