package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/daemon"
	"pawl/loop/doctor"
)

// healthTime is how long a coordinator may take to answer.
const healthTime = 1800 * time.Millisecond

// coordinator judges the ledger, the runtime folder and who runs there.
func (e *examiner) coordinator(ctx context.Context) []doctor.Finding {
	kept := e.ledger(ctx).facts
	f := doctor.CoordinatorFacts{
		Runtime: e.p.place.Dir, Unsafe: e.unsafeRuntime(), Ours: versionText(), Wanted: kept.Wanted, Now: e.now, Last: kept.Last,
	}
	if f.Unsafe == "" {
		e.askCoordinator(ctx, &f)
	}
	return append([]doctor.Finding{doctor.Ledger(kept)}, doctor.Coordinator(f)...)
}

func (e *examiner) askCoordinator(ctx context.Context, f *doctor.CoordinatorFacts) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	health, err := e.p.client.Health(ctx)
	switch {
	case err == nil:
		f.Running, f.PID, f.Version = true, health.PID, health.Version
		f.LastPass, f.Config = health.LastPass, health.ConfigError
		return
	case errors.Is(err, context.DeadlineExceeded):
		f.Trouble = "nothing within " + healthTime.String()
	case !notRunning(err):
		f.Trouble = err.Error()
	}
	f.Holder, f.Left = lockHolder(filepath.Join(e.p.place.Dir, "lock"))
	if isThere(e.p.place.Socket()) {
		f.Left, f.Killed = true, signedBy(filepath.Join(e.p.place.Dir, "lock")).What == "watch"
	}
}

// lockHolder says who holds a lock, as the kernel tells, and whether its file
// is there. Where the kernel does not tell, nobody is named. The lock itself is
// not tried: that would hold up whoever wants it.
func lockHolder(path string) (holder string, there bool) {
	info, err := os.Stat(path)
	if err != nil {
		return "", false
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return "", true
	}
	inode := ":" + strconv.FormatUint(system.Number(info), 10)
	for line := range strings.Lines(string(locks)) {
		// 1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF
		words := strings.Fields(line)
		if len(words) < 6 || words[1] != "FLOCK" || !strings.HasSuffix(words[5], inode) {
			continue
		}
		if who := signedBy(path); strconv.Itoa(who.PID) == words[4] {
			return who.String(), true
		}
		return "process " + words[4], true
	}
	return "", true
}

// signedBy is who had a lock last, or has it. One that ended in order leaves
// its lock there, and no socket.
func signedBy(path string) (who daemon.Holder) {
	doc, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(doc, &who) != nil {
		return daemon.Holder{}
	}
	return who
}

// runtimePlace is where daemon.NewPlace makes the runtime folder of a state
// directory, without making it.
func runtimePlace(stateDir string) daemon.Place {
	uid := strconv.Itoa(os.Getuid())
	root := "/tmp/pawl-" + uid
	if info, err := os.Stat("/run/user/" + uid); err == nil && info.IsDir() {
		root = "/run/user/" + uid + "/pawl"
	}
	real, err := filepath.EvalSymlinks(stateDir)
	if err != nil {
		real = filepath.Clean(stateDir)
	}
	sum := sha256.Sum256([]byte(real))
	return daemon.Place{Root: root, Dir: filepath.Join(root, hex.EncodeToString(sum[:6]))}
}

// unsafeRuntime says what is wrong with a runtime folder that is there.
func (e *examiner) unsafeRuntime() string {
	for _, dir := range []string{e.p.place.Root, e.p.place.Dir} {
		info, err := os.Lstat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return ""
		case err != nil:
			return err.Error()
		case !info.IsDir() || !ownedBy(info, e.uid):
			return dir + " is not a folder of yours"
		}
	}
	return ""
}
