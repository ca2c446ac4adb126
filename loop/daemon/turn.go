package daemon

import (
	"os"
	"path/filepath"

	"pawl/handoff/system"
)

// WaitTurn takes the place of the one who waits for the coordinator's lock of a
// state directory, of whom there is one: it is a *HeldError if somebody waits
// already. Who waits has not looked at origin yet, so a second one would do
// nothing that the first does not.
func WaitTurn(p Place, me Holder) (*Lock, error) {
	f, err := take(filepath.Join(p.Dir, "turn"), "the next turn", system.Lock, me)
	if err != nil {
		return nil, err
	}
	return &Lock{files: []*os.File{f}}, nil
}

// Outbox makes a process the one that tells others of a loop's events, of whom
// there is one: it is a *HeldError if somebody else is that. This lock is not the
// coordinator's: telling others may take long, and holds up no pass.
func Outbox(p Place, me Holder) (*Lock, error) {
	f, err := take(filepath.Join(p.Dir, "notify.lock"), "the telling of events", system.Lock, me)
	if err != nil {
		return nil, err
	}
	return &Lock{files: []*os.File{f}}, nil
}
