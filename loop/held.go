package loop

import (
	"context"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// HeldError says that a change of the configuration waits for `pawl up`.
type HeldError struct{ Path, Agent string }

func (e *HeldError) Error() string {
	return e.Path + " was changed, and agent " + e.Agent + ", which runs in a sandbox, could have done that: the file lies in its dir; see whether the change is yours, and apply it with pawl up"
}

// Approve lets the file as it is now take effect, whoever wrote it. The error is
// that of the file, which changes nothing.
func Approve(ctx context.Context, l *ledger.Ledger, path string) error {
	data, _, err := read(path)
	if err != nil {
		return err
	}
	return l.KeepConfig(ctx, path, string(data), time.Now())
}

// Held is a HeldError where the file's content is not what was approved last and
// an agent in a sandbox could have written it, judged by the configuration on
// record. That configuration is returned as well; nil when there is none for
// this file.
func Held(ctx context.Context, l *ledger.Ledger, path string, data []byte) (*config.Config, error) {
	kept, text, ok, err := l.Config(ctx)
	if err != nil || !ok || kept != path {
		return nil, err
	}
	before, fault := config.Parse(path, []byte(text))
	if fault != nil {
		return nil, nil // written for another pawl: there is nothing to go by
	}
	if agent := before.Sandboxed(); agent != "" && text != string(data) {
		return before, &HeldError{path, agent}
	}
	return before, nil
}
