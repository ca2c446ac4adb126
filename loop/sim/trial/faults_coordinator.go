package trial

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"pawl/loop/atomicfile"
	"pawl/loop/launcher/proc"
	"pawl/loop/ledger"
)

func (s Step) random() *rand.Rand { return rand.New(rand.NewPCG(s.Draw, 0)) }

// without does something while no coordinator runs, and none is started.
func (p *play) without(act func() error) error {
	if err := p.coordinator.hold(p.ctx); err != nil {
		return err
	}
	defer p.coordinator.release()
	if err := p.coordinator.kill(); err != nil {
		return err
	}
	return act()
}

func (p *play) killCoordinator(s Step) error {
	return p.without(func() error { return proc.Pause(p.ctx, s.Lasts) })
}

// jump sets the coordinator's clock some hours ahead or back, and right again.
func (p *play) jump(s Step) error {
	if err := p.coordinator.answers(p.ctx); err != nil {
		return err
	}
	random := s.random()
	by := time.Hour + time.Duration(random.Int64N(int64(7*time.Hour)))
	if random.IntN(2) == 0 {
		by = -by
	}
	if err := atomicfile.Write(p.clock(), []byte(by.String())); err != nil {
		return err
	}
	err := proc.Pause(p.ctx, s.Lasts)
	return errors.Join(err, atomicfile.Write(p.clock(), []byte("0s")))
}

// breakConfig writes one of the files that an editor or a bad merge leaves behind.
func (p *play) breakConfig(s Step) error {
	if err := p.coordinator.answers(p.ctx); err != nil {
		return err
	}
	good, err := os.ReadFile(p.config())
	if err != nil {
		return err
	}
	bad := [][]byte{
		good[:len(good)/2],
		append([]byte("<<<<<<< HEAD\n"), good...),
		[]byte("version: 1\nagents: [oops\n"),
		nil,
	}[s.random().IntN(4)]
	if err := atomicfile.Write(p.config(), bad); err != nil {
		return err
	}
	err = proc.Pause(p.ctx, s.Lasts)
	return errors.Join(err, atomicfile.Write(p.config(), good))
}

// deleteState does what a person does who wants to begin anew: the coordinator
// notices and ends, and `pawl up` starts the loop again.
func (p *play) deleteState(s Step) error {
	if err := p.coordinator.hold(p.ctx); err != nil {
		return err
	}
	defer p.coordinator.release()
	p.coordinator.excuse()
	if err := p.removeState(); err != nil {
		return err
	}
	if err := p.noticed(); err != nil {
		return err
	}
	if err := proc.Pause(p.ctx, s.Lasts); err != nil {
		return err
	}
	_, err := p.runPawl(p.ctx, "up", "--no-watch")
	return err
}

// noticed waits until no coordinator works on a ledger that was deleted: it ends, or,
// if it was still starting, begins with a new one.
func (p *play) noticed() error {
	for limit := time.Now().Add(patience); p.coordinator.alive(); {
		if _, err := os.Stat(filepath.Join(p.state(), ledger.File)); err == nil {
			return nil
		}
		if time.Now().After(limit) {
			return errors.New("the coordinator goes on although its state was deleted")
		}
		if err := proc.Pause(p.ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// removeState deletes what a coordinator and keepers may be writing to.
func (p *play) removeState() error {
	var err error
	for range 100 {
		if err = os.RemoveAll(p.state()); err == nil {
			return nil
		}
		if err := proc.Pause(p.ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return err
}

// secondPatience is how long a second coordinator may take to see that it is one.
const secondPatience = 20 * time.Second

// secondCoordinator starts one beside the one that runs: it must leave with exit 1.
func (p *play) secondCoordinator(Step) error {
	if err := p.coordinator.answers(p.ctx); err != nil {
		return err // one that is started now might be the first
	}
	ctx, cancel := context.WithTimeout(p.ctx, secondPatience)
	defer cancel()
	cmd := p.command(ctx, p.pawl, "--config", p.config(), "watch", "--clock", p.clock())
	out, err := cmd.CombinedOutput()
	switch code := cmd.ProcessState.ExitCode(); {
	case p.ctx.Err() != nil:
		return p.ctx.Err()
	case code == 1:
		return nil
	default:
		p.violated("a second coordinator ended with exit %d and not 1 (%v): %s", code, err, last(out))
	}
	return nil
}

// last are the last words of an output.
func last(out []byte) string { return string(out[max(len(out)-300, 0):]) }

// damage changes the ledger's file while no coordinator runs.
func (p *play) damage(change func(path string, size int64) error) error {
	return p.without(func() error {
		path := filepath.Join(p.state(), ledger.File)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return notMade("the coordinator had made no ledger yet")
		}
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			return notMade("the ledger was empty still")
		}
		return change(path, info.Size())
	})
}

func (p *play) truncateLedger(s Step) error {
	return p.damage(func(path string, size int64) error { return os.Truncate(path, s.random().Int64N(size)) })
}

func (p *play) flipLedger(s Step) error {
	return p.damage(func(path string, size int64) (err error) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		random := s.random()
		at, b := random.Int64N(size), make([]byte, 1)
		if _, err := f.ReadAt(b, at); err != nil {
			return err
		}
		b[0] ^= byte(1 << random.IntN(8))
		_, err = f.WriteAt(b, at)
		return err
	})
}

func (p *play) fillDisk(s Step) error {
	if err := p.coordinator.answers(p.ctx); err != nil {
		return err
	}
	free, err := p.small.Fill()
	if err != nil {
		return err
	}
	err = proc.Pause(p.ctx, s.Lasts)
	return errors.Join(err, free())
}
